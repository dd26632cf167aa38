"""Everything that is told about transcripts of recordings whose texts are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.audio.recording import Recording
from rnnapps.significance import RESAMPLES, SEED

from .aligned_errors import SHOWN, worst_utterances
from .confidence_bins import confidence_bins, word_confidences
from .confusion import Confusion
from .edit_counts import count
from .score import FEWEST_RECORDINGS, score_by_speaker, score_in_detail, score_labels
from .transcript import Transcript

COMMON = 10


@dataclass(frozen=True)
class Evaluation:
    """What was found.

    Fields:
        figures: for JSON and for the report.
        confusion: of characters, or of labels.
    """

    figures: dict
    confusion: Confusion


def evaluate_texts(
    recordings: Sequence[Recording],
    transcripts: Sequence[Transcript],
    resamples: int = RESAMPLES,
    worst: int = SHOWN,
) -> Evaluation:
    """Error rates with intervals, by speaker, what is heard for what, the worst utterances, and the confidences.

    Args:
        recordings: with what is said in them.
        transcripts: what was heard, in the same order.
        resamples: bootstrap resamples.
        worst: utterances to show.
    """
    said, heard = _texts(recordings, transcripts)
    counts = count(heard, said)
    characters, words = Confusion.of_edits(counts.characters), Confusion.of_edits(counts.words)
    shown = worst_utterances(counts, heard, said, worst)
    figures = {
        "recordings": len(recordings),
        "resamples": resamples,
        "seed": SEED,
        **score_in_detail(counts, resamples),
        "by_speaker": score_by_speaker(counts, [recording.speaker for recording in recordings], resamples),
        "confidence": confidence_bins(*word_confidences(transcripts, counts.words)),
        "words_confused": words.most_common(COMMON),
        "characters_confused": characters.most_common(COMMON),
        "worst": [_named(found, recordings, transcripts) for found in shown],
    }
    return Evaluation(figures, characters)


def evaluate_labels(
    recordings: Sequence[Recording],
    transcripts: Sequence[Transcript],
    resamples: int = RESAMPLES,
    worst: int = SHOWN,
) -> Evaluation:
    """Accuracy with its interval, by label and by speaker, what is heard for what, and the surest of the wrong ones.

    Arguments as of `evaluate_texts`.
    """
    said, heard = _texts(recordings, transcripts)
    confusion = Confusion(zip(said, heard, strict=True))
    confidences = np.array([transcript.confidence for transcript in transcripts])
    right = np.array([a == b for a, b in zip(said, heard, strict=True)])
    wrong = [int(index) for index in np.argsort(-confidences, kind="stable") if not right[index]]
    figures = {
        "recordings": len(recordings),
        "resamples": resamples,
        "seed": SEED,
        **score_labels(heard, said, resamples),
        "by_speaker": _labels_by_speaker(recordings, said, heard, resamples),
        "confidence": confidence_bins(confidences, right),
        "labels_confused": confusion.most_common(COMMON),
        "worst": [
            _named({"index": index, "said": said[index], "heard": heard[index]}, recordings, transcripts)
            for index in wrong[:worst]
        ],
    }
    return Evaluation(figures, confusion)


def _labels_by_speaker(recordings, said, heard, resamples: int) -> list[dict] | None:
    names = sorted({recording.speaker for recording in recordings} - {None})
    if len(names) < 2:
        return None
    found = []
    for name in names:
        rows = [index for index, recording in enumerate(recordings) if recording.speaker == name]
        scored = score_labels([heard[row] for row in rows], [said[row] for row in rows], resamples)["accuracy"]
        interval = None if len(rows) < FEWEST_RECORDINGS else scored["interval"]
        found.append({"speaker": name, "recordings": len(rows), "accuracy": scored["rate"], "interval": interval})
    return sorted(found, key=lambda row: row["accuracy"])


def _texts(recordings, transcripts) -> tuple[list[str], list[str]]:
    return [recording.text for recording in recordings], [transcript.text for transcript in transcripts]


def _named(found: dict, recordings: Sequence[Recording], transcripts: Sequence[Transcript]) -> dict:
    """With the name of the recording, and what else helps to find out what is wrong with it."""
    recording, transcript = recordings[found["index"]], transcripts[found["index"]]
    seconds = None if np.isnan(recording.duration) else recording.duration
    known = {"name": recording.name, "number": found["index"] + 1, "speaker": recording.speaker, "seconds": seconds}
    return (
        known
        | {name: value for name, value in found.items() if name != "index"}
        | {"confidence": transcript.confidence}
    )
