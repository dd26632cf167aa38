// What the pages of all applications share: asking the server, telling faults, files that are dropped.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; texts are texts, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The JSON that the server answers; an Error with its own words where it refuses. */
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is it still running?");
  }
  const found = await response.json().catch(() => ({ detail: response.statusText }));
  if (!response.ok) throw new Error(`${found.detail || response.statusText} (${response.status})`);
  return found;
}

/** Runs one thing at a time: what is asked anew replaces what was asked before. */
export function latest(run, told, busy = () => {}) {
  let control = null;
  return async (...given) => {
    if (control) control.abort();
    const mine = (control = new AbortController());
    told("");
    busy(true);
    try {
      await run(mine.signal, ...given);
    } catch (error) {
      if (error.name !== "AbortError") told(error.message);
    } finally {
      if (control === mine) {
        control = null;
        busy(false);
      }
    }
  };
}

/** Calls `taken` with a file that is dropped on `area` or chosen in `input`. */
export function takeFiles(area, input, taken) {
  input.addEventListener("change", () => {
    if (input.files.length) taken(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) taken(event.dataTransfer.files[0]);
  });
  // A file that is dropped beside the area would replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

export const milliseconds = (since) => `${Math.round(performance.now() - since)} ms`;
