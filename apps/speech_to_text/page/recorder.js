// The microphone: one press begins, the next ends.

/**
 * Returns what a press does.
 * told: called with the seconds so far while it records, with null when it has ended; faults: with what went wrong;
 * taken: with the recording; most: -> seconds after which it ends by itself.
 */
export function recorder({ told, faults, taken, most }) {
  let running = null;
  let asking = false;

  async function begin() {
    let stream;
    try {
      if (!navigator.mediaDevices) throw new Error("recording needs https, or localhost");
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      faults(`The microphone cannot be used: ${error.message}.`);
      return;
    }
    const parts = [];
    const began = performance.now();
    running = new MediaRecorder(stream);
    const clock = setInterval(() => {
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= most()) running.stop();
      else told(seconds);
    }, 200);
    running.addEventListener("dataavailable", (event) => parts.push(event.data));
    running.addEventListener("stop", () => {
      clearInterval(clock);
      stream.getTracks().forEach((track) => track.stop());
      const { mimeType } = running;
      running = null;
      told(null);
      taken(new Blob(parts, { type: mimeType }));
    });
    running.start();
    told(0);
  }

  return async () => {
    if (running) {
      if (running.state === "recording") running.stop();
    } else if (!asking) {
      asking = true; // a second press while the browser asks for the microphone begins nothing
      await begin();
      asking = false;
    }
  };
}
