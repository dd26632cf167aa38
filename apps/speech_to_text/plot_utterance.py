"""One recording as a picture: how it sounds, what the network says frame by frame, and which words it heard when."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnapps.inspection import drawn

from .aligned_errors import aligned
from .edit_counts import count
from .transcript import Transcript

BANDS = 64
RIGHT, WRONG, BLANK = "#1b7837", "#c51b1b", "0.8"
INCHES_PER_SECOND, NARROWEST, WIDEST = 1.4, 8.0, 40.0


def plot_utterance(
    path: str | Path,
    waveform: np.ndarray,
    rate: int,
    said: str,
    transcript: Transcript,
    posteriors: np.ndarray | None = None,
    symbols: tuple[str, ...] = (),
    frame_seconds: float = 0.0,
    name: str = "",
) -> Path:
    """Spectrogram with the words heard, wrong ones in red, above the probabilities of symbols frame by frame.

    Args:
        path: PNG, PDF or SVG file to write.
        waveform: (N,) float.
        rate: its samples per second.
        said: what was said.
        transcript: what was heard.
        posteriors: (T, V) log probabilities; symbol 0 is the blank. None where the network has none per frame.
        symbols: V, the first of them "".
        frame_seconds: from one frame of them to the next.
        name: of the recording.
    """
    seconds = len(waveform) / rate
    width = float(np.clip(INCHES_PER_SECOND * seconds + 1.5, NARROWEST, WIDEST))
    heights = (1.0, 3.0) if posteriors is None else (1.0, 3.0, 2.4)
    options = {"sharex": True, "height_ratios": heights}
    with drawn(path, (width, 1.2 * sum(heights) * 0.8 + 0.6), len(heights), **options) as axes:
        words, spectrogram, *below = np.ravel(axes)
        _draw_words(words, said, transcript)
        _draw_spectrogram(spectrogram, waveform, rate)
        for word in transcript.words:
            for time in (word.start, word.end):
                spectrogram.axvline(time, color="white", linewidth=0.8, linestyle=":")
                for axis in below:
                    axis.axvline(time, color="0.3", linewidth=0.8, linestyle=":")
        for axis in below:
            _draw_posteriors(axis, np.exp(posteriors), symbols, frame_seconds)
        words.set_title(_title(name, said, transcript), fontsize=10, loc="left")
        words.set_xlim(0, max(seconds, 0.1))
        np.ravel(axes)[-1].set_xlabel("seconds")
    return Path(path)


def _title(name: str, said: str, transcript: Transcript) -> str:
    head = f"{name}\n" if name else ""
    return f"{head}said:    {said}\nheard:  {transcript.text or '(nothing)'}   (confidence {transcript.confidence:.2f})"


def _draw_words(axes, said: str, transcript: Transcript) -> None:
    """Each word over the time in which it was heard, its confidence beneath."""
    pairs = [pair for pair in aligned(count([transcript.text], [said]).words, 0) if pair.kind != "deleted"]
    fits = [pair.heard for pair in pairs] == [word.text for word in transcript.words]
    for number, word in enumerate(transcript.words):
        colour = RIGHT if fits and pairs[number].kind == "equal" else WRONG
        axes.axvspan(word.start, word.end, color=colour, alpha=0.18, linewidth=0)
        middle = (word.start + word.end) / 2
        axes.text(middle, 0.62, word.text, ha="center", va="center", fontsize=9, color=colour)
        axes.text(middle, 0.2, f"{word.confidence:.2f}", ha="center", va="center", fontsize=7, color="0.3")
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_ylabel("words heard,\nconfidence", fontsize=8)


def _draw_spectrogram(axes, waveform: np.ndarray, rate: int) -> None:
    import librosa

    hop, window = max(1, rate // 200), max(64, round(0.025 * rate))
    length = 1 << (2 * window - 1).bit_length()
    power = librosa.feature.melspectrogram(
        y=np.asarray(waveform, "float32"), sr=rate, n_fft=length, win_length=window, hop_length=hop, n_mels=BANDS
    )
    decibels = librosa.power_to_db(power, ref=np.max(power) or 1.0, top_db=70)
    half = hop / rate / 2
    axes.imshow(
        decibels,
        origin="lower",
        aspect="auto",
        cmap="magma",
        extent=(-half, (decibels.shape[1] - 0.5) * hop / rate, -0.5, BANDS - 0.5),
        interpolation="nearest",
    )
    hertz = [tick for tick in (250, 500, 1000, 2000, 4000, 8000) if tick < rate / 2]
    centres = librosa.mel_frequencies(BANDS + 2, fmin=0, fmax=rate / 2)[1:-1]
    axes.set_yticks(np.interp(hertz, centres, np.arange(BANDS)), [f"{tick:,}" for tick in hertz], fontsize=8)
    axes.set_ylabel("Hz", fontsize=8)


def _draw_posteriors(axes, probabilities: np.ndarray, symbols: tuple[str, ...], frame_seconds: float) -> None:
    """A line for every symbol that is ever likely, its letter on its peaks; the blank as a grey ground."""
    times = np.arange(len(probabilities)) * frame_seconds
    axes.fill_between(times, probabilities[:, 0], color=BLANK, alpha=0.6, linewidth=0, label="blank (no symbol)")
    likely = np.flatnonzero(probabilities[:, 1:].max(axis=0, initial=0) > 0.05) + 1
    for number, symbol in enumerate(likely):
        axes.plot(times, probabilities[:, symbol], color=f"C{number % 10}", linewidth=1.1)
    best = probabilities.argmax(axis=1)
    peaks = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
    for start in peaks:
        run = best[start:] != best[start]
        end = start + (int(run.argmax()) if run.any() else len(run))
        top = start + int(probabilities[start:end, best[start]].argmax())
        colour = f"C{int(np.searchsorted(likely, best[start])) % 10}"
        letter = symbols[best[start]].replace(" ", "␣").replace("$", r"\$")
        axes.text(times[top], probabilities[top, best[start]] + 0.03, letter, ha="center", fontsize=8, color=colour)
    axes.set_ylim(0, 1.4)  # room for the legend
    axes.set_yticks([0, 0.5, 1])
    axes.set_ylabel("probability of\neach symbol", fontsize=8)
    axes.legend(loc="upper right", frameon=True, fontsize=7, framealpha=0.8)
