// The viewer: one picture, as large as the page holds it, with what is known of it.

class Viewer {
  constructor(gallery) {
    this.gallery = gallery;
    this.card = null; // what it shows
    this.dialog = byId("viewer");
    byId("viewer-close").addEventListener("click", () => this.dialog.close());
    byId("viewer-previous").addEventListener("click", () => gallery.step(-1));
    byId("viewer-next").addEventListener("click", () => gallery.step(1));
    byId("viewer-zoom").addEventListener("click", () => this.zoom(byId("viewer-zoom").getAttribute("aria-pressed") !== "true"));
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  open(card) {
    if (card !== this.card) this.start(card);
    this.update();
    if (!this.dialog.open) this.dialog.showModal();
  }

  // The pixels of the picture before are dropped: they are many. Its place is taken at once, empty.
  start(card) {
    this.card = card;
    this.decoding = decodePicture(card.picture, Infinity);
    byId("viewer-canvas").width = card.picture.shownWidth;
    byId("viewer-canvas").height = card.picture.shownHeight;
  }

  closed() {
    const { card } = this;
    this.card = null;
    this.decoding = null;
    this.zoom(false);
    card?.button.focus();
  }

  // One pixel of the page's picture for one of the screen, to scroll; or all of it.
  zoom(on) {
    byId("viewer-zoom").setAttribute("aria-pressed", on);
    byId("viewer-picture").classList.toggle("actual", on);
  }

  update() {
    if (!this.card) return;
    byId("viewer-name").textContent = this.card.picture.name;
    byId("viewer-canvas").setAttribute("aria-label", `${this.card.picture.name}: ${this.gallery.state.view}`);
    byId("viewer-figures").replaceChildren(...this.lines().filter(([, value]) => value !== null).map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value))));
    this.draw();
  }

  lines() {
    const { picture, fact, verdict } = this.card, c = fact.pixels, total = c.tp + c.fp + c.fn + c.tn;
    const pixels = (count) => `${counted(count, "pixel", "pixels")}, ${formatShare(share(count, total))}`;
    const smaller = picture.shownWidth < picture.width ? `, shown at ${picture.shownWidth} × ${picture.shownHeight}` : "";
    const lines = [["Type", picture.type], ["Verdict", verdict.textContent], ["Score", formatFigure(picture.score)],
      ["Size", `${picture.width} × ${picture.height}${smaller}`], ["Marked", pixels(c.tp + c.fp)]];
    if (!this.gallery.data.hasTruth) return lines;
    return [...lines, ["Defect", pixels(c.tp + c.fn)], ["Dice", formatFigure(dice(c))], ["IoU", formatFigure(iou(c))],
      ["Precision", formatFigure(precision(c))], ["Recall", formatFigure(recall(c))]];
  }

  async draw() {
    const { card } = this, { state, data } = this.gallery, decoded = await this.decoding;
    if (card === this.card) drawPicture(byId("viewer-canvas"), decoded, state.view, state.level, data.hasTruth);
  }
}
