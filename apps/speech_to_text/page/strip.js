// Loudness over time, with the words below it at their times.
import { byId, element } from "./common.js";

const PER_SECOND = 110; // pixels, so that words can be read; what is longer than the screen scrolls
const WIDEST = 16000;

/** Draws a recording: its samples, where this browser knows them, its words' boxes and the seconds. */
export function drawStrip(sound, words, seconds) {
  const track = byId("track");
  track.style.width = `${Math.min(WIDEST, Math.round(PER_SECOND * seconds))}px`;
  byId("spans").replaceChildren(...words.map(({ span }) => span));
  byId("ticks").replaceChildren(...ticks(seconds, track.clientWidth));
  drawWave(sound);
}

function ticks(seconds, width) {
  const step = [0.2, 0.5, 1, 2, 5, 10, 30, 60].find((step) => (step * width) / seconds >= 60) || 120;
  const count = Math.ceil((seconds - 0.3 * step) / step); // the last has room for its text
  return Array.from({ length: Math.max(1, count) }, (_, i) => {
    const tick = element("span", {}, `${Number((i * step).toFixed(1))} s`);
    tick.style.left = `${(100 * i * step) / seconds}%`;
    return tick;
  });
}

/** A line from the lowest to the highest sample of every pixel. */
function drawWave(sound) {
  const canvas = byId("wave");
  const scale = Math.min(window.devicePixelRatio || 1, WIDEST / canvas.clientWidth);
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  if (!sound) return;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--known");
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

/** The line of what is heard now, kept in sight while it moves; share: of the recording. */
export function moveNow(share, isPlaying) {
  const strip = byId("strip");
  const place = Math.min(1, share) * byId("track").clientWidth;
  byId("now").style.left = `${place}px`;
  const seen = place - strip.scrollLeft;
  if (isPlaying && (seen < 0 || seen > 0.9 * strip.clientWidth)) strip.scrollLeft = place - 0.2 * strip.clientWidth;
}

/** Calls `chosen` with the share of the recording where the strip is clicked. */
export function onStrip(chosen) {
  byId("track").addEventListener("click", (event) => {
    const box = byId("track").getBoundingClientRect();
    chosen((event.clientX - box.left) / box.width);
  });
}
