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

async function pixelsOf(uri, width, height) {
  const image = new Image();
  image.src = uri;
  await image.decode();
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}

// Fills in picture.pixels: RGBA of the image; below which level each pixel is marked; the true mask or null.
async function decodePicture(picture) {
  const width = picture.shownWidth, height = picture.shownHeight;
  const grey = (data) => Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]);
  picture.pixels = {
    image: await pixelsOf(picture.image, width, height),
    marked: grey(await pixelsOf(picture.marked, width, height)),
    truth: picture.truth ? grey(await pixelsOf(picture.truth, width, height)) : null,
  };
}

function paint(data, i, colour, strength) {
  for (let c = 0; c < 3; c++) data[4 * i + c] += (colour[c] - data[4 * i + c]) * strength;
}

// Whether a pixel of the region lies at its edge (or at the picture's).
function isEdge(inside, i, width, height) {
  const x = i % width, y = (i - x) / width;
  return x === 0 || y === 0 || x === width - 1 || y === height - 1 ||
    !inside(i - 1) || !inside(i + 1) || !inside(i - width) || !inside(i + width);
}

function drawOverlay(data, predicted, truth, width, height) {
  for (let i = 0; i < width * height; i++) {
    if (predicted(i)) paint(data, i, PREDICTED, isEdge(predicted, i, width, height) ? 1 : 0.4);
    if (truth(i) && isEdge(truth, i, width, height)) paint(data, i, TRUE, 1);
  }
}

function drawMask(data, predicted, truth, hasTruth, pixels) {
  for (let i = 0; i < pixels; i++) {
    const colour = predicted(i) ? (!hasTruth || truth(i) ? BOTH : PREDICTED) : truth(i) ? TRUE : [0, 0, 0];
    paint(data, i, colour, 1);
  }
}

// Draws a decoded picture as the view shows it at the level.
function drawPicture(canvas, picture, view, level, hasTruth) {
  const width = picture.shownWidth, height = picture.shownHeight, { image } = picture.pixels;
  const shown = new ImageData(new Uint8ClampedArray(image), width, height);
  const predicted = (i) => picture.pixels.marked[i] > level;
  const truth = picture.truth ? (i) => picture.pixels.truth[i] > 127 : () => false;
  if (view === "probability") {
    for (let i = 0; i < width * height; i++) paint(shown.data, i, HEAT_TABLE[picture.pixels.marked[i]], 1);
  } else if (view === "mask") {
    drawMask(shown.data, predicted, truth, hasTruth, width * height);
  } else if (view === "overlay") {
    drawOverlay(shown.data, predicted, truth, width, height);
  }
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(shown, 0, 0);
}
