import { ask, byId, element, introduce, latest, takeFiles, tell, tellFault, took } from "./common.js";
import { recorder } from "./recorder.js";
import { asWav, decoded } from "./sound.js";
import { drawStrip, moveNow, onStrip } from "./strip.js";

const player = byId("player");
// What the server decodes by itself; anything else the browser decodes and sends as WAV.
const READ_BY_SERVER = /\.(wav|flac|ogg|oga|opus|mp3|aif|aiff)$/i;
let about = { max_seconds: 60, rate: 16000, examples: [] };
let shown = null; // { words, seconds, redraw }

const transcribe = latest(async (signal, blob, name) => {
  tell("Listening to it …");
  const sound = await decoded(blob, about.rate);
  const body = READ_BY_SERVER.test(name) || !sound ? blob : asWav(sound);
  const began = performance.now();
  const headers = { "content-type": body === blob ? "application/octet-stream" : "audio/wav" };
  const found = await ask("v1/transcribe", { method: "POST", headers, body, signal });
  show(found, sound, blob);
  tell(`${name}: ${found.duration.toFixed(2)} s of sound, answered in ${took(began)}.`);
});

function show(found, sound, blob) {
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(blob);
  const words = found.words.map((word) => {
    const title = `${word.start.toFixed(2)} to ${word.end.toFixed(2)} s, ${Math.round(100 * word.confidence)} % sure`;
    const button = element("button", { type: "button", title }, word.word);
    button.style.setProperty("--sure", word.confidence.toFixed(2));
    button.addEventListener("click", () => play(word.start));
    const span = element("div", { class: "span", title }, word.word);
    span.style.left = `${(100 * word.start) / found.duration}%`;
    span.style.width = `${(100 * Math.max(0.02, word.end - word.start)) / found.duration}%`;
    return { ...word, button, span };
  });
  const text = words.length ? words.flatMap(({ button }) => [button, " "]) : [found.text || "Nothing was heard."];
  byId("said").replaceChildren(...text);
  byId("told").textContent =
    `${Math.round(100 * found.confidence)} % sure of the whole text` +
    (words.length ? "; the stronger its line, the surer a word. Play it, or choose a word to hear it." : ".");
  const others = found.alternatives.filter(({ text }) => text !== found.text);
  byId("readings").replaceChildren(
    ...others.map(({ text, score }) => element("li", {}, `${text || "(nothing)"} (score ${score.toFixed(2).replace("-", "−")})`)),
  );
  byId("others").hidden = !others.length;
  byId("answer").hidden = false;
  const redraw = () => drawStrip(sound, words, found.duration);
  shown = { words, seconds: found.duration, redraw };
  byId("strip").scrollLeft = 0;
  redraw();
  follow();
}

function play(seconds) {
  player.currentTime = seconds;
  player.play();
}

/** Words light up while they are said. */
function follow() {
  if (!shown) return;
  const now = player.currentTime;
  moveNow(now / shown.seconds, !player.paused);
  for (const { start, end, button, span } of shown.words) {
    const lit = now >= start && now < Math.max(end, start + 0.06) && (now > 0 || !player.paused);
    button.classList.toggle("now", lit);
    span.classList.toggle("now", lit);
  }
  if (!player.paused && !player.ended) requestAnimationFrame(follow);
}
for (const name of ["play", "seeked", "pause", "ended", "timeupdate"]) player.addEventListener(name, follow);
onStrip((share) => shown && play(share * shown.seconds));
window.addEventListener("resize", () => shown?.redraw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.redraw());

const press = recorder({
  told(seconds) {
    const isOn = seconds !== null;
    byId("record").textContent = isOn ? `Stop (${Math.floor(seconds)} s)` : "Record";
    byId("record").classList.toggle("on", isOn);
    if (seconds === 0) tell("Recording: speak now.");
  },
  faults: tellFault,
  taken: (blob) => transcribe(blob, "Your recording"),
  most: () => about.max_seconds,
});
byId("record").addEventListener("click", press);
takeFiles((file) => transcribe(file, file.name));
byId("sample").addEventListener("change", async (event) => {
  const path = event.target.value;
  if (!path) return;
  const response = await fetch(path).catch(() => null);
  if (response?.ok) transcribe(await response.blob(), path.split("/").pop());
  else tellFault("The recording cannot be had from the server. Is it still running?");
});

const describe = ({ rate, max_seconds }) => `${rate} samples per second, recordings of up to ${max_seconds} s`;
const sent = ["-H 'content-type: audio/wav'", "--data-binary @recording.wav"];
about = (await introduce(describe, sent, "v1/transcribe")) || about;
if (about.examples.length) {
  const options = about.examples.map((path) => element("option", { value: path }, path.split("/").pop()));
  byId("sample").append(element("option", { value: "" }, "one of the run's"), ...options);
  byId("samples").hidden = false;
}
