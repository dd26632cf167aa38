import { ask, byId, element, introduce, latest, tell, took } from "./common.js";

const TOLD = 0.1; // the least weight that is told in words
let about = { max_texts: 64, beam_size: 1 };

const translate = latest(
  async (signal) => {
    const texts = byId("text").value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!texts.length) throw new Error("Type a sentence first.");
    if (texts.length > about.max_texts) throw new Error(`At most ${about.max_texts} sentences at a time, not ${texts.length}.`);
    const began = performance.now();
    tell("");
    const body = JSON.stringify({ texts, n_best: Number(byId("count").value) || 1, alignments: true });
    const headers = { "content-type": "application/json" };
    const found = await ask("v1/translate", { method: "POST", headers, body, signal });
    byId("sentences").replaceChildren(...found.translations.map((one, i) => sentence(texts[i], one)));
    byId("answer").hidden = false;
    tell(`Answered in ${took(began)}.`);
  },
  (busy) => (byId("go").textContent = busy ? "Translating …" : "Translate"),
);

/** A source sentence over its translations; each translation's words and the source's light each other up. */
function sentence(text, { truncated, hypotheses }) {
  const source = line("source", "Source", hypotheses[0].alignment?.source_words || [text]);
  const box = element("div", { class: "sentence" }, source.line);
  const origins = element("p", { class: "origins quiet" }, "\u00a0");
  hypotheses.forEach((hypothesis, rank) => {
    const name = rank ? `Translation ${rank + 1}` : "Translation";
    const target = line("target", name, hypothesis.alignment?.target_words || [hypothesis.text]);
    const score = `${rank ? `${rank + 1}: ` : ""}log-probability ${hypothesis.log_probability.toFixed(2).replace("-", "−")}`;
    box.append(element("div", { class: "reading" }, target.line, element("span", { class: "score" }, score)));
    if (!hypothesis.alignment) return;
    const { weights } = hypothesis.alignment;
    target.words.forEach((word, t) => light(word, source.words, weights[t], "←", origins));
    // A source word has one set of words to light up: those of the best translation.
    const column = (s) => weights.map((row) => row[s]);
    if (!rank) source.words.forEach((word, s) => light(word, target.words, column(s), "→", origins));
  });
  box.append(origins);
  if (truncated) {
    const told = "Longer than the model reads: only the beginning was translated.";
    box.append(element("p", { class: "quiet" }, told));
  }
  return box;
}

/** Words side by side, of which Tab reaches one and the arrow keys the others. */
function line(kind, name, texts) {
  const words = texts.map((text, i) => element("span", { class: "word", tabindex: i ? "-1" : "0" }, text));
  const made = element("div", { class: `words ${kind}`, dir: "auto", role: "group", "aria-label": name });
  words.forEach((word, i) => made.append(...(i ? [" ", word] : [word])));
  made.addEventListener("keydown", (event) => {
    const at = words.indexOf(event.target);
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: words.length - 1 };
    const next = words[moves[event.key]];
    if (!next) return;
    event.preventDefault();
    words.forEach((word) => word.setAttribute("tabindex", word === next ? "0" : "-1"));
    next.focus();
  });
  return { line: made, words };
}

/** The other words light up while a word is pointed at or has the focus, as strongly as their weights. */
function light(word, others, weights, arrow, origins) {
  const on = () => {
    word.classList.add("chosen");
    others.forEach((other, i) => {
      other.style.setProperty("--weight", weights[i].toFixed(3));
      other.classList.toggle("lit", weights[i] >= TOLD);
    });
    const strongest = weights.map((weight, i) => [weight, i]).filter(([weight]) => weight >= TOLD).sort(([a], [b]) => b - a);
    const told = strongest.slice(0, 4).map(([weight, i]) => `${others[i].textContent} ${Math.round(100 * weight)}\u00a0%`);
    origins.textContent = `${word.textContent} ${arrow} ${told.join(", ") || "no word above all"}`;
  };
  const off = () => {
    word.classList.remove("chosen");
    origins.textContent = "\u00a0";
    others.forEach((other) => {
      other.style.removeProperty("--weight");
      other.classList.remove("lit");
    });
  };
  for (const name of ["pointerenter", "focus"]) word.addEventListener(name, on);
  for (const name of ["pointerleave", "blur"]) word.addEventListener(name, off);
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  translate();
});
byId("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) translate();
});

const describe = ({ beam_size, max_texts }) =>
  `up to ${beam_size} translations of a sentence, ${max_texts} sentences at a time`;
const sent = ["-H 'content-type: application/json'", `-d '{"texts": ["Hello."], "n_best": 1}'`];
about = (await introduce(describe, sent, "v1/translate")) || about;
for (let count = 1; count <= Math.min(about.beam_size, 10); count++) {
  byId("count").append(element("option", { value: count }, String(count)));
}
