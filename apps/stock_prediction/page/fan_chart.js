// The fan chart: what was, the median of what comes, and how wide it may turn out.
import { element } from "./common.js";
import { day, number, percent } from "./written.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 58, RIGHT = 10, TOP = 26, BOTTOM = 26;
const OPACITY = 0.24; // of one interval

/** A node of SVG with attributes. */
function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Round numbers that divide a range into about `count` parts. */
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + 1e-9 * step; value += step) found.push(value);
  return found;
}

/** So few rows of what was that what comes can be seen; fewest on a narrow screen. */
function recent(one, width) {
  const kept = width < 600 ? -Math.max(16, 3 * one.times.length) : -Math.max(32, 4 * one.times.length);
  return { ...one, history: one.history.slice(kept), history_times: one.history_times.slice(kept) };
}

/**
 * The chart and its key.
 * one: a forecast as the server gives it; unit: what its levels are; width: pixels; chosen: called with the number of
 * a row to come.
 */
export function fanChart(one, unit, width, chosen) {
  width = Math.max(260, width || 640);
  one = recent(one, width);
  const height = Math.round(Math.min(380, Math.max(240, width * 0.5)));
  const fan = [Array(one.levels.length).fill(one.history.at(-1)), ...one.quantiles]; // opens at what is known last
  const steps = one.history.length + one.times.length;
  const flat = [...one.history, ...fan.flat()];
  const low = Math.min(...flat), high = Math.max(...flat);
  const pad = 0.05 * (high - low || Math.abs(high) || 1);
  const x = (i) => LEFT + (i * (width - LEFT - RIGHT)) / Math.max(1, steps - 1);
  const y = (v) => TOP + ((high + pad - v) * (height - TOP - BOTTOM)) / (high - low + 2 * pad);
  const at = (points) => points.map(([i, v]) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const start = one.history.length - 1;
  const times = [...one.history_times, ...one.times];

  const label =
    `${one.ticker}, ${unit}: ${one.history.length} known rows until ${day(one.origin)}, then ${one.times.length} rows ` +
    `forecast, the last with median ${number(one.quantiles.at(-1)[one.levels.length >> 1])}`;
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, tabindex: "0" });
  for (const value of ticks(low - pad, high + pad, 6)) {
    const line = { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "grid" };
    const text = { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" };
    svg.append(node("line", line), node("text", text, Number(value.toPrecision(6)).toLocaleString("en")));
  }
  svg.append(node("text", { x: 0, y: 12 }, unit));
  dates(svg, times, x, width, height);
  const pairs = one.levels.length >> 1;
  const key = element("div", { class: "key" }, element("span", {}, element("i", { class: "line was" }), "known"));
  key.append(element("span", {}, element("i", { class: "line" }), "median"));
  for (let pair = pairs - 1; pair >= 0; pair--) {
    const share = one.levels[one.levels.length - 1 - pair] - one.levels[pair];
    const swatch = element("i");
    key.append(element("span", {}, swatch, `${percent(share)} of outcomes`));
    swatch.style.opacity = 1 - (1 - OPACITY) ** (pair + 1); // intervals lie over each other
  }
  for (let pair = 0; pair < pairs; pair++) {
    const upper = fan.map((row, h) => [start + h, row[row.length - 1 - pair]]);
    const lower = fan.map((row, h) => [start + h, row[pair]]).reverse();
    svg.append(node("polygon", { points: at([...upper, ...lower]), class: "fan", "fill-opacity": OPACITY }));
  }
  svg.append(node("polyline", { points: at(one.history.map((v, i) => [i, v])), class: "known" }));
  svg.append(node("polyline", { points: at(fan.map((row, h) => [start + h, row[pairs]])), class: "median" }));
  const cursor = node("line", { y1: TOP, y2: height - BOTTOM, class: "cursor", visibility: "hidden" });
  svg.append(cursor);
  follow(svg, cursor, x, start, one.times.length, width, chosen);
  return [svg, key];
}

/** As many dates as there is room for. */
function dates(svg, times, x, width, height) {
  const count = Math.max(2, Math.min(6, Math.floor((width - LEFT) / 110)));
  const short = (time) => time.slice(0, 10) + (times[0].slice(0, 10) === times.at(-1).slice(0, 10) ? time.slice(10) : "");
  for (let k = 0; k < count; k++) {
    const i = Math.round((k * (times.length - 1)) / (count - 1));
    const anchor = k === 0 ? "start" : k === count - 1 ? "end" : "middle";
    svg.append(node("text", { x: x(i), y: height - 8, "text-anchor": anchor }, short(times[i])));
  }
}

/** The row to come under the pointer, or reached with the arrow keys. */
function follow(svg, cursor, x, start, rows, width, chosen) {
  let step = rows - 1;
  const choose = (wanted) => {
    step = Math.max(0, Math.min(rows - 1, wanted));
    cursor.setAttribute("x1", x(start + 1 + step));
    cursor.setAttribute("x2", x(start + 1 + step));
    cursor.setAttribute("visibility", "visible");
    chosen(step);
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const place = ((event.clientX - box.left) * width) / box.width;
    const apart = x(1) - x(0) || 1;
    choose(Math.round((place - x(start + 1)) / apart));
  });
  svg.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: step - 1, ArrowRight: step + 1, Home: 0, End: rows - 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    choose(moves[event.key]);
  });
}
