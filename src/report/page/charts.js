// Line charts in SVG: axes with names and round steps, a legend, and a marker that may move.

const CHART = { width: 420, height: 270, left: 62, right: 14, top: 12, bottom: 44 };
const COLOURS = 6;

// Round numbers that cover the range in about `wanted` steps.
function ticks(low, high, wanted = 5) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) list.push(i * step);
  return list;
}

function tickText(value) {
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 || Math.abs(value) >= 1e5 ? value.toExponential(0) : String(+value.toPrecision(4));
}

function range(values) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return [0, 1];
  const low = Math.min(...known), high = Math.max(...known);
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

// Gaps (null) break the line; a point alone is a dot.
function linePath(series, x, y) {
  let path = "", pen = "M";
  series.x.forEach((value, i) => {
    if (series.y[i] === null) {
      pen = "M";
      return;
    }
    path += `${pen}${x(value).toFixed(1)} ${y(series.y[i]).toFixed(1)}`;
    if (pen === "M") path += "h0";
    pen = "L";
  });
  return path;
}

function drawAxes(svg, chart, x, y) {
  const bottom = CHART.height - CHART.bottom, right = CHART.width - CHART.right;
  for (const value of ticks(...chart.yRange)) {
    svg.append(
      svgElement("line", { class: "grid", x1: CHART.left, x2: right, y1: y(value), y2: y(value) }),
      svgElement("text", { x: CHART.left - 6, y: y(value) + 4, "text-anchor": "end" }, tickText(value)));
  }
  for (const value of ticks(...chart.xRange)) {
    svg.append(
      svgElement("line", { class: "grid", x1: x(value), x2: x(value), y1: CHART.top, y2: bottom }),
      svgElement("text", { x: x(value), y: bottom + 16, "text-anchor": "middle" }, tickText(value)));
  }
  const middle = (CHART.top + bottom) / 2;
  svg.append(
    svgElement("path", { class: "axis", d: `M${CHART.left} ${CHART.top}V${bottom}H${right}` }),
    svgElement("text", { x: (CHART.left + right) / 2, y: CHART.height - 6, "text-anchor": "middle" }, chart.xLabel),
    svgElement("text", { x: 14, y: middle, "text-anchor": "middle", transform: `rotate(-90 14 ${middle})` }, chart.yLabel));
}

// A dashed line from one point to another.
function guide(from, to, x, y) {
  return svgElement("path", { class: "guide", d: `M${x(from[0])} ${y(from[1])}L${x(to[0])} ${y(to[1])}` });
}

// The line of a series, and its points where they have radii and labels of their own.
function drawSeries(svg, series, i, x, y) {
  const style = `line-${i % COLOURS}${i < COLOURS ? "" : " repeated"}`;
  svg.append(svgElement("path", { class: `line ${style}`, d: linePath(series, x, y) }));
  series.points?.forEach((point, k) => {
    svg.append(svgElement("circle", { class: `point ${style}`, cx: x(series.x[k]), cy: y(series.y[k]), r: point.radius },
      svgElement("title", {}, point.label)));
  });
  const at = series.x.indexOf(series.delivered);
  if (at >= 0 && series.y[at] !== null) {
    svg.append(svgElement("circle", { class: "delivered", cx: x(series.x[at]), cy: y(series.y[at]), r: 4 }));
  }
}

function chartLegend(chart) {
  const keys = chart.series.length < 2 ? [] : chart.series.map((series, i) =>
    element("span", {}, element("i", { class: `key key-${i % COLOURS}${i < COLOURS ? "" : " repeated"}` }), series.name));
  const notes = (chart.notes ?? []).map(([key, text]) => element("span", {}, element("i", { class: `key ${key}` }), text));
  return [...keys, ...notes];
}

// chart: { title, xLabel, yLabel, xRange, yRange, series: [{ name, x, y, points, delivered }], guides: [[from, to]],
// notes: [[key, text]] }. Returns the figure and a function that moves the marker (null hides it).
function makeChart(chart) {
  const [xLow, xHigh] = chart.xRange, [yLow, yHigh] = chart.yRange;
  const x = (value) => CHART.left + (value - xLow) / (xHigh - xLow) * (CHART.width - CHART.left - CHART.right);
  const y = (value) => CHART.height - CHART.bottom -
    (value - yLow) / (yHigh - yLow) * (CHART.height - CHART.top - CHART.bottom);
  const svg = svgElement("svg", {
    viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img",
    "aria-label": `${chart.title}: ${chart.yLabel} over ${chart.xLabel}`,
  });
  drawAxes(svg, chart, x, y);
  (chart.guides ?? []).forEach(([from, to]) => svg.append(guide(from, to, x, y)));
  chart.series.forEach((series, i) => drawSeries(svg, series, i, x, y));
  const dot = svgElement("circle", { class: "marker", r: 5, visibility: "hidden" });
  svg.append(dot);
  const figure = element("figure", { class: "panel" },
    element("figcaption", {}, element("strong", {}, chart.title), ...chartLegend(chart)), svg);
  const mark = (point) => {
    dot.setAttribute("visibility", point ? "visible" : "hidden");
    if (!point) return;
    dot.setAttribute("cx", x(point.x));
    dot.setAttribute("cy", y(point.y));
  };
  return { figure, mark };
}

// y of a curve at x, between its points.
function interpolate(curve, at) {
  const i = curve.x.findIndex((value) => value >= at);
  if (i < 0) return null;
  if (i === 0 || curve.x[i] === at) return curve.y[i];
  const t = (at - curve.x[i - 1]) / (curve.x[i] - curve.x[i - 1]);
  return curve.y[i - 1] + t * (curve.y[i] - curve.y[i - 1]);
}
