"""Faults of the texts: too long for their recordings, not writable with the units, in another script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rnnapps.audio.recording_fault import RecordingFault
from rnnapps.audio.waveforms import Waveforms
from rnnapps.text.scripts import main_script

from .config import SpeechConfig
from .spelling import SUBSAMPLINGS, frames, least_frames, spells
from .units import Units

# A script that more of the recordings have than this share is no mistake.
FOREIGN_SHARE = 0.2


def too_short(waveforms: Waveforms, units: Units, config: SpeechConfig, side: str) -> Iterator[RecordingFault]:
    """Recordings with fewer output frames than their texts need: errors, but only a warning for the test side.

    A CTC network says a symbol at most in a frame, and needs one between two symbols that are the same. Such a
    recording has an infinite loss.
    """
    if not spells(config):
        return
    subsampling = config.model.subsampling
    for recording, samples in zip(waveforms.recordings, waveforms.samples.tolist(), strict=True):
        if not samples:
            continue  # told already
        symbols = units.encode(recording.text)
        have, need = frames(samples, config), least_frames(symbols)
        if have >= need:
            continue
        repeats = need - len(symbols)
        what = f"{_plural(len(symbols), 'symbol')}" + (f" and {_plural(repeats, 'repeat')}" if repeats else "")
        seconds = f"{recording.name}: {samples / config.features.rate:.3g} s are {have} output frames"
        fitting = [less for less in SUBSAMPLINGS if less < subsampling and frames(samples, config, less) >= need]
        smaller = f", or set model.subsampling {max(fitting)}" if fitting else ""
        advice = f"is it the right text? Leave it out{smaller}"
        level = "warning" if side == "test" else "error"
        yield RecordingFault(
            level, "too_short", recording.name, f"{seconds}, but its text needs {need}: {what}; {advice}"
        )


def unknown_symbols(waveforms: Waveforms, units: Units) -> Iterator[RecordingFault]:
    """Texts with characters, or a label, that the units lack: warnings, errors where nothing is left."""
    for recording in waveforms.recordings:
        unknown = units.unknown(recording.text)
        if not unknown:
            continue
        listed = " ".join(map(repr, unknown[:8])) + (" ..." if len(unknown) > 8 else "")
        if units.kind == "labels":
            message = f"{recording.name}: label {listed} does not occur in training; leave it out"
            yield RecordingFault("error", "label", recording.name, message)
            continue
        nothing = not units.encode(recording.text)
        message = f"{recording.name}: characters that no training text has, so they cannot be recognised: {listed}"
        yield RecordingFault("error" if nothing else "warning", "characters", recording.name, message)


def empty_texts(waveforms: Waveforms) -> Iterator[RecordingFault]:
    """Notes about recordings in which nothing is said."""
    for recording in waveforms.recordings:
        if not recording.text:
            message = f"{recording.name}: has no text; that is right if nothing is said in it"
            yield RecordingFault("note", "no_text", recording.name, message)


def foreign_scripts(sides: dict[str, Waveforms]) -> Iterator[RecordingFault]:
    """Warnings about texts mostly in a script that few others are in."""
    found = {
        side: [main_script(recording.text) for recording in waveforms.recordings] for side, waveforms in sides.items()
    }
    counts = Counter(script for scripts in found.values() for script in scripts if script)
    if len(counts) < 2:
        return
    usual = counts.most_common(1)[0][0]
    for side, scripts in found.items():
        for recording, script in zip(sides[side].recordings, scripts, strict=True):
            if script and script != usual and counts[script] < FOREIGN_SHARE * counts.total():
                message = (
                    f"{recording.name}: its text is in {script.title()} letters, the others are in {usual.title()}; "
                    f"transcribe it, or leave it out"
                )
                yield RecordingFault("warning", "script", recording.name, message, side)


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
