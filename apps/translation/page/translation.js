import { ask, byId, element, latest, milliseconds } from "./common.js";

let about = { max_texts: 64, beam_size: 1 };

const translate = latest(
  async (signal) => {
    const texts = byId("text").value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!texts.length) throw new Error("Type a sentence first.");
    if (texts.length > about.max_texts) throw new Error(`At most ${about.max_texts} sentences at a time.`);
    const began = performance.now();
    const body = JSON.stringify({ texts, n_best: Number(byId("count").value) || 1, alignments: true });
    const headers = { "content-type": "application/json" };
    const found = await ask("v1/translate", { method: "POST", headers, body, signal });
    byId("sentences").replaceChildren(...found.translations.map((one, i) => sentence(texts[i], one)));
    byId("took").textContent = `Answered in ${milliseconds(began)}.`;
    byId("answer").hidden = false;
  },
  (text) => (byId("fault").textContent = text),
  (busy) => (byId("go").textContent = busy ? "Translating …" : "Translate"),
);

/** A source sentence over its readings; each reading's words and the source's light each other up. */
function sentence(text, { truncated, hypotheses }) {
  const words = hypotheses[0].alignment ? hypotheses[0].alignment.source_words : [text];
  const source = line("source", words);
  const box = element("div", { class: "sentence" }, source.line);
  hypotheses.forEach((hypothesis, rank) => {
    const target = line("target", hypothesis.alignment ? hypothesis.alignment.target_words : [hypothesis.text]);
    const score = `${rank ? `reading ${rank + 1}, ` : ""}log-probability ${hypothesis.log_probability.toFixed(2)}`;
    box.append(element("div", { class: "reading" }, target.line, element("span", { class: "score" }, score)));
    if (hypothesis.alignment) connect(source.words, target.words, hypothesis.alignment.weights, rank === 0);
  });
  if (truncated) {
    const told = "Longer than the model reads: only the beginning was translated.";
    box.append(element("p", { class: "quiet" }, told));
  }
  return box;
}

function line(kind, texts) {
  const words = texts.map((text) => element("span", { class: "word", tabindex: "0" }, text));
  const made = element("div", { class: `words ${kind}`, dir: "auto" });
  words.forEach((word, i) => made.append(...(i ? [" ", word] : [word])));
  return { line: made, words };
}

/** weights[t][s]: how much target word t looked at source word s. */
function connect(source, target, weights, isFirst) {
  const column = (s) => weights.map((row) => row[s]);
  target.forEach((word, t) => light(word, source, () => weights[t]));
  // A source word has one set of words to light up: those of the best reading.
  if (isFirst) source.forEach((word, s) => light(word, target, () => column(s)));
}

function light(word, others, weightsOf) {
  const on = () => {
    const weights = weightsOf();
    word.classList.add("chosen");
    others.forEach((other, i) => {
      other.style.setProperty("--weight", weights[i].toFixed(3));
      other.classList.toggle("lit", weights[i] > 0.15);
    });
    const strongest = weights.indexOf(Math.max(...weights));
    word.title = strongest < 0 ? "" : `${others[strongest].textContent} (${Math.round(100 * weights[strongest])} %)`;
  };
  const off = () => {
    word.classList.remove("chosen");
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
byId("example").textContent = `curl -H 'content-type: application/json' \\
  -d '{"texts": ["Hello."], "n_best": 1, "alignments": true}' \\
  ${new URL("v1/translate", location.href)}`;

ask("v1/model")
  .then((found) => {
    about = found;
    byId("model").textContent = `Run ${found.run}, version ${found.version}: beam of ${found.beam_size}, up to ${found.max_texts} sentences at a time`;
    for (let count = 1; count <= Math.min(found.beam_size, 10); count++) {
      byId("count").append(element("option", { value: count }, String(count)));
    }
  })
  .catch((error) => (byId("fault").textContent = error.message));
