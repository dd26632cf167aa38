"""What a corpus is like: how much there is, by whom, at which rates, how long, and which options suit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from rnnapps.audio.check_recordings import NARROW
from rnnapps.audio.recording import Recording
from rnnapps.audio.waveforms import Waveforms

from .config import SpeechConfig
from .corpus_faults import CheckedCorpus
from .spelling import SUBSAMPLINGS, frames, least_frames, spells
from .units import Units

BARS, WIDTH = 10, 40
LONG = 30.0  # seconds


def describe_corpus(checked: CheckedCorpus, units: Units, config: SpeechConfig) -> list[str]:
    """Lines that a person reads: a table of the sides, rates, lengths with a histogram, symbols, and advice.

    Args:
        checked: the corpus as it was read.
        units: what the texts are made of.
        config: every option.
    """
    sides = {side: waveforms for side, waveforms in checked.waveforms.items() if len(waveforms)}
    recordings = [recording for waveforms in sides.values() for recording in waveforms.recordings]
    measured = [m for waveforms in sides.values() for m in waveforms.measurements if m is not None]
    seconds = np.array([m.seconds for m in measured])
    lines = [_row("", "recordings", "hours", "seconds: least, median, most", "words", "speakers")]
    lines += [_side(side, waveforms) for side, waveforms in sides.items()]
    rates = _counted((each.rate for each in recordings if each.rate), "Hz")
    lines += ["", f"rates     {rates}; the network's is {config.features.rate} Hz"]
    lines += [f"channels  {_counted(r.channels for r in recordings if r.channels)}"]
    lines += [f"symbols   {_symbols(units)}"]
    if len(seconds):
        lines += ["", "seconds    recordings", *_histogram(seconds)]
    advice = list(_advice(sides, units, config, seconds))
    return [*lines, "", *(f"advice: {line}" for line in advice)] if advice else lines


def safe_subsampling(waveforms: Iterable[Waveforms], units: Units, config: SpeechConfig) -> tuple[int, dict[int, int]]:
    """The largest subsampling at which every text fits into its recording, and how many do not fit at larger ones.

    Recordings that do not fit even without subsampling do not count: they are faults of their own.
    """
    room = [
        (int(samples), least_frames(units.encode(recording.text)))
        for side in waveforms
        for recording, samples in zip(side.recordings, side.samples, strict=True)
        if samples and not units.unknown(recording.text)
    ]
    room = [(samples, need) for samples, need in room if frames(samples, config, 1) >= need]
    misfits = {factor: sum(frames(samples, config, factor) < need for samples, need in room) for factor in SUBSAMPLINGS}
    safe = max(factor for factor in SUBSAMPLINGS if all(not misfits[less] for less in SUBSAMPLINGS if less <= factor))
    return safe, {factor: count for factor, count in misfits.items() if factor > safe}


def _side(side: str, waveforms: Waveforms) -> str:
    seconds = np.array([m.seconds for m in waveforms.measurements if m is not None] or [0.0])
    words = sum(len(recording.text.split()) for recording in waveforms.recordings)
    speakers = {recording.speaker for recording in waveforms.recordings} - {None}
    spread = f"{seconds.min():.2f}, {np.median(seconds):.2f}, {seconds.max():.2f}"
    hours = f"{seconds.sum() / 3600:.3f}"
    return _row(
        side, f"{len(waveforms):,}", hours, spread, f"{words:,}", f"{len(speakers):,}" if speakers else "unknown"
    )


def _row(*cells: str) -> str:
    widths = (10, 10, 8, 30, 9, 9)
    return "  ".join(
        [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
    ).rstrip()


def _counted(values: Iterable[int], unit: str = "") -> str:
    counts = Counter(values).most_common()
    return ", ".join(f"{value} {unit}".strip() + f" ({count:,})" for value, count in counts) or "unknown"


def _symbols(units: Units) -> str:
    if units.kind == "labels":
        return f"{len(units)} labels"
    if units.kind == "sentencepiece":
        return f"{len(units) - 1} pieces of words and the blank"
    return f"{len(units) - 1} characters and the blank: {''.join(units.symbols[1:])!r}"


def _histogram(seconds: np.ndarray) -> Iterator[str]:
    """A bar for each stretch of a round number of seconds."""
    least, most = float(seconds.min()), float(seconds.max())
    rough = max(most - least, 1e-3) / BARS
    step = next(f for f in (m * 10.0**p for p in range(-4, 6) for m in (1, 2, 5)) if f >= rough)
    edges = np.arange(np.floor(least / step), np.floor(most / step) + 2) * step
    counts = np.histogram(seconds, edges)[0]
    digits = max(0, -int(np.floor(np.log10(step))))
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        bar = "#" * int(np.ceil(WIDTH * count / counts.max()))
        yield f"{f'{low:.{digits}f}-{high:.{digits}f}':>10} {count:>9,} {bar}".rstrip()


def _advice(sides: dict[str, Waveforms], units: Units, config: SpeechConfig, seconds: Sequence[float]) -> Iterator[str]:
    rate = config.features.rate
    if spells(config) and len(seconds):
        safe, misfits = safe_subsampling([sides[side] for side in sides if side != "test"], units, config)
        larger = ""
        if misfits:
            factor, count = next(iter(misfits.items()))
            larger = f"; {factor} is too much for the texts of {count:,}"
        yield f"largest safe model.subsampling: {safe}{larger} (it is {config.model.subsampling})"
    recordings: list[Recording] = [each for waveforms in sides.values() for each in waveforms.recordings]
    bands = [m.bandwidth for waveforms in sides.values() for m in waveforms.measurements if m is not None]
    if len(bands) and (usual := float(np.quantile(bands, 0.9))) < NARROW * rate / 2:
        yield f"nine in ten recordings have nothing above {usual:.0f} Hz: features.rate {_rate(usual)} loses nothing"
    elif upsampled := sum(0 < each.rate < rate for each in recordings):
        yield f"{upsampled:,} recordings have a lower rate than the network and nothing in its upper band"
    if long := int(np.sum(np.asarray(seconds) > LONG)):
        yield f"{long:,} longer than {LONG:g} s: cut at pauses, recordings take less memory and are learnt faster"


def _rate(bandwidth: float) -> int:
    return next((rate for rate in (8000, 11025, 12000, 16000) if rate / 2 >= 0.9 * bandwidth), 16000)
