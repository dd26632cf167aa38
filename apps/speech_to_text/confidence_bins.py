"""Whether confidences mean what they say: of words said to be right with 90 %, nine in ten should be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .aligned_errors import heard_right
from .edit_counts import EditCounts
from .transcript import Transcript

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


def word_confidences(transcripts: Sequence[Transcript], words: EditCounts) -> tuple[np.ndarray, np.ndarray]:
    """(W,) confidences of all words heard, and whether each is right.

    Args:
        transcripts: of utterances; those without word confidences are left out.
        words: edits of the same utterances.
    """
    confidences, right = [np.zeros(0)], [np.zeros(0, bool)]
    for index, transcript in enumerate(transcripts):
        if [word.text for word in transcript.words] == words.texts[index]:
            confidences.append(np.array([word.confidence for word in transcript.words]))
            right.append(heard_right(words, index))
    return np.concatenate(confidences), np.concatenate(right)


def confidence_bins(confidences: np.ndarray, right: np.ndarray) -> dict | None:
    """Confidences beside the shares that were right.

    Args:
        confidences: (W,) in [0, 1].
        right: (W,) bool.

    Returns:
        "bins": for each range that holds any: from, to, count, confidence (mean, percent) and right (percent);
        "error": mean over all of |confidence - right| of their bin, in percentage points. None where there are none.

    Guo et al. 2017, On calibration of modern neural networks, eq. 3.
    """
    if not len(confidences):
        return None
    place = np.clip(np.searchsorted(EDGES, confidences, side="right") - 1, 0, len(EDGES) - 2)
    bins = [
        {
            "from": EDGES[number],
            "to": EDGES[number + 1],
            "count": int(chosen.sum()),
            "confidence": 100 * float(confidences[chosen].mean()),
            "right": 100 * float(right[chosen].mean()),
        }
        for number in range(len(EDGES) - 1)
        if (chosen := place == number).any()
    ]
    error = sum(one["count"] * abs(one["confidence"] - one["right"]) for one in bins) / len(confidences)
    return {"bins": bins, "error": error}
