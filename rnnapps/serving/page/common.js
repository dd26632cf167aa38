// What the pages of all applications share: asking the server, telling faults, files that are dropped.

let most = Infinity; // bytes of a request

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; texts are texts, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** What is going on, in the line #state. */
export function tell(text) {
  byId("state").textContent = text;
  byId("fault").textContent = "";
}

/** What went wrong, in the line #fault. */
export function tellFault(text) {
  byId("state").textContent = "";
  byId("fault").textContent = text;
}

/** The JSON that the server answers; an Error with its own words where it refuses. */
export async function ask(path, options = {}) {
  const size = options.body?.size ?? new Blob([options.body ?? ""]).size;
  // The server would end the connection while the rest still comes, and a browser then tells nothing.
  if (size > most) throw new Error(`This has ${megabytes(size)}; at most ${megabytes(most)} are read.`);
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  const found = await response.json().catch(() => null);
  if (!response.ok) throw new Error(`${found?.detail || response.statusText || "Refused"} (${response.status})`);
  if (!found) throw new Error("The answer of the server broke off. Try again.");
  return found;
}

const megabytes = (bytes) => `${Number((bytes / 1e6).toPrecision(3))} MB`;

/** Runs one thing at a time: what is asked anew replaces what was asked before. Faults are told. */
export function latest(run, busy = () => {}) {
  let control = null;
  return async (...given) => {
    control?.abort();
    const mine = (control = new AbortController());
    busy(true);
    try {
      await run(mine.signal, ...given);
    } catch (error) {
      if (control === mine) tellFault(error.message);
    } finally {
      if (control === mine) busy(false);
    }
  };
}

/**
 * What is served, below the title, and how a program asks for it; returns what the server tells of the model.
 * describe: what the model is -> words for it; sent: the options of curl; path: whom it asks.
 */
export async function introduce(describe, sent, path) {
  byId("example").textContent = ["curl", ...sent, new URL(path, location.href)].join(" \\\n  ");
  try {
    const about = await ask("v1/model");
    most = about.max_bytes;
    byId("model").textContent = `Run ${about.run}${about.version && `, version ${about.version}`}: ${describe(about)}`;
    return about;
  } catch (error) {
    tellFault(error.message);
    return null;
  }
}

/** Calls `taken` with a file that is dropped on #drop, or chosen with #choose and #file. */
export function takeFiles(taken) {
  const area = byId("drop"), input = byId("file");
  byId("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) taken(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  for (const name of ["dragenter", "dragover"]) area.addEventListener(name, () => area.classList.add("over"));
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) taken(event.dataTransfer.files[0]);
  });
  // A file that is dropped beside the area would replace the page.
  for (const name of ["dragenter", "dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

/** How long it took since `began`, for people. */
export function took(began) {
  const spent = performance.now() - began;
  return spent < 1000 ? `${Math.round(spent)} ms` : `${(spent / 1000).toFixed(1)} s`;
}
