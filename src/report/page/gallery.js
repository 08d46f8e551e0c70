// The gallery: a card for each picture, sorted and filtered. `state` is the page's: level, view, sort, type, verdict.

const CARD_SIDE = 384;

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

// What the gallery says of a picture at a level.
function factOf(picture, level) {
  const pixels = pixelCounts(picture, level);
  return {
    pixels,
    dice: dice(pixels),
    wrong: pixels.fp + pixels.fn,
    defect: pixels.tp + pixels.fn > 0,
    ng: picture.ng > level,
  };
}

// The verdict in words, and the class of its chip: right ones are pale, wrong ones solid.
function verdictOf(fact, hasTruth) {
  if (hasTruth && fact.ng !== fact.defect) return fact.ng ? ["false alarm", "alarm"] : ["missed", "missed"];
  return fact.ng ? ["NG", "ng"] : ["OK", "ok"];
}

class Gallery {
  constructor(data, state) {
    this.data = data;
    this.state = state;
    this.cards = data.pictures.map((picture) => this.makeCard(picture));
    this.shown = [];
    this.viewer = new Viewer(this);
    this.sorts = [
      ["worst", "worst first", (a, b) => a.fact.dice - b.fact.dice || b.fact.wrong - a.fact.wrong],
      ["score", "highest score first", (a, b) => b.picture.score - a.picture.score],
      ["name", "name", () => 0],
      ["type", "type", (a, b) => compareText(a.picture.type ?? "", b.picture.type ?? "")],
    ].filter(([key]) => (key !== "worst" || data.hasTruth) && (key !== "type" || data.types.length > 1));
    state.sort = this.sorts[0][0];
    this.watch();
  }

  makeCard(picture) {
    const canvas = element("canvas", { width: picture.shownWidth, height: picture.shownHeight, "aria-hidden": true });
    const verdict = element("span", { class: "chip" }), figure = element("span", { class: "figure" });
    const button = element("button", { type: "button", class: "card" }, canvas,
      element("span", { class: "name", title: picture.name }, picture.name),
      element("span", { class: "type" }, picture.type ?? ""),
      element("span", { class: "facts" }, verdict, figure));
    const card = { picture, canvas, verdict, figure, button, item: element("li", {}, button), near: false };
    button.addEventListener("click", () => this.viewer.open(card));
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

  async draw(card) {
    card.decoding ??= decodePicture(card.picture, CARD_SIDE);
    drawPicture(card.canvas, await card.decoding, this.state.view, this.state.level, this.data.hasTruth);
  }

  // The threshold or the view has changed.
  update() {
    for (const card of this.cards) {
      card.fact = factOf(card.picture, this.state.level);
      this.describe(card);
      if (card.near) this.draw(card);
    }
    this.viewer.update();
  }

  describe(card) {
    const { fact, picture } = card, [text, style] = verdictOf(fact, this.data.hasTruth);
    card.verdict.textContent = text;
    card.verdict.className = `chip ${style}`;
    card.figure.textContent = this.data.hasTruth ? `Dice ${fact.dice.toFixed(2)}` : `score ${picture.score.toFixed(3)}`;
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

  // The picture so many places on from a card, within the list; without a card the first one.
  neighbour(card, by) {
    const at = card ? this.shown.indexOf(card) + by : 0;
    return this.shown[Math.min(Math.max(at, 0), this.shown.length - 1)];
  }

  // Moves the focus, or the viewer, by so many pictures.
  step(by) {
    if (this.shown.length === 0) return;
    if (this.viewer.card) {
      this.viewer.open(this.neighbour(this.viewer.card, by));
    } else {
      this.neighbour(this.shown.find((card) => card.button === document.activeElement), by).button.focus();
    }
  }

  // Pictures in a row of the gallery.
  columns() {
    const top = this.shown[0]?.item.offsetTop;
    const below = this.shown.findIndex((card) => card.item.offsetTop !== top);
    return below < 0 ? this.shown.length : below;
  }
}
