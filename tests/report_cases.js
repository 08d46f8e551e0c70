// Runs in the page before report_page.js, whose helpers it uses: the page on other screens, in the dark, by keyboard, and
// as the commands write it.

// --- colours --------------------------------------------------------------------------------------------------------

const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);

// Relative luminance (WCAG 2.2).
function luminance(colour) {
  const [r, g, b] = numbers(colour).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function backgroundOf(node) {
  for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
}

function contrastOf(node) {
  const style = getComputedStyle(node), colour = node instanceof SVGElement ? style.fill : style.color;
  const both = [luminance(colour), luminance(backgroundOf(node))];
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}

// Text of each kind can be read.
function checkContrast() {
  const kinds = ["h1", "#subtitle", "label", "#threshold-figures", ".tiles dt", ".tiles dd", ".confusion th", ".confusion td",
    ".confusion td small", ".figures th", ".figures td", "figcaption", "svg text", ".views button", ".chip.ok", ".chip.ng",
    ".chip.missed", ".chip.alarm", ".card .name", ".card .type", ".card .facts", ".keys", "kbd", "#settings-table td", "footer"];
  for (const kind of kinds) {
    const nodes = [...document.querySelectorAll(kind)].filter((node) => node.textContent !== "");
    check(`there is ${kind}`, nodes.length > 0, true);
    const least = Math.min(...nodes.map(contrastOf));
    check(`contrast of ${kind}, ${least.toFixed(2)}`, least >= 4.5, true);
  }
}

async function checkDark() {
  check("dark", matchMedia("(prefers-color-scheme: dark)").matches, true);
  check("dark page", luminance(getComputedStyle(document.body).backgroundColor) < 0.05, true);
  for (const panel of ["#threshold-bar", ".tiles", ".figures", ".panel", ".card", "#settings-table"]) {
    check(`dark ${panel}`, luminance(backgroundOf(document.querySelector(panel))) < 0.05, true);
  }
  checkContrast();
}

// --- small screens --------------------------------------------------------------------------------------------------

const inWindow = (node) => {
  const box = node.getBoundingClientRect();
  return box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= window.innerHeight && box.right <= window.innerWidth;
};

async function openFirst() {
  gallery.shown[0].button.click();
  await settled();
  await gallery.viewer.draw();
}

const VIEWER_CONTROLS = ["viewer-previous", "viewer-next", "viewer-close", "viewer-threshold"];

async function checkPhone() {
  check("a phone's width", window.innerWidth, 390);
  const bar = byId("threshold-bar").getBoundingClientRect().height;
  check(`height of the bar, ${bar}`, bar <= 72, true);
  check("reset beside the slider", byId("threshold-reset").offsetTop < byId("threshold").offsetTop + 20, true);
  const table = byId("type-table"), scroll = table.parentElement, name = table.querySelector("tbody th");
  scroll.scrollLeft = 150;
  check("the table scrolls, its names stay", [scroll.scrollLeft, Math.round(name.getBoundingClientRect().left - scroll.getBoundingClientRect().left) <= 1],
    [150, true]);
  checkContrast();
  await openFirst();
  for (const id of VIEWER_CONTROLS) check(`${id} in sight`, inWindow(byId(id)), true);
  check("nothing sideways in the viewer", byId("viewer").scrollWidth <= byId("viewer").clientWidth, true);
  check("the picture is there", byId("viewer-canvas").getBoundingClientRect().width > 300, true);
  check("a legend in the viewer", byId("viewer").querySelectorAll(".legend .key").length, 2);
}

async function checkLandscape() {
  check("a phone on its side", [window.innerWidth, window.innerHeight <= 390], [844, true]);
  await openFirst();
  for (const id of VIEWER_CONTROLS) check(`${id} in sight`, inWindow(byId(id)), true);
  check("the picture is in sight", inWindow(byId("viewer-canvas")), true);
}

// --- the keyboard alone ---------------------------------------------------------------------------------------------

const CONTROLS = "button, select, input, [tabindex]";

// Each control can have the focus, shows that it has it, and lies beside the bar, not under it.
function checkFocus(inside) {
  const bar = byId("threshold-bar");
  const controls = [...inside.querySelectorAll(CONTROLS)].filter((node) => node.checkVisibility() && !node.disabled);
  check("there are controls", controls.length > 5, true);
  for (const node of controls) {
    node.focus();
    const name = node.id || node.className || node.textContent, style = getComputedStyle(node);
    check(`focus on ${name}`, [document.activeElement === node, node.tabIndex >= 0], [true, true]);
    check(`focus of ${name} is seen`, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, true);
    const covered = inside === document && !bar.contains(node) && node.closest("header") === null &&
      node.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1;
    check(`${name} is not under the bar`, covered, false);
    check(`${name} has a name`, (node.ariaLabel ?? node.labels?.[0]?.textContent ?? node.textContent ?? "") !== "" ||
      node.hasAttribute("aria-labelledby"), true);
  }
}

async function checkKeyboard() {
  checkFocus(document);
  document.activeElement.blur();
  await press("ArrowRight", document.body);
  check("arrow to the first picture", document.activeElement === gallery.shown[0].button, true);
  check("Enter opens it", document.activeElement.tagName, "BUTTON");
  await openFirst();
  check("Esc closes it, Tab stays in it", byId("viewer").matches("dialog:modal"), true);
  check("focus is in the viewer", byId("viewer").contains(document.activeElement), true);
  checkFocus(byId("viewer"));
  byId("viewer-next").focus();
  await press("ArrowRight");
  check("arrow to the next picture", byId("viewer-name").textContent, gallery.shown[1].picture.name);
  byId("viewer").close();
  await settled();
  check("back on the picture", document.activeElement === gallery.shown[1].button, true);
}

// --- pages of the commands ------------------------------------------------------------------------------------------

const settingOf = (name) => [...document.querySelectorAll("#settings-table tr")]
  .find((row) => row.firstChild.textContent === name)?.lastChild.textContent;

// What every page tells of what made it.
function checkSettings() {
  const wanted = ["Network", "Input", "Smallest region", "Recipe", "Loss", "Learning rate", "Epochs", "Version", "Device"];
  if (testCase !== "predict") wanted.push("Data folder", "Defect types");
  wanted.push(testCase === "crossval" ? "Files" : "File", testCase === "predict" ? "Input" : "Augmentation");
  for (const name of wanted) check(`setting ${name}`, Boolean(settingOf(name)), true);
  check("the recipe", settingOf("Recipe"), "settings of its own");
  check("the loss", settingOf("Loss"), "Dice");
  const model = settingOf(testCase === "crossval" ? "Files" : "File");
  check("the model's file", model.endsWith("best.safetensors"), true);
  const values = [...document.querySelectorAll("#settings-table td")].map((node) => node.textContent);
  check("words, no code", values.filter((text) => /^(null|true|false|-1|)$|"/.test(text)), []);
}

function checkFolds() {
  const folds = data.folds.filter((one) => one.row === "fold");
  check("a row for each fold, mean and deviation", [...document.querySelectorAll("#fold-table tbody tr, #fold-table tfoot tr")]
    .map((row) => row.firstChild.textContent), [...folds.map((one) => one.name), "mean", "± deviation"]);
  const figure = (one) => one.figures.find(([name]) => name === "Dice")[1];
  const mean = folds.reduce((sum, one) => sum + figure(one), 0) / folds.length;
  const deviation = Math.sqrt(folds.reduce((sum, one) => sum + (figure(one) - mean) ** 2, 0) / (folds.length - 1));
  const tile = [...document.querySelectorAll("#fold-tiles > div")].find((node) => node.firstChild.textContent === "Dice");
  check("mean and deviation first", tile.lastChild.textContent, `${mean.toFixed(3)}± ${deviation.toFixed(3)}`);
}

async function checkCommand({ learning, curves }) {
  check("learning curves", document.querySelectorAll("#learning-charts svg").length, learning);
  check("the model's epoch is marked", document.querySelectorAll("#learning-charts .delivered").length > 0, learning > 0);
  check("curves", document.querySelectorAll("#curve-charts svg").length, curves);
  check("folds", byId("folds").hidden, testCase !== "crossval");
  if (testCase === "crossval") checkFolds();
  checkSettings();
  await checkUse();
}
