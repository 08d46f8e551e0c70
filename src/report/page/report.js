// The page: one state, and what follows from it. A change of the threshold draws figures, masks and markers anew.

const data = JSON.parse(byId("data").textContent);
const state = { level: data.chosen, view: "overlay", sort: "", type: "", verdict: "", curves: null };
const gallery = new Gallery(data, state);
let charts = {}; // over all thresholds, of state.curves: a type, or null for all pictures
const total = data.types.reduce((sum, type) => sum + type.images, 0);

function thresholdText(level) {
  return String(+data.thresholds[level].toFixed(4));
}

// --- what does not change -------------------------------------------------------------------------------------------

function drawHeader() {
  document.title = `${data.title} – unetcl report`;
  byId("title").textContent = data.title;
  const types = data.types.filter((type) => type.type).map((type) => type.type);
  byId("subtitle").textContent = `${total} ${total === 1 ? "picture" : "pictures"}` +
    (data.hasTruth ? " with known masks" : "") + (types.length > 1 ? `: ${types.join(", ")}` : "");
  byId("footer").textContent = `unetcl ${data.version}. This page holds all it shows and loads nothing.`;
  byId("gallery-note").textContent = whatIsLeftOut();
  byId("types-note").textContent = data.minArea > 1
    ? `Regions of fewer than ${data.minArea} pixels are left out of masks, verdicts and all figures at a threshold.` : "";
}

function whatIsLeftOut() {
  const left = total - data.pictures.length;
  const smaller = data.pictures.filter((picture) => picture.shownWidth < picture.width).length;
  const lines = [];
  if (left > 0) {
    lines.push(`To keep this page small, ${left} of ${total} pictures are left out of the gallery: it shows ` +
      `the ${data.hasTruth ? "worst" : "most suspicious"} and an even sample of the rest. All figures count every picture.`);
  }
  if (smaller > 0) {
    lines.push(`${counted(smaller, "picture is", "pictures are")} held at a smaller size than the original; enlarged, each tells ` +
      "which. A region never vanishes by that, and figures are those of the original size.");
  }
  return lines.join(" ");
}

function drawSettings() {
  const groups = [...new Set(data.settings.map(([group]) => group))];
  byId("settings").hidden = groups.length === 0;
  byId("settings-table").replaceChildren(...groups.map((group) => element("tbody", {},
    element("tr", {}, element("th", { scope: "rowgroup", colspan: 2 }, group)),
    ...data.settings.filter(([of]) => of === group).map(([, name, value]) =>
      element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value))))));
}

function drawFolds() {
  const find = (row) => data.folds.find((one) => one.row === row);
  const mean = find("mean"), deviation = find("deviation");
  byId("folds").hidden = data.folds.length === 0;
  if (data.folds.length === 0) return;
  byId("summary-heading").textContent = "All pictures out of fold, at one threshold";
  const names = mean.figures.map(([name]) => name);
  byId("fold-tiles").replaceChildren(...mean.figures.flatMap(([name, value], i) => value === null ? [] : [
    tile(name, formatFigure(value), `± ${formatFigure(deviation.figures[i][1])}`)]));
  const text = (row, name, value) => {
    if (value === null) return row === "fold" ? "–" : "";
    return name === "Pictures" ? formatCount(value) : formatFigure(value);
  };
  const row = (one) => element("tr", {}, element("th", { scope: "row" }, one.name),
    ...one.figures.map(([name, value]) => element("td", {}, text(one.row, name, value))));
  byId("fold-table").replaceChildren(headRow(["Fold", ...names]),
    element("tbody", {}, ...data.folds.filter((one) => one.row === "fold").map(row)),
    element("tfoot", {}, row(mean), row(deviation)));
}

function drawLearning() {
  const learning = learningCharts(data.logs);
  byId("learning").hidden = learning.length === 0;
  byId("learning-charts").append(...learning.map((chart) => chart.figure));
}

function drawCurves() {
  charts = thresholdCharts(data, state.curves);
  byId("curve-charts").replaceChildren(...Object.values(charts).map((chart) => chart.figure));
}

function fixedMetric(type, name) {
  return data.metrics.find((metric) => metric.type === type && metric.name === name)?.value;
}

// --- what follows the threshold -------------------------------------------------------------------------------------

function tile(name, value, deviation) {
  return element("div", {}, element("dt", {}, name),
    element("dd", {}, value, ...(deviation ? [element("small", {}, deviation)] : [])));
}

function headRow(heads) {
  return element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))));
}

function drawTiles(all) {
  const tiles = data.hasTruth
    ? [["Dice", all.dice], ["Mean Dice", all.diceMean], ["IoU", all.iou], ["Precision", all.precision],
      ["Recall", all.recall]].map(([name, value]) => tile(name, formatFigure(value)))
    : [tile("Pictures", formatCount(all.images)), tile("NG", formatCount(all.ng)),
      tile("OK", formatCount(all.images - all.ng))];
  const fixed = data.metrics.filter((metric) => metric.type === null)
    .map((metric) => tile(metric.name, formatFigure(metric.value)));
  byId("tiles").replaceChildren(...tiles, ...fixed);
}

function confusionTable(title, counts, predicted, actual) {
  const cell = (count, right) => element("td", { class: right ? "right" : "wrong" }, formatCount(count),
    element("small", {}, formatShare(share(count, counts.tp + counts.fp + counts.fn + counts.tn))));
  const heading = (text) => element("th", { scope: "col" }, text);
  return element("table", { class: "panel confusion" }, element("caption", {}, title),
    element("thead", {}, element("tr", {}, element("td"), heading(predicted[0]), heading(predicted[1]))),
    element("tbody", {},
      element("tr", {}, element("th", { scope: "row" }, actual[0]), cell(counts.tp, true), cell(counts.fn, false)),
      element("tr", {}, element("th", { scope: "row" }, actual[1]), cell(counts.fp, false), cell(counts.tn, true))));
}

function drawConfusion(all) {
  byId("confusion").hidden = !data.hasTruth;
  byId("confusion").replaceChildren(
    confusionTable("Pictures", all.pictures, ["NG", "OK"], ["with a defect", "good"]),
    confusionTable("Pixels", all.pixels, ["marked", "not marked"], ["defect", "good"]));
}

function typeRow(name, figures, fixed) {
  const numbers = [formatCount(figures.images), formatCount(figures.ng),
    ...[figures.dice, figures.diceMean, figures.iou, figures.precision, figures.recall, ...fixed].map(formatFigure)];
  return element("tr", {}, element("th", { scope: "row" }, name), ...numbers.map((text) => element("td", {}, text)));
}

function drawTypes(all) {
  byId("types").hidden = !data.hasTruth;
  if (!data.hasTruth) return;
  const columns = [...new Set(data.metrics.filter((metric) => metric.type !== null).map((metric) => metric.name))];
  const heads = ["Type", "Pictures", "NG", "Dice", "Mean Dice", "IoU", "Precision", "Recall", ...columns];
  const rows = data.types.map((type) => typeRow(type.type ?? "–", figuresOf([type], state.level),
    columns.map((name) => fixedMetric(type.type, name))));
  byId("type-table").replaceChildren(
    headRow(heads),
    element("tbody", {}, ...rows),
    element("tfoot", {}, typeRow("all", all, columns.map((name) => fixedMetric(null, name)))));
}

function drawBar(all) {
  document.querySelectorAll(".threshold").forEach((slider) => { slider.value = state.level; });
  document.querySelectorAll(".threshold-value").forEach((output) => { output.textContent = thresholdText(state.level); });
  byId("threshold-reset").disabled = state.level === data.chosen;
  byId("threshold-figures").textContent = (data.hasTruth ? `Dice ${formatFigure(all.dice)} · ` : "") +
    `${formatCount(all.ng)} of ${formatCount(all.images)} NG` + (data.hasTruth ? ` · ${formatCount(all.pictures.fn)} missed · ` +
      counted(all.pictures.fp, "false alarm", "false alarms") : "");
}

function moveMarkers(all) {
  const figures = state.curves === null ? all : figuresOf(data.types.filter((type) => type.type === state.curves), state.level);
  charts.precisionRecall?.mark({ x: figures.recall, y: figures.precision });
  const x = share(figures.pixels.fp, figures.pixels.fp + figures.pixels.tn);
  const y = charts.pro && x !== null ? interpolate(curveOf(data, state.curves, "pro"), x) : null;
  charts.pro?.mark(y === null ? null : { x, y });
}

// --- what is shown --------------------------------------------------------------------------------------------------

function drawLegend() {
  const key = (name, text) => element("span", {}, element("i", { class: `key ${name}` }), text);
  const truth = data.hasTruth;
  const keys = {
    image: [],
    probability: [key("heat", "probability 0 to 1")],
    mask: truth ? [key("both", "marked and defect"), key("predicted", "marked only"), key("true", "defect only")]
      : [key("both", "marked")],
    overlay: [key("predicted", "marked"), ...(truth ? [key("true", "true outline")] : [])],
  };
  document.querySelectorAll(".legend").forEach((legend) => {
    legend.replaceChildren(...keys[state.view].map((node) => node.cloneNode(true)));
  });
}

function drawViews() {
  document.querySelectorAll(".views button").forEach((button) => {
    button.setAttribute("aria-pressed", button.dataset.view === state.view);
  });
  drawLegend();
}

function setView(view) {
  state.view = view;
  drawViews();
  gallery.update();
}

// While the slider moves, the page follows once for each frame of the screen.
let scheduled = false;
function setLevel(level) {
  state.level = Math.min(Math.max(level, 0), data.thresholds.length - 1);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(drawLevel);
}

function drawLevel() {
  scheduled = false;
  const all = figuresOf(data.types, state.level);
  drawBar(all);
  drawTiles(all);
  drawConfusion(all);
  drawTypes(all);
  moveMarkers(all);
  gallery.update();
}

// --- input ----------------------------------------------------------------------------------------------------------

function fillSelect(id, options, changed) {
  byId(id).append(...options.map(([value, text]) => element("option", { value }, text)));
  byId(id).addEventListener("change", () => changed(byId(id).value));
}

// A list that decides which cards are there, and in which order.
function fillCardSelect(id, options, key) {
  fillSelect(id, options, (value) => {
    state[key] = value;
    gallery.arrange();
  });
}

function makeCurveTypes() {
  const types = [...data.curves, ...data.calibration].map((one) => one.type);
  const names = [...new Set(types.filter((type) => type !== null))];
  byId("curves").hidden = types.length === 0;
  byId("curve-type").parentElement.hidden = names.length < 2;
  fillSelect("curve-type", [["", "all"], ...names.map((name) => [name, name])], (value) => {
    state.curves = value === "" ? null : value;
    drawCurves();
    moveMarkers(figuresOf(data.types, state.level));
  });
}

function makeSliders() {
  document.querySelectorAll(".threshold").forEach((slider) => {
    slider.addEventListener("input", () => setLevel(Number(slider.value)));
    // The order follows when the slider is let go, so that no picture runs away under the eye.
    slider.addEventListener("change", settle);
  });
  byId("threshold-reset").addEventListener("click", () => {
    state.level = data.chosen;
    settle();
  });
}

function makeControls() {
  document.querySelectorAll(".views").forEach((group) => {
    VIEWS.forEach(([view, text], i) => {
      const button = element("button", { type: "button", "data-view": view, title: `Key ${i + 1}` }, text);
      button.addEventListener("click", () => setView(view));
      group.append(button);
    });
  });
  const types = data.types.filter((type) => type.type !== null).map((type) => [type.type, type.type]);
  const verdicts = VERDICTS.slice(0, data.hasTruth ? VERDICTS.length : 3);
  fillCardSelect("sort", gallery.sorts, "sort");
  fillCardSelect("filter-type", [["", "all"], ...types], "type");
  fillCardSelect("filter-verdict", verdicts, "verdict");
  byId("filter-type").parentElement.hidden = types.length < 2;
}

function settle() {
  drawLevel();
  gallery.arrange();
}

const KEYS = {
  1: () => setView("image"),
  2: () => setView("probability"),
  3: () => setView("mask"),
  4: () => setView("overlay"),
  "+": () => setLevel(state.level + 1),
  "-": () => setLevel(state.level - 1),
  ArrowLeft: () => gallery.step(-1),
  ArrowRight: () => gallery.step(1),
  ArrowUp: () => gallery.step(-gallery.columns()),
  ArrowDown: () => gallery.step(gallery.columns()),
};

// Lists and the slider keep their own keys; up and down scroll unless a picture is in hand.
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  const target = event.target.tagName, vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
  if (target === "SELECT" || (target === "INPUT" && event.key.startsWith("Arrow"))) return;
  if (vertical && (gallery.viewer.card || !event.target.classList.contains("card"))) return;
  event.preventDefault();
  KEYS[event.key]();
}

drawHeader();
drawSettings();
drawFolds();
drawLearning();
drawCurves();
makeCurveTypes();
makeSliders();
makeControls();
drawViews();
settle();
byId("gallery").hidden = data.pictures.length === 0;
document.addEventListener("keydown", onKey);
