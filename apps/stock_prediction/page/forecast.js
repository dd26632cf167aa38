import { ask, byId, element, latest, milliseconds, takeFiles } from "./common.js";
import { fanChart } from "./fan_chart.js";

let found = null;

const forecast = latest(
  async (signal, file) => {
    byId("state").textContent = "Forecasting …";
    const began = performance.now();
    const headers = { "content-type": "text/csv" };
    const options = file ? { method: "POST", headers, body: file, signal } : { signal };
    found = await ask("v1/forecast", options);
    const notes = found.notes.length ? ` ${found.notes.join("; ")}.` : "";
    byId("state").textContent = `${file ? file.name : "The run's own rows"}: answered in ${milliseconds(began)}.${notes}`;
    const names = found.forecasts.map(({ ticker }) => element("option", { value: ticker }, ticker));
    byId("ticker").replaceChildren(...names);
    byId("ticker").hidden = names.length < 2;
    byId("answer").hidden = false;
    show();
  },
  (text) => {
    byId("fault").textContent = text;
    if (text) byId("state").textContent = "";
  },
);

export const number = (value) =>
  Math.abs(value) >= 10
    ? value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : String(Number(value.toPrecision(4)));
const percent = (share) => `${Number((100 * share).toFixed(1))} %`;
const day = (time) => time.replace("T00:00:00", "").replace("T", " ");

function show() {
  const one = found.forecasts[byId("ticker").selectedIndex] || found.forecasts[0];
  byId("title").textContent = `${one.ticker} after ${day(one.origin)}`;
  byId("chart").replaceChildren(...fanChart(one, byId("chart").clientWidth, (step) => tell(one, step)));
  tell(one, one.times.length - 1);
  const lines = found.verdict.map((line) => {
    const [head, ...rest] = line.split(":");
    return element("p", {}, element("b", {}, `${head}:`), rest.join(":").replace(/\s+/g, " "));
  });
  const head = element("h2", {}, "How far can it be trusted?");
  const none = element("p", {}, "Not known: the model is served without the figures of its run.");
  const box = element("div", { class: "verdict" }, ...(lines.length ? lines : [none]));
  byId("verdict").replaceChildren(head, box);
  byId("table").replaceChildren(table(one));
}

/** One row to come, or one that was, in words. */
function tell(one, step) {
  const row = one.quantiles[step];
  const last = row.length - 1;
  const share = one.levels[last] - one.levels[0];
  byId("reading").textContent =
    `${day(one.times[step])}: median ${number(row[last >> 1])}, ${percent(share)} between ${number(row[0])} and ` +
    `${number(row[last])}. On ${day(one.origin)} it was ${number(one.history[one.history.length - 1])}.`;
}

function table(one) {
  const cells = (kind, values) => element("tr", {}, ...values.map((value) => element(kind, {}, value)));
  return element(
    "table",
    {},
    element("caption", {}, "Quantiles: the outcome is expected to stay below with this probability"),
    element("thead", {}, cells("th", ["date", ...one.levels.map(percent)])),
    element("tbody", {}, ...one.times.map((time, i) => cells("td", [day(time), ...one.quantiles[i].map(number)]))),
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
  URL.revokeObjectURL(link.href);
}

byId("ticker").addEventListener("change", show);
byId("save").addEventListener("click", save);
byId("choose").addEventListener("click", () => byId("file").click());
byId("own").addEventListener("click", () => forecast(null));
takeFiles(byId("drop"), byId("file"), forecast);
let width = 0;
new ResizeObserver(() => {
  const now = byId("chart").clientWidth;
  if (found && now && now !== width) show();
  width = now;
}).observe(byId("chart"));
byId("example").textContent = `curl -H 'content-type: text/csv' --data-binary @prices.csv \\
  ${new URL("v1/forecast", location.href)}`;

ask("v1/model")
  .then((about) => {
    const many = about.tickers.length > 6 ? `${about.tickers.length} series` : about.tickers.join(", ");
    byId("model").textContent = `Run ${about.run}, version ${about.version}: ${many}; ${about.horizon} rows ahead`;
    const columns = [...about.columns, ...about.past_columns, ...about.future_columns].join(", ");
    byId("needs").textContent = `It needs ${about.window} rows of each series, dated, with ${columns}.`;
    byId("own").hidden = !about.own_rows;
    if (about.own_rows) forecast(null);
  })
  .catch((error) => (byId("fault").textContent = error.message));
