// Charts as SVG, and pictures as canvas. Colours follow the page's theme by the classes c0 to c5.

import { element, format, svg } from "./dom.js";

const WIDTH = 480, HEIGHT = 300, LEFT = 62, RIGHT = 12, TOP = 12, BOTTOM = 46;

/** @typedef {{name: string, x?: number[], y: number[]}} Series */

/**
 * Draws lines over a common axis. Values that are not finite leave a gap.
 * @param {{label: string, x: string, y: string, series: Series[], log?: boolean, range?: [number, number], marks?: number[]}} chart - log: a logarithmic y
 *   axis; range: of y; marks: vertical lines at these x
 */
export function lines({ label, x, y, series, log = false, range, marks = [] }) {
  const xs = series.flatMap((s) => s.x ?? s.y.map((_, i) => i)), ys = series.flatMap((s) => s.y).filter((v) => Number.isFinite(v) && (!log || v > 0));
  const [x0, x1] = extent(xs), [y0, y1] = range ?? extent(ys, log);
  const px = scale(x0, x1, LEFT, WIDTH - RIGHT), py = scale(log ? Math.log10(y0) : y0, log ? Math.log10(y1) : y1, HEIGHT - BOTTOM, TOP);
  const at = (/** @type {number} */ v) => py(log ? Math.log10(v) : v);
  const drawing = frame(label, x, y, ticks(x0, x1).map((v) => [px(v), format(v)]), (log ? decades(y0, y1) : ticks(y0, y1)).map((v) => [at(v), format(v)]));
  for (const m of marks) drawing.append(svg("line", { class: "grid", x1: px(m), x2: px(m), y1: TOP, y2: HEIGHT - BOTTOM, "stroke-dasharray": "4 3" }));
  series.forEach((s, i) => {
    const points = s.y.map((v, j) => (Number.isFinite(v) && (!log || v > 0) ? `${px((s.x ?? [])[j] ?? j).toFixed(1)} ${at(v).toFixed(1)}` : ""));
    const path = points.map((p, j) => (p === "" ? "" : `${j === 0 || points[j - 1] === "" ? "M" : "L"}${p}`)).join("");
    drawing.append(svg("path", { class: `stroke c${i % 6}`, d: path, "stroke-dasharray": ["", "7 3", "2 3"][Math.floor(i / 2) % 3] }));
    points.forEach((p) => {
      if (p !== "" && points.length < 40) drawing.append(svg("circle", { class: `fill c${i % 6}`, cx: p.split(" ")[0], cy: p.split(" ")[1], r: 3 }));
    });
  });
  return legend(drawing, series.map((s) => s.name));
}

/**
 * Draws bars: for each name one of each group.
 * @param {{label: string, names: string[], groups: {name: string, values: number[]}[], unit?: string, most?: number}} chart - most: end of the axis
 */
export function bars({ label, names, groups, unit = "", most }) {
  const row = 22 * groups.length + 14, height = names.length * row + 34, left = 16 + 8 * Math.max(...names.map(textWidth));
  const end = most ?? (Math.max(...groups.flatMap((g) => g.values).filter(Number.isFinite)) || 1);
  const px = scale(0, end, left, WIDTH - 70);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label });
  names.forEach((name, i) => {
    drawing.append(svg("text", { x: left - 8, y: i * row + row / 2 + 5, "text-anchor": "end" }, name));
    groups.forEach((g, j) => {
      const y = i * row + 7 + 22 * j, v = g.values[i];
      drawing.append(
        svg("rect", { class: `fill c${j % 6}`, x: left, y, height: 18, width: Math.max(1, px(Math.min(v, end)) - left) }),
        svg("text", { x: Math.max(left, px(Math.min(v, end))) + 6, y: y + 14 }, format(v) + unit));
    });
  });
  drawing.append(svg("line", { class: "axis", x1: left, x2: left, y1: 0, y2: height - 30 }));
  return groups.length > 1 ? legend(drawing, groups.map((g) => g.name)) : drawing;
}

/**
 * Draws histograms of several samples over a common axis, one above the other in place.
 * @param {{label: string, x: string, samples: {name: string, values: ArrayLike<number>}[], bins?: number, range?: [number, number]}} chart
 */
export function histogram({ label, x, samples, bins = 40, range }) {
  const [x0, x1] = range ?? extent(samples.flatMap((s) => extentOf(s.values)));
  const counts = samples.map((s) => {
    const all = new Array(bins).fill(0);
    for (let i = 0; i < s.values.length; i++) {
      const bin = Math.floor(((s.values[i] - x0) / (x1 - x0)) * bins);
      if (bin >= 0 && bin <= bins) all[Math.min(bin, bins - 1)] += 100 / s.values.length;
    }
    return all;
  });
  const [, y1] = extent([0, ...counts.flat()]);
  const px = scale(x0, x1, LEFT, WIDTH - RIGHT), py = scale(0, y1, HEIGHT - BOTTOM, TOP);
  const drawing = frame(label, x, "%", ticks(x0, x1).map((v) => [px(v), format(v)]), ticks(0, y1).map((v) => [py(v), format(v)]));
  counts.forEach((all, i) => {
    const path = all.map((n, j) => `M${px(x0 + ((x1 - x0) * j) / bins).toFixed(1)} ${py(0)}V${py(n).toFixed(1)}H${px(x0 + ((x1 - x0) * (j + 1)) / bins).toFixed(1)}V${py(0)}`).join("");
    drawing.append(svg("path", { class: `faint c${i % 6}`, d: path }));
  });
  return legend(drawing, samples.map((s) => s.name));
}

/**
 * Shows a picture of an answer. A small one is enlarged in whole pixels.
 * @param {import("./types.js").Pixels} p
 * @param {Uint8Array[]} buffers
 * @param {{label: string, width?: number}} options - width: on the page
 */
export function pixels(p, buffers, { label, width = p.width }) {
  const canvas = element("canvas", { width: p.width, height: p.height, role: "img", "aria-label": label, class: width > 2 * p.width && "pixelated" });
  canvas.style.width = `${width}px`;
  canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(buffers[p.buffer]), p.width, p.height), 0, 0);
  return canvas;
}

/** @param {string} label @param {string} x @param {string} y @param {[number, string][]} xTicks @param {[number, string][]} yTicks */
function frame(label, x, y, xTicks, yTicks) {
  const bottom = HEIGHT - BOTTOM;
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  for (const [at, name] of xTicks) drawing.append(svg("text", { x: at, y: bottom + 17, "text-anchor": "middle" }, name));
  for (const [at, name] of yTicks) {
    drawing.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }), svg("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, name));
  }
  drawing.append(
    svg("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: bottom, y2: bottom }),
    svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, x),
    svg("text", { x: -(TOP + bottom) / 2, y: 13, "text-anchor": "middle", transform: "rotate(-90)" }, y));
  return drawing;
}

/** Puts the names of the series above a drawing. @param {SVGElement} drawing @param {string[]} names */
function legend(drawing, names) {
  const list = element("p", { class: "legend" }, ...names.flatMap((name, i) => {
    const sample = svg("svg", { viewBox: "0 0 22 10", width: 22, height: 10, "aria-hidden": "true" }, svg("rect", { class: `fill c${i % 6}`, y: 2, width: 22, height: 6 }));
    return [element("span", {}, sample, ` ${name}`), " "];
  }));
  return element("div", {}, list, drawing);
}

/** @param {number} from @param {number} to @param {number} first @param {number} last */
function scale(from, to, first, last) {
  return (/** @type {number} */ v) => first + ((v - from) / (to - from || 1)) * (last - first);
}

/** @param {ArrayLike<number>} values */
function extentOf(values) {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** Returns a range that holds all values, at whole ticks or decades. @param {number[]} values @param {boolean} [log] @returns {[number, number]} */
function extent(values, log = false) {
  const [low, high] = extentOf(values);
  if (!Number.isFinite(low)) return log ? [0.1, 1] : [0, 1];
  if (log) return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high) + 1e-9)];
  const step = tickStep(low, high);
  return low === high ? [low - step, high + step] : [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** @param {number} low @param {number} high */
function tickStep(low, high) {
  const rough = (high - low || Math.abs(high) || 1) / 5, power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
}

/** @param {number} low @param {number} high */
function ticks(low, high) {
  const step = tickStep(low, high), all = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) all.push(Number((i * step).toPrecision(12)));
  return all;
}

/** @param {number} low @param {number} high */
function decades(low, high) {
  const first = Math.round(Math.log10(low)), last = Math.round(Math.log10(high)), step = Math.ceil((last - first + 1) / 8), all = [];
  for (let e = first; e <= last; e += step) all.push(10 ** e);
  return all;
}

/** Returns about how wide a text is, in Latin letters. @param {string} text */
function textWidth(text) {
  return [...text].reduce((n, c) => n + (c > "\u2e7f" ? 1.7 : 0.95), 0);
}
