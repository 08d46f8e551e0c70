// The curves of a page: over all thresholds, and over the epochs of training.

const UNIT = { xRange: [0, 1], yRange: [0, 1] };

function curveOf(data, type, name) {
  return data.curves.find((curve) => curve.type === type && curve.curve === name);
}

// Larger points stand for more pixels.
function calibrationChart(bins) {
  const points = bins.counts.map((count, i) => ({
    radius: 2 + 0.75 * Math.log10(1 + count),
    label: `probability ${formatFigure(bins.x[i])}: ${formatFigure(bins.y[i])} are defect, of ${counted(count, "pixel", "pixels")}`,
  }));
  return makeChart({ ...UNIT, title: "Calibration", xLabel: "mean probability", yLabel: "share of defect pixels",
    series: [{ name: "observed", x: bins.x, y: bins.y, points }], guides: [[[0, 0], [1, 1]]],
    notes: [["guide-key", "right probabilities"]] });
}

// The charts of one defect type, or of all pictures (null), by name; those without data are missing.
function thresholdCharts(data, type) {
  const charts = {}, precisionRecall = curveOf(data, type, "precisionRecall"), pro = curveOf(data, type, "pro");
  const bins = data.calibration.find((one) => one.type === type);
  if (precisionRecall) {
    charts.precisionRecall = makeChart({ ...UNIT, title: "Precision-recall", xLabel: "recall", yLabel: "precision",
      series: [{ name: "precision", ...precisionRecall }] });
  }
  if (pro) {
    charts.pro = makeChart({ ...UNIT, title: "Per-region overlap (PRO)", xLabel: "false positive rate of pixels",
      yLabel: "overlap of regions", series: [{ name: "overlap", ...pro }], guides: [[[0.3, 0], [0.3, 1]]],
      notes: [["guide-key", "AUPRO ends at 0.3"]] });
  }
  if (bins?.x.length) charts.calibration = calibrationChart(bins);
  return charts;
}

// A log's column as a series, or null where it is empty.
function logSeries(log, name, column) {
  const values = (key) => log.rows.map((row) => row[log.columns.indexOf(key)] ?? null);
  const series = { name, x: values("epoch"), y: values(column), delivered: log.best };
  return series.y.some((value) => value !== null) ? series : null;
}

const QUANTITIES = [
  { title: "Loss", yLabel: "loss", columns: [["training", "loss"], ["held out", "val_loss"], ["set aside", "select_loss"]] },
  { title: "Soft Dice", yLabel: "Dice", columns: [["training", "dice"], ["held out", "val_dice"]] },
  { title: "Learning rate", yLabel: "learning rate", columns: [["learning rate", "lr"]] },
];

function learningChart(title, yLabel, found, note) {
  const series = found.filter((one) => one !== null);
  if (series.length === 0) return [];
  const xRange = range(series.flatMap((one) => one.x));
  const yRange = yLabel === "Dice" ? [0, 1] : range([0, ...series.flatMap((one) => one.y)]);
  const notes = series.some((one) => one.x.includes(one.delivered)) ? [["delivered-key", note]] : [];
  return [makeChart({ title, xLabel: "epoch", yLabel, xRange, yRange, series, notes })];
}

// One training: training and held out share a chart. Several: each of the two has one, with a line for each fold.
function learningCharts(logs) {
  if (logs.length === 1) {
    const [log] = logs;
    return QUANTITIES.flatMap(({ title, yLabel, columns }) => learningChart(title, yLabel,
      columns.map(([name, column]) => logSeries(log, name, column)), `the model, epoch ${log.best}`));
  }
  return QUANTITIES.slice(0, 2).flatMap(({ title, yLabel, columns }) => columns.flatMap(([part, column]) =>
    learningChart(`${title}, ${part}`, yLabel, logs.map((log) => logSeries(log, log.name, column)), "the fold's model")));
}
