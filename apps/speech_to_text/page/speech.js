import { ask, byId, element, latest, milliseconds, takeFiles } from "./common.js";

const player = byId("player");
// What the server decodes by itself; anything else the browser decodes and sends as WAV.
const READ_BY_SERVER = /\.(wav|flac|ogg|oga|opus|mp3|aif|aiff)$/i;
let about = {};
let shown = null; // { words, seconds, lit }

const transcribe = latest(
  async (signal, blob, name) => {
    const sound = await decoded(blob);
    const body = READ_BY_SERVER.test(name) || !sound ? blob : asWav(sound);
    byId("state").textContent = "Listening to it …";
    const began = performance.now();
    const headers = { "content-type": body === blob ? "application/octet-stream" : "audio/wav" };
    const found = await ask("v1/transcribe", { method: "POST", headers, body, signal });
    byId("state").textContent = `${name}: ${found.duration.toFixed(2)} s of sound, answered in ${milliseconds(began)}`;
    show(found, sound, blob);
  },
  (text) => {
    byId("fault").textContent = text;
    if (text) byId("state").textContent = "";
  },
);

/** Mono samples and their rate, or null where this browser does not know the format. */
async function decoded(blob) {
  const context = new AudioContext();
  try {
    const buffer = await context.decodeAudioData(await blob.arrayBuffer());
    const samples = new Float32Array(buffer.length);
    for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
      buffer.getChannelData(channel).forEach((value, i) => (samples[i] += value / buffer.numberOfChannels));
    }
    return { samples, rate: buffer.sampleRate };
  } catch {
    return null;
  } finally {
    context.close();
  }
}

/** A WAV file of 16 bits. */
function asWav({ samples, rate }) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // integers
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

function show(found, sound, blob) {
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(blob);
  const words = found.words.map((word) => {
    const button = element("button", { type: "button" }, word.word);
    button.style.setProperty("--sure", word.confidence.toFixed(2));
    button.title = `${word.start.toFixed(2)} to ${word.end.toFixed(2)} s, ${Math.round(100 * word.confidence)} % sure`;
    button.addEventListener("click", () => play(word.start));
    const span = element("div", { class: "span", title: button.title }, word.word);
    span.style.left = `${(100 * word.start) / found.duration}%`;
    span.style.width = `${(100 * Math.max(0.02, word.end - word.start)) / found.duration}%`;
    return { ...word, button, span };
  });
  const text = words.length ? words.flatMap(({ button }) => [button, " "]) : [found.text || "Nothing was heard."];
  byId("said").replaceChildren(...text);
  byId("spans").replaceChildren(...words.map(({ span }) => span));
  byId("told").textContent =
    `${Math.round(100 * found.confidence)} % sure of the whole text` +
    (words.length ? "; the stronger its line, the surer a word. Play it, or choose a word to hear it." : ".");
  const others = found.alternatives.filter(({ text }) => text !== found.text);
  byId("readings").replaceChildren(
    ...others.map(({ text, score }) => element("li", {}, `${text} (log-probability ${score.toFixed(2)})`)),
  );
  byId("others").hidden = !others.length;
  byId("answer").hidden = false;
  shown = { words, seconds: found.duration };
  draw(sound);
  follow();
}

/** Loudness: a line from the lowest to the highest sample of every pixel. */
function draw(sound) {
  const canvas = byId("wave");
  const scale = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  shown.redraw = () => draw(sound);
  if (!sound) return;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--known") || "gray";
  const { samples } = sound;
  const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-4);
  const middle = canvas.height / 2;
  for (let x = 0; x < canvas.width; x++) {
    let low = 0, high = 0;
    const end = Math.floor(((x + 1) * samples.length) / canvas.width);
    for (let i = Math.floor((x * samples.length) / canvas.width); i < end; i++) {
      low = Math.min(low, samples[i]);
      high = Math.max(high, samples[i]);
    }
    pen.moveTo(x + 0.5, middle - (high / loudest) * middle * 0.95 - 0.5);
    pen.lineTo(x + 0.5, middle - (low / loudest) * middle * 0.95 + 0.5);
  }
  pen.stroke();
}

function play(seconds) {
  player.currentTime = seconds;
  player.play();
}

/** Words light up while they are said. */
function follow() {
  if (!shown) return;
  const now = player.currentTime;
  byId("now").style.left = `${Math.min(100, (100 * now) / shown.seconds)}%`;
  for (const { start, end, button, span } of shown.words) {
    const lit = now >= start && now < Math.max(end, start + 0.06) && (now > 0 || !player.paused);
    button.classList.toggle("now", lit);
    span.classList.toggle("now", lit);
  }
  if (!player.paused && !player.ended) requestAnimationFrame(follow);
}
for (const name of ["play", "seeked", "pause", "ended", "timeupdate"]) player.addEventListener(name, follow);
byId("strip").addEventListener("click", (event) => {
  const box = byId("strip").getBoundingClientRect();
  if (shown) play((shown.seconds * (event.clientX - box.left)) / box.width);
});
window.addEventListener("resize", () => shown && shown.redraw());

let recorder = null;
async function record() {
  if (recorder) {
    recorder.stop();
    return;
  }
  byId("fault").textContent = "";
  let stream;
  try {
    if (!navigator.mediaDevices) throw new Error("recording needs https, or localhost");
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    byId("fault").textContent = `The microphone cannot be used: ${error.message}`;
    return;
  }
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    clearTimeout(limit);
    stream.getTracks().forEach((track) => track.stop());
    byId("record").textContent = "Record";
    byId("record").classList.remove("on");
    transcribe(new Blob(parts, { type: recorder.mimeType }), "your recording");
    recorder = null;
  });
  const limit = setTimeout(() => recorder && recorder.stop(), 1000 * (about.max_seconds || 60));
  recorder.start();
  byId("record").textContent = "Stop";
  byId("record").classList.add("on");
  byId("state").textContent = "Recording … speak now.";
}

byId("record").addEventListener("click", record);
byId("choose").addEventListener("click", () => byId("file").click());
takeFiles(byId("drop"), byId("file"), (file) => transcribe(file, file.name));
byId("sample").addEventListener("change", async (event) => {
  const path = event.target.value;
  if (path) transcribe(await (await fetch(path)).blob(), path.split("/").pop());
});
byId("example").textContent = `curl -H 'content-type: audio/wav' --data-binary @recording.wav \\
  ${new URL("v1/transcribe", location.href)}`;

ask("v1/model")
  .then((found) => {
    about = found;
    byId("model").textContent = `Run ${found.run}, version ${found.version}: ${found.rate} samples per second, up to ${found.max_seconds} s`;
    if (!found.examples.length) return;
    const options = found.examples.map((path) => element("option", { value: path }, path.split("/").pop()));
    byId("sample").append(element("option", { value: "" }, "one of the run's"), ...options);
    byId("samples").hidden = false;
  })
  .catch((error) => (byId("fault").textContent = error.message));
