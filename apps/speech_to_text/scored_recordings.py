"""Recordings that a run is scored on: which, what is heard in them, and pictures of some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.audio.recording import Recording

from .config import SpeechConfig
from .corpus_faults import audible
from .data import list_corpus, read_corpus, read_recordings
from .plot_utterance import plot_utterance
from .shared_recordings import SIDES
from .transcript import Transcript

if TYPE_CHECKING:
    from .recognition import Recognition
    from .transcriber import Transcriber

TOGETHER_SECONDS = 1800.0  # waveforms that are in memory at once
LONGEST_DRAWN = 30.0
# Validation recordings choose the best epoch and the decoder's weights.
CHOSEN_ON = "The run was chosen on these recordings: others will have more errors."


@dataclass(frozen=True)
class ScoredRecordings:
    """What a run is scored on.

    Fields:
        recordings: with their texts.
        name: for the report.
        short_name: for a folder.
        notes: what the reader must know, one sentence each.
    """

    recordings: list[Recording]
    name: str
    short_name: str
    notes: tuple[str, ...] = ()


def scored_recordings(config: SpeechConfig, data: str | None = None, side: str | None = None) -> ScoredRecordings:
    """Finds them.

    Args:
        config: of the run.
        data: list or folder of other recordings than the run's own.
        side: of its own, test or validation; by default test where there is one.
    Raises:
        FileNotFoundError, ValueError: as `read_corpus`, or the run has no such side.
    """
    if data is not None:
        recordings = read_recordings(config.data, data)
        name = Path(data).resolve().name.split(".")[0] or "data"
        # Or the figures of the run's own test side would be overwritten by those of some test.tsv.
        return ScoredRecordings(recordings, str(data), f"other-{name}" if name in SIDES else name)
    leave_out = config.data.faulty == "leave_out"
    corpus = (list_corpus if leave_out else read_corpus)(config.data)
    if side == "test" and not corpus.test:
        raise ValueError("--side test: the run has no test side; choose validation, or give --data")
    side = side or ("test" if corpus.test else "validation")
    notes = () if side == "test" else (CHOSEN_ON,)
    recordings = corpus.sides[side]
    if leave_out:
        recordings, faulty = audible(recordings, config)
        notes = (*notes, *faulty)
    return ScoredRecordings(recordings, f"{side} side of {corpus.name}", side, notes)


def find_recordings(asked: Sequence[str], recordings: Sequence[Recording]) -> list[int]:
    """Indices of recordings that are asked for by number, from 1, or by name, with or without folder and ending.

    Raises:
        ValueError: there is none of this name or number.
    """
    names = {str(index + 1): index for index in range(len(recordings))}
    for index, recording in enumerate(recordings):
        path = Path(recording.name)
        for name in (recording.name, path.name, path.stem):
            names.setdefault(name, index)
    for name in asked:
        if name not in names:
            last = f"{len(recordings):,}, {recordings[-1].name}"
            raise ValueError(f"--plot {name}: no such recording; they are 1, {recordings[0].name}, to {last}")
    return list(dict.fromkeys(names[name] for name in asked))


def transcribe_recordings(transcriber: Transcriber, recordings: Sequence[Recording]) -> list[Transcript]:
    """Transcripts in the order of the recordings, of which a bounded number is in memory at once.

    Raises:
        ValueError: one cannot be read; it is named.
    """
    found: list[Transcript | None] = [None] * len(recordings)
    held: list[int] = []
    waveforms: list[np.ndarray] = []

    def transcribe() -> None:
        for index, transcript in zip(held, transcriber.transcribe(waveforms), strict=True):
            found[index] = transcript
        held.clear()
        waveforms.clear()

    # Similar lengths together, so that batches hold little padding.
    for index in np.argsort([recording.duration for recording in recordings], kind="stable"):
        held.append(int(index))
        waveforms.append(recordings[index].waveform(transcriber.rate))
        if sum(map(len, waveforms)) > TOGETHER_SECONDS * transcriber.rate:
            transcribe()
    if held:
        transcribe()
    return found


def draw_recordings(
    recognition: Recognition,
    recordings: Sequence[Recording],
    transcripts: Sequence[Transcript],
    numbers: Sequence[int],
    folder: Path,
) -> list[Path]:
    """A picture of each of some recordings, `<number>-<name>.png`.

    Args:
        recognition: of the run.
        recordings: all of them.
        transcripts: what is heard in them.
        numbers: indices of those to draw.
        folder: where to.
    Raises:
        ValueError: one is too long for a picture.
    """
    model, paths = recognition.model, []
    for index in numbers:
        recording = recordings[index]
        waveform = recording.waveform(model.rate)
        if len(waveform) > LONGEST_DRAWN * model.rate:
            seconds = len(waveform) / model.rate
            raise ValueError(f"{recording.name}: {seconds:.0f} s are too long for a picture, {LONGEST_DRAWN:g} at most")
        of_frames = {}
        if model.dense is not None:
            log_probs, frames = model.posteriors(waveform[None], np.array([len(waveform)], "int32"))
            of_frames["posteriors"] = log_probs.numpy()[0, : int(frames[0])]
            of_frames["symbols"], of_frames["frame_seconds"] = recognition.units.symbols, model.frame_seconds
        name = re.sub(r"[^\w.-]+", "_", Path(recording.name).stem)
        path = folder / f"{index + 1}-{name}.png"
        known = (recording.text, transcripts[index])
        paths.append(plot_utterance(path, waveform, model.rate, *known, **of_frames, name=recording.name))
    return paths
