// What follows from the counts. A histogram counts pixels (or pictures) by how many levels they pass: above level k
// are those at k + 1 and higher.

function above(histogram, level) {
  let sum = 0;
  for (let i = level + 1; i < histogram.length; i++) sum += histogram[i];
  return sum;
}

function sumOf(histogram) {
  return above(histogram, -1);
}

// Of a picture or of a type: pixels at a level.
function pixelCounts(item, level) {
  const tp = above(item.defect, level), fp = above(item.good, level);
  return { tp, fp, fn: sumOf(item.defect) - tp, tn: sumOf(item.good) - fp };
}

// Pictures of a type at a level: tp is NG and has a defect.
function pictureCounts(type, level) {
  const tp = above(type.defectNg, level), fp = above(type.goodNg, level);
  return { tp, fp, fn: type.defectImages - tp, tn: type.images - type.defectImages - fp };
}

function addCounts(a, b) {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn, tn: a.tn + b.tn };
}

// A share of nothing does not exist: null.
function share(part, whole) {
  return whole > 0 ? part / whole : null;
}

// The figures at a threshold are 1 where nothing is there, as everywhere in unetcl.
function dice(c) {
  return share(2 * c.tp, 2 * c.tp + c.fp + c.fn) ?? 1;
}

function iou(c) {
  return share(c.tp, c.tp + c.fp + c.fn) ?? 1;
}

function precision(c) {
  return share(c.tp, c.tp + c.fp) ?? 1;
}

function recall(c) {
  return share(c.tp, c.tp + c.fn) ?? 1;
}

// The figures of several types together.
function figuresOf(types, level) {
  const none = { tp: 0, fp: 0, fn: 0, tn: 0 };
  const pixels = types.map((type) => pixelCounts(type, level)).reduce(addCounts, none);
  const pictures = types.map((type) => pictureCounts(type, level)).reduce(addCounts, none);
  const total = (name) => types.reduce((sum, type) => sum + type[name], 0);
  const diceSum = types.reduce((sum, type) => sum + type.diceSum[level], 0);
  return {
    pixels,
    pictures,
    images: total("images"),
    ng: pictures.tp + pictures.fp,
    dice: dice(pixels),
    diceMean: share(diceSum, total("defectImages")) ?? 1,
    iou: iou(pixels),
    precision: precision(pixels),
    recall: recall(pixels),
  };
}

function formatFigure(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}

function formatCount(value) {
  return value.toLocaleString("en").replaceAll(",", "\u202f");
}

function counted(count, one, many) {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function formatShare(value) {
  if (value === null) return "–";
  return value > 0 && value < 0.0001 ? "< 0.01 %" : (100 * value).toFixed(2) + " %";
}
