// The gallery: a card for each picture, sorted and filtered, and a viewer that enlarges one. `state` is the page's:
// level, view, sort, type, verdict.

const VERDICTS = [
  ["", "all", () => true],
  ["ng", "NG", (fact) => fact.ng],
  ["ok", "OK", (fact) => !fact.ng],
  ["missed", "missed", (fact) => fact.defect && !fact.ng],
  ["alarm", "false alarm", (fact) => !fact.defect && fact.ng],
];

function compareText(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}

// What the gallery says of a picture at a level. `dice` of a picture with nothing to find or mark is 1.
function factOf(picture, level) {
  const pixels = pixelCounts(picture, level), value = dice(pixels);
  return {
    pixels,
    dice: value === null ? 1 : value,
    wrong: pixels.fp + pixels.fn,
    defect: pixels.tp + pixels.fn > 0,
    ng: picture.ng > level,
  };
}

class Gallery {
  constructor(data, state) {
    this.data = data;
    this.state = state;
    this.cards = data.pictures.map((picture) => this.makeCard(picture));
    this.shown = [];
    this.viewed = null; // the card in the viewer
    this.sorts = [
      ["worst", "worst first", (a, b) => a.fact.dice - b.fact.dice || b.fact.wrong - a.fact.wrong],
      ["score", "highest score first", (a, b) => b.picture.score - a.picture.score],
      ["name", "name", () => 0],
      ["type", "type", (a, b) => compareText(a.picture.type ?? "", b.picture.type ?? "")],
    ].filter(([key]) => (key !== "worst" || data.hasTruth) && (key !== "type" || data.types.length > 1));
    state.sort = this.sorts[0][0];
    this.watch();
    this.listen();
  }

  makeCard(picture) {
    const canvas = element("canvas", { width: picture.shownWidth, height: picture.shownHeight, "aria-hidden": true });
    const verdict = element("span", { class: "chip" }), figure = element("span", { class: "figure" });
    const button = element("button", { type: "button", class: "card" }, canvas,
      element("span", { class: "name", title: picture.name }, picture.name),
      element("span", { class: "facts" }, verdict,
        element("span", { class: "type" }, picture.type ?? ""), figure));
    const card = { picture, canvas, verdict, figure, button, item: element("li", {}, button), near: false };
    button.addEventListener("click", () => this.open(card));
    return card;
  }

  // Cards are decoded and drawn when they come near the window.
  watch() {
    const byItem = new Map(this.cards.map((card) => [card.item, card]));
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const card = byItem.get(entry.target);
        card.near = entry.isIntersecting;
        if (card.near) this.draw(card);
      }
    }, { rootMargin: "300px" });
    this.cards.forEach((card) => this.observer.observe(card.item));
  }

  listen() {
    byId("viewer-close").addEventListener("click", () => byId("viewer").close());
    byId("viewer-previous").addEventListener("click", () => this.step(-1));
    byId("viewer-next").addEventListener("click", () => this.step(1));
    byId("viewer").addEventListener("close", () => {
      const card = this.viewed;
      this.viewed = null;
      card?.button.focus();
    });
    byId("viewer").addEventListener("click", (event) => {
      if (event.target === byId("viewer")) byId("viewer").close();
    });
  }

  async draw(card, canvas = card.canvas) {
    card.decoding ??= decodePicture(card.picture);
    await card.decoding;
    drawPicture(canvas, card.picture, this.state.view, this.state.level, this.data.hasTruth);
  }

  // The threshold or the view has changed.
  update() {
    for (const card of this.cards) {
      card.fact = factOf(card.picture, this.state.level);
      this.describe(card);
      if (card.near) this.draw(card);
    }
    if (this.viewed) this.showViewed();
  }

  describe(card) {
    const { fact, picture } = card;
    const wrong = this.data.hasTruth && fact.ng !== fact.defect;
    const verdict = fact.ng ? "NG" : "OK";
    card.verdict.textContent = wrong ? (fact.ng ? "false alarm" : "missed") : verdict;
    card.verdict.className = `chip ${fact.ng ? "ng" : "ok"}${wrong ? " wrong" : ""}`;
    card.figure.textContent = this.data.hasTruth ? `Dice ${fact.dice.toFixed(2)}` : picture.score.toFixed(3);
  }

  // Puts the cards in order and hides those that are filtered out.
  arrange() {
    const { sort, type, verdict } = this.state;
    const order = this.sorts.find(([key]) => key === sort)[2];
    const passes = VERDICTS.find(([key]) => key === verdict)[2];
    const focused = document.activeElement;
    this.cards.sort((a, b) => order(a, b) || compareText(a.picture.name, b.picture.name));
    this.shown = this.cards.filter((card) => (type === "" || card.picture.type === type) && passes(card.fact));
    byId("cards").replaceChildren(...this.shown.map((card) => card.item));
    byId("shown").textContent = `${this.shown.length} of ${this.cards.length}`;
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  }

  open(card) {
    this.viewed = card;
    this.showViewed();
    if (!byId("viewer").open) byId("viewer").showModal();
  }

  showViewed() {
    const { picture, fact } = this.viewed, c = fact.pixels, total = c.tp + c.fp + c.fn + c.tn;
    byId("viewer-name").textContent = picture.name;
    byId("viewer-canvas").setAttribute("aria-label", `${picture.name}: ${this.state.view}`);
    const lines = [["Type", picture.type], ["Verdict", this.viewed.verdict.textContent], ["Score", formatFigure(picture.score)],
      ["Size", `${picture.width} × ${picture.height}`],
      ["Marked", `${formatCount(c.tp + c.fp)} pixels, ${formatShare(share(c.tp + c.fp, total))}`]];
    if (this.data.hasTruth) {
      lines.push(["Defect", `${formatCount(c.tp + c.fn)} pixels, ${formatShare(share(c.tp + c.fn, total))}`],
        ["Dice", formatFigure(dice(c))], ["IoU", formatFigure(iou(c))],
        ["Precision", formatFigure(precision(c))], ["Recall", formatFigure(recall(c))]);
    }
    byId("viewer-figures").replaceChildren(...lines.filter(([, value]) => value !== null).map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value))));
    this.draw(this.viewed, byId("viewer-canvas"));
  }

  // Moves the focus, or the viewer, by so many pictures.
  step(by) {
    if (this.shown.length === 0) return;
    const current = this.viewed ?? this.shown.find((card) => card.button === document.activeElement);
    const at = current ? this.shown.indexOf(current) + by : 0;
    const next = this.shown[Math.min(Math.max(at, 0), this.shown.length - 1)];
    if (this.viewed) {
      this.open(next);
    } else {
      next.button.focus();
    }
  }

  // Pictures in a row of the gallery.
  columns() {
    const top = this.shown[0]?.item.offsetTop;
    const below = this.shown.findIndex((card) => card.item.offsetTop !== top);
    return below < 0 ? this.shown.length : below;
  }
}
