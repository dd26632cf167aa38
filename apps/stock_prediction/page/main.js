import { ask, byId, element, introduce, latest, takeFiles, tell, took } from "./common.js";
import { fanChart } from "./fan_chart.js";
import { day, number, percent } from "./written.js";

let found = null;
let unit = "value";

const forecast = latest(async (signal, file) => {
  tell("Forecasting …");
  const began = performance.now();
  const headers = { "content-type": "text/csv" };
  const options = file ? { method: "POST", headers, body: file, signal } : { signal };
  found = await ask("v1/forecast", options);
  const names = found.forecasts.map(({ ticker }) => element("option", { value: ticker }, ticker));
  byId("ticker").replaceChildren(...names);
  byId("ticker").hidden = names.length < 2;
  byId("answer").hidden = false;
  show();
  const notes = found.notes.length ? ` ${found.notes.join("; ")}.` : "";
  tell(`${file ? file.name : "The run's own rows"}: answered in ${took(began)}.${notes}`);
});

function show() {
  const one = found.forecasts[byId("ticker").selectedIndex] || found.forecasts[0];
  byId("title").textContent = `${one.ticker} after ${day(one.origin)}`;
  byId("chart").replaceChildren(...fanChart(one, unit, byId("chart").clientWidth, (step) => read(one, step)));
  read(one, one.times.length - 1);
  const lines = found.verdict.map((line) => {
    const [head, ...rest] = line.split(":");
    const text = rest.join(":").replace(/\s+/g, " ").replaceAll(" %", "\u00a0%");
    return element("p", {}, element("b", {}, `${head}:`), text);
  });
  const none = element("p", {}, "Not known: the model is served without the figures of its run.");
  byId("verdict").replaceChildren(...(lines.length ? lines : [none]));
  byId("table").replaceChildren(table(one));
}

/** One row to come in words. */
function read(one, step) {
  const row = one.quantiles[step];
  const last = row.length - 1;
  const share = one.levels[last] - one.levels[0];
  byId("reading").textContent =
    `${day(one.times[step])}: median ${number(row[last >> 1])}, ${percent(share)} between ${number(row[0])} and ` +
    `${number(row[last])}. On ${day(one.origin)} it was ${number(one.history.at(-1))}.`;
}

function table(one) {
  const row = (head, cells, scope) => {
    const first = element("th", { scope }, head);
    return element("tr", {}, first, ...cells.map((cell) => element(scope === "col" ? "th" : "td", {}, cell)));
  };
  return element(
    "table",
    {},
    element("thead", {}, row("date", one.levels.map(percent), "col")),
    element("tbody", {}, ...one.times.map((time, i) => row(day(time), one.quantiles[i].map(number), "row"))),
  );
}

/** The columns of the command `forecast`. */
function save() {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ["ticker", "origin", "date", "horizon", ...found.forecasts[0].levels.map((level) => `q${level}`)];
  const rows = found.forecasts.flatMap((one) =>
    one.times.map((time, i) => [quoted(one.ticker), one.origin, time, i + 1, ...one.quantiles[i]]),
  );
  const text = [head, ...rows].map((row) => row.join(",")).join("\n") + "\n";
  const link = element("a", { download: "forecast.csv" });
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // some browsers begin to read it later
}

byId("ticker").addEventListener("change", show);
byId("save").addEventListener("click", save);
byId("own").addEventListener("click", () => forecast(null));
takeFiles(forecast);
let width = 0;
new ResizeObserver(() => {
  const now = byId("chart").clientWidth;
  if (found && now && now !== width) show();
  width = now;
}).observe(byId("chart"));

function describe({ tickers, horizon }) {
  return `${tickers.length > 6 ? `${tickers.length} series` : tickers.join(", ")}; ${horizon} rows ahead`;
}
const about = await introduce(describe, ["-H 'content-type: text/csv'", "--data-binary @prices.csv"], "v1/forecast");
if (about) {
  const columns = [...about.columns, ...about.past_columns, ...about.future_columns];
  unit = about.columns.includes("close") ? "closing price" : "value";
  byId("needs").textContent = `It needs ${about.window} rows of each series, dated, with ${columns.join(", ")}.`;
  byId("own").hidden = !about.own_rows;
  if (about.own_rows) forecast(null);
}
