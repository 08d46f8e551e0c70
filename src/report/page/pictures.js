// Drawing a picture: what the camera saw, what the network says, and both.

const VIEWS = [["image", "Image"], ["probability", "Probability"], ["mask", "Mask"], ["overlay", "Overlay"]];
const PREDICTED = [255, 40, 96], TRUE = [40, 225, 190], BOTH = [255, 255, 255];

// Dark to bright through violet and orange.
const HEAT = [[0, 0, 10], [66, 10, 104], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164]];

function heat(value) {
  const at = value / 255 * (HEAT.length - 1), i = Math.min(Math.floor(at), HEAT.length - 2);
  return HEAT[i].map((low, c) => low + (HEAT[i + 1][c] - low) * (at - i));
}

const HEAT_TABLE = Array.from({ length: 256 }, (_, value) => heat(value));

// RGBA of a picture in the page, at this size.
async function pixelsOf(uri, width, height) {
  const image = new Image();
  image.src = uri;
  await image.decode();
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

// The highest value of those that each smaller pixel stands for, so that no region vanishes.
function shrinkGrey(rgba, from, to) {
  const small = new Uint8Array(to.width * to.height);
  for (let y = 0; y < from.height; y++) {
    const row = Math.floor(y * to.height / from.height) * to.width;
    for (let x = 0; x < from.width; x++) {
      const i = row + Math.floor(x * to.width / from.width), value = rgba[4 * (y * from.width + x)];
      if (value > small[i]) small[i] = value;
    }
  }
  return small;
}

// A picture whose longer side is at most this: RGBA of the image; below which level each pixel is marked; the true mask
// or null.
async function decodePicture(picture, side) {
  const from = { width: picture.shownWidth, height: picture.shownHeight };
  const scale = Math.min(1, side / Math.max(from.width, from.height));
  const to = { width: Math.max(1, Math.round(from.width * scale)), height: Math.max(1, Math.round(from.height * scale)) };
  const grey = async (uri) => shrinkGrey(await pixelsOf(uri, from.width, from.height), from, to);
  return {
    ...to,
    image: await pixelsOf(picture.image, to.width, to.height),
    marked: await grey(picture.marked),
    truth: picture.truth ? await grey(picture.truth) : null,
  };
}

function paint(data, i, colour, strength) {
  for (let c = 0; c < 3; c++) data[4 * i + c] += (colour[c] - data[4 * i + c]) * strength;
}

// Whether a pixel of the region lies within `reach` of its edge (or of the picture's).
function isEdge(inside, i, width, height, reach) {
  const x = i % width, y = (i - x) / width;
  if (x < reach || y < reach || x >= width - reach || y >= height - reach) return true;
  for (let far = 1; far <= reach; far++) {
    if (!inside(i - far) || !inside(i + far) || !inside(i - far * width) || !inside(i + far * width)) return true;
  }
  return false;
}

// Outlines of large pictures, which the screen shrinks, are wider.
function drawOverlay(data, predicted, truth, width, height) {
  const reach = Math.max(1, Math.round(Math.max(width, height) / 700));
  for (let i = 0; i < width * height; i++) {
    if (predicted(i)) paint(data, i, PREDICTED, isEdge(predicted, i, width, height, reach) ? 1 : 0.4);
    if (truth(i) && isEdge(truth, i, width, height, reach)) paint(data, i, TRUE, 1);
  }
}

function drawMask(data, predicted, truth, hasTruth, pixels) {
  for (let i = 0; i < pixels; i++) {
    const colour = predicted(i) ? (!hasTruth || truth(i) ? BOTH : PREDICTED) : truth(i) ? TRUE : [0, 0, 0];
    paint(data, i, colour, 1);
  }
}

// Draws a decoded picture as the view shows it at the level.
function drawPicture(canvas, decoded, view, level, hasTruth) {
  const { width, height } = decoded;
  const shown = new ImageData(new Uint8ClampedArray(decoded.image), width, height);
  const predicted = (i) => decoded.marked[i] > level;
  const truth = decoded.truth ? (i) => decoded.truth[i] > 127 : () => false;
  if (view === "probability") {
    for (let i = 0; i < width * height; i++) paint(shown.data, i, HEAT_TABLE[decoded.marked[i]], 1);
  } else if (view === "mask") {
    drawMask(shown.data, predicted, truth, hasTruth, width * height);
  } else if (view === "overlay") {
    drawOverlay(shown.data, predicted, truth, width, height);
  }
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(shown, 0, 0);
}
