// The page: one state, and what follows from it. A change of the threshold draws figures, masks and markers anew.

const data = JSON.parse(byId("data").textContent);
const state = { level: data.chosen, view: "overlay", sort: "", type: "", verdict: "" };
const gallery = new Gallery(data, state);
const charts = {};
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
  const left = total - data.pictures.length;
  byId("gallery-note").textContent = left === 0 ? "" :
    `To keep this page small, ${left} of ${total} pictures are left out of the gallery: it shows ` +
    `the ${data.hasTruth ? "worst" : "most suspicious"} and an even sample of the rest. All figures count every picture.`;
  byId("types-note").textContent = data.minArea > 1
    ? `Regions of fewer than ${data.minArea} pixels are left out of masks, verdicts and all figures at a threshold.` : "";
}

function drawSettings() {
  byId("settings").hidden = data.settings.length === 0;
  byId("settings-table").replaceChildren(...data.settings.map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value))));
}

function drawCharts() {
  const learning = learningCharts(data.log);
  byId("learning").hidden = learning.length === 0;
  byId("learning-charts").append(...learning.map((chart) => chart.figure));
  const { precisionRecall, pro } = data.curves, unit = { xRange: [0, 1], yRange: [0, 1] };
  if (precisionRecall) {
    charts.precisionRecall = makeChart({ ...unit, title: "Precision", xLabel: "recall",
      series: [{ name: "precision", ...precisionRecall }] });
  }
  if (pro) {
    charts.pro = makeChart({ ...unit, xRange: [0, range([0.01, ...pro.x])[1]], title: "Per-region overlap (PRO)",
      xLabel: "false positive rate of pixels", series: [{ name: "overlap", ...pro }] });
  }
  byId("curves").hidden = Object.keys(charts).length === 0;
  byId("curve-charts").append(...Object.values(charts).map((chart) => chart.figure));
}

function fixedMetric(type, name) {
  return data.metrics.find((metric) => metric.type === type && metric.name === name)?.value;
}

// --- what follows the threshold -------------------------------------------------------------------------------------

function tile(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
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
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows),
    element("tfoot", {}, typeRow("all", all, columns.map((name) => fixedMetric(null, name)))));
}

function drawBar(all) {
  byId("threshold").value = state.level;
  byId("threshold-value").textContent = thresholdText(state.level);
  byId("threshold-reset").disabled = state.level === data.chosen;
  byId("threshold-figures").textContent = (data.hasTruth ? `Dice ${formatFigure(all.dice)} · ` : "") +
    `${formatCount(all.ng)} of ${formatCount(all.images)} NG` +
    (data.hasTruth ? ` · ${all.pictures.fn} missed · ${all.pictures.fp} false` : "");
}

function moveMarkers(all) {
  const known = all.recall !== null && all.precision !== null;
  charts.precisionRecall?.mark(known ? { x: all.recall, y: all.precision } : null);
  const x = share(all.pixels.fp, all.pixels.fp + all.pixels.tn);
  const y = charts.pro && x !== null ? interpolate(data.curves.pro, x) : null;
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
  byId("legend").replaceChildren(...keys[state.view]);
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
  byId(id).addEventListener("change", () => {
    changed(byId(id).value);
    gallery.arrange();
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
  fillSelect("sort", gallery.sorts, (value) => { state.sort = value; });
  fillSelect("filter-type", [["", "all"], ...types], (value) => { state.type = value; });
  fillSelect("filter-verdict", verdicts, (value) => { state.verdict = value; });
  byId("filter-type").parentElement.hidden = types.length < 2;
  byId("threshold").addEventListener("input", () => setLevel(Number(byId("threshold").value)));
  // The order follows when the slider is let go, so that no picture runs away under the eye.
  byId("threshold").addEventListener("change", settle);
  byId("threshold-reset").addEventListener("click", () => {
    state.level = data.chosen;
    settle();
  });
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
  if (vertical && (gallery.viewed || !event.target.classList.contains("card"))) return;
  event.preventDefault();
  KEYS[event.key]();
}

drawHeader();
drawSettings();
drawCharts();
makeControls();
drawViews();
settle();
byId("gallery").hidden = data.pictures.length === 0;
document.addEventListener("keydown", onKey);
