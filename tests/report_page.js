// Runs in the page after its own scripts, see check_report.sh: does what a user does, and compares what is shown with
// figures counted anew from the data. Tells on the console what fails, and how many checks there were.

const tell = (line) => console.log(`report-test: ${line}.`);
let checks = 0, failed = 0;

function check(what, got, wanted) {
  checks++;
  if (JSON.stringify(got) === JSON.stringify(wanted)) return;
  failed++;
  tell(`FAILED: ${what}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

// Waits until the page has done what it put off.
async function settled() {
  const waiting = () => scheduled || (gallery.viewer.card !== null && !byId("viewer").open);
  for (let i = 0; i < 200 && (i === 0 || waiting()); i++) await new Promise((resolve) => setTimeout(resolve, 20));
}

const names = () => [...document.querySelectorAll("#cards .name")].map((node) => node.textContent);
const tileValue = (name) => [...document.querySelectorAll("#tiles div")]
  .find((node) => node.firstChild.textContent === name)?.lastChild.textContent;

async function slide(level) {
  byId("threshold").value = level;
  byId("threshold").dispatchEvent(new Event("input"));
  byId("threshold").dispatchEvent(new Event("change"));
  await settled();
}

async function choose(id, value) {
  byId(id).value = value;
  byId(id).dispatchEvent(new Event("change"));
  await settled();
}

async function press(key, target = document.activeElement) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settled();
}

// Pixels of all pictures at a level, counted one by one.
function countAnew(pictures, level) {
  const sum = { tp: 0, fp: 0, fn: 0 };
  for (const picture of pictures) {
    picture.defect.forEach((n, passed) => { sum[passed > level ? "tp" : "fn"] += n; });
    picture.good.forEach((n, passed) => { sum.fp += passed > level ? n : 0; });
  }
  return sum;
}

// 1 where there is nothing, as docs/metrics.md says.
const ratio = (part, whole) => whole ? part / whole : 1;
const diceAnew = (sum) => ratio(2 * sum.tp, 2 * sum.tp + sum.fp + sum.fn);

function checkFigures(level) {
  const sum = countAnew(data.pictures, level);
  const ng = data.pictures.filter((picture) => picture.ng > level).length;
  const marked = data.pictures.filter((picture) => countAnew([picture], level).tp + countAnew([picture], level).fp > 0);
  check(`NG at ${level}`, ng, marked.length);
  check(`threshold at ${level}`, Number(byId("threshold-value").textContent), +data.thresholds[level].toFixed(4));
  if (!data.hasTruth) {
    check(`tile NG at ${level}`, tileValue("NG"), String(ng));
    return;
  }
  check(`Dice at ${level}`, tileValue("Dice"), diceAnew(sum).toFixed(3));
  check(`precision at ${level}`, tileValue("Precision"), ratio(sum.tp, sum.tp + sum.fp).toFixed(3));
  check(`recall at ${level}`, tileValue("Recall"), ratio(sum.tp, sum.tp + sum.fn).toFixed(3));
  check(`IoU at ${level}`, tileValue("IoU"), ratio(sum.tp, sum.tp + sum.fp + sum.fn).toFixed(3));
  const cells = [...document.querySelectorAll("#confusion table:first-child td[class]")]
    .map((cell) => Number(cell.firstChild.textContent));
  check(`pictures at ${level}`, [cells[0] + cells[2], cells[1] + cells[3]], [ng, data.pictures.length - ng]);
}

async function checkSlider() {
  check("the model's threshold first", state.level, data.chosen);
  checkFigures(data.chosen);
  const before = byId("tiles").textContent;
  for (const level of [30, 180, 255, 250]) {
    await slide(level);
    checkFigures(level);
  }
  if (data.chosen !== 250) check("figures change", byId("tiles").textContent !== before, true);
  await press("-", document.body);
  checkFigures(249);
  byId("threshold-reset").click();
  await settled();
  check("reset", [state.level, byId("tiles").textContent], [data.chosen, before]);
}

function pixelsShown(canvas) {
  const copy = element("canvas", { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

// The mask on the canvas has as many pixels as the counts say, as long as the picture was not made smaller.
async function checkMasks() {
  setView("mask");
  for (const level of [data.chosen, 10, 200]) {
    await slide(level);
    for (const card of gallery.cards.slice(0, 6)) {
      await gallery.draw(card);
      const shown = pixelsShown(card.canvas), sum = countAnew([card.picture], level), found = { tp: 0, fp: 0, fn: 0 };
      for (let i = 0; i < shown.length; i += 4) {
        if (shown[i] === 255 && shown[i + 1] === 255) found.tp++;
        if (shown[i] === 255 && shown[i + 1] === 40) found.fp++;
        if (shown[i] === 40) found.fn++;
      }
      if (!data.hasTruth) Object.assign(sum, { tp: sum.tp + sum.fp, fp: 0, fn: 0 });
      const small = card.picture.width > card.canvas.width;
      if (small) check(`mask of ${card.picture.name} at ${level}`, found.tp > 0, sum.tp > 0);
      if (!small) check(`mask of ${card.picture.name} at ${level}`, found, sum);
    }
  }
  await slide(data.chosen);
}

const sorted = (list) => list.every((value, i) => i === 0 || list[i - 1] <= value);

async function checkOrder() {
  const dices = () => gallery.shown.map((card) => diceAnew(countAnew([card.picture], state.level)));
  if (data.hasTruth) {
    check("worst first", [state.sort, sorted(dices()), new Set(dices()).size > 3], ["worst", true, true]);
    await slide(200);
    check("worst first at another threshold", sorted(dices()), true);
    await slide(data.chosen);
    await choose("sort", "type");
    check("by type", sorted(gallery.shown.map((card) => card.picture.type)), true);
  } else {
    check("highest score first", state.sort, "score");
  }
  await choose("sort", "score");
  check("by score", sorted(gallery.shown.map((card) => -card.picture.score)), true);
  await choose("sort", "name");
  check("by name", names(), data.pictures.map((picture) => picture.name).sort(compareText));
  check("as in the list", names(), gallery.shown.map((card) => card.picture.name));
}

async function checkFilters() {
  const count = () => document.querySelectorAll("#cards li").length;
  await choose("filter-verdict", "ng");
  check("NG only", count(), data.pictures.filter((picture) => picture.ng > state.level).length);
  if (data.hasTruth) {
    const hasDefect = (picture) => picture.defect.some((n) => n > 0);
    await choose("filter-verdict", "missed");
    check("missed only", count(), data.pictures.filter((p) => hasDefect(p) && p.ng <= state.level).length);
    await choose("filter-verdict", "alarm");
    check("false alarms only", count(), data.pictures.filter((p) => !hasDefect(p) && p.ng > state.level).length);
    await choose("filter-verdict", "");
    await choose("filter-type", "scratch");
    check("scratches only", names(), names().filter((name) => name.includes("scratch")));
    check("some scratches", count() > 0, true);
    await choose("filter-type", "");
  }
  await choose("filter-verdict", "");
  check("all again", count(), data.pictures.length);
}

// A missed defect must not look as right; good pictures without marks have figures of 1, on the card and enlarged.
async function checkVerdicts() {
  const looks = (card) => [card.verdict.textContent, card.verdict.className];
  for (const level of [data.chosen, 250]) {
    await slide(level);
    for (const card of gallery.cards) {
      const { defect, ng } = card.fact, wanted = [["OK", "chip ok"], ["NG", "chip ng"], ["missed", "chip missed"], ["false alarm", "chip alarm"]];
      check(`verdict of ${card.picture.name}`, looks(card), wanted[data.hasTruth && defect !== ng ? (defect ? 2 : 3) : Number(ng)]);
    }
  }
  const clean = gallery.cards.find((card) => !card.fact.defect && !card.fact.ng);
  if (data.hasTruth && clean) {
    clean.button.click();
    await settled();
    const figures = [...document.querySelectorAll("#viewer-figures div")].map((node) => [...node.children].map((one) => one.textContent));
    check("figures of a clean picture", [clean.figure.textContent, ...figures.slice(-4)],
      ["Dice 1.00", ["Dice", "1.000"], ["IoU", "1.000"], ["Precision", "1.000"], ["Recall", "1.000"]]);
    byId("viewer-close").click();
  }
  await slide(data.chosen);
}

// Curves of one type: their markers lie where that type's figures are.
async function checkCurves() {
  check("charts", [...document.querySelectorAll("#curve-charts strong")].map((node) => node.textContent),
    ["Precision-recall", "Per-region overlap (PRO)", "Calibration"]);
  check("bins", document.querySelectorAll("#curve-charts .point").length, data.calibration[0].x.length);
  check("markers", document.querySelectorAll(".marker[visibility=visible]").length, 2);
  check("axes have names", [...document.querySelectorAll("figure svg")].map((svg) => svg.querySelectorAll("text[transform]").length === 1), 
    [...document.querySelectorAll("figure svg")].map(() => true));
  const at = () => Number(document.querySelector("#curve-charts .marker").getAttribute("cx"));
  const place = (value) => CHART.left + value * (CHART.width - CHART.left - CHART.right);
  const recallOf = (type) => {
    const sum = countAnew(data.pictures.filter((picture) => type === null || picture.type === type), state.level);
    return sum.tp / (sum.tp + sum.fn);
  };
  for (const type of [null, "bent", "scratch"]) {
    await choose("curve-type", type ?? "");
    check(`marker of ${type}`, at().toFixed(3), place(recallOf(type)).toFixed(3));
  }
  await choose("curve-type", "");
}

const pressed = () => [...new Set([...document.querySelectorAll(".views [aria-pressed=true]")]
  .map((button) => button.textContent))];

async function checkKeys() {
  for (const [i, [, text]] of VIEWS.entries()) {
    await press(String(i + 1), document.body);
    check(`key ${i + 1}`, pressed(), [text]);
  }
  document.querySelector(".views [data-view=image]").click();
  check("click on a view", pressed(), ["Image"]);
  const cards = [...document.querySelectorAll(".card")];
  await press("ArrowRight", document.body);
  check("first picture", document.activeElement === cards[0], true);
  await press("ArrowRight");
  await press("ArrowRight");
  await press("ArrowLeft");
  check("second picture", document.activeElement === cards[1], true);
  await press("ArrowDown");
  check("the picture below", cards.indexOf(document.activeElement), Math.min(1 + gallery.columns(), cards.length - 1));
  cards[1].click();
  await settled();
  check("viewer opens", [byId("viewer").open, byId("viewer-name").textContent], [true, names()[1]]);
  await press("ArrowRight");
  check("viewer goes on", byId("viewer-name").textContent, names()[2]);
  await press("3");
  await gallery.viewer.draw();
  byId("viewer-threshold").value = 200;
  byId("viewer-threshold").dispatchEvent(new Event("input"));
  await settled();
  check("viewer's threshold", [state.level, byId("threshold").value, byId("threshold-value").textContent], [200, "200", thresholdText(200)]);
  byId("viewer-close").click();
  await settled();
  check("viewer closes on its picture", [byId("viewer").open, cards.indexOf(document.activeElement)], [false, 2]);
}

function checkEvaluation() {
  check("figures with charts", document.querySelectorAll("figure svg").length, 6);
  check("the model's epoch in each line", document.querySelectorAll(".delivered").length, 6);
  check("rows by type", document.querySelectorAll("#type-table tbody tr").length, data.types.length);
  check("the model's threshold", data.thresholds[data.chosen].toFixed(4), "0.3700");
}

async function checkSample() {
  check("fewer pictures than counted", data.pictures.length < 90, true);
  check("pictures counted", data.types.reduce((sum, type) => sum + type.images, 0), 90);
  check("pictures shown", document.querySelectorAll("#confusion td[class]").length, 8);
}

async function checkUse() {
  await checkSlider();
  await checkMasks();
  await checkVerdicts();
  await checkOrder();
  await checkFilters();
  await checkKeys();
}

const CASES = {
  evaluation: async () => {
    checkEvaluation();
    await checkCurves();
    await checkUse();
  },
  prediction: async () => {
    check("no figures of masks", [byId("types").hidden, byId("learning").hidden, byId("folds").hidden], [true, true, true]);
    await checkUse();
  },
  sample: checkSample,
  empty: () => check("no gallery", byId("gallery").hidden, true),
  phone: checkPhone,
  landscape: checkLandscape,
  dark: checkDark,
  keyboard: checkKeyboard,
  train: () => checkCommand({ learning: 3, curves: 3 }),
  evaluate: () => checkCommand({ learning: 0, curves: 3 }),
  crossval: () => checkCommand({ learning: 4, curves: 3 }),
  predict: () => checkCommand({ learning: 0, curves: 0 }),
};

async function checkAll() {
  await settled();
  await slide(data.chosen);
  check("scripts of names stay text", window.hacked, undefined);
  check("note of what is left out", byId("gallery-note").textContent.includes("left out"), testCase === "sample");
  check("nothing sideways", document.documentElement.scrollWidth, window.innerWidth);
  await CASES[testCase]();
}

checkAll().catch((error) => check("the tests run", String(error.stack), "")).finally(() => {
  check("faults", window.faults, []);
  tell(failed ? `${failed} of ${checks} checks failed` : `all ${checks} checks passed`);
});
