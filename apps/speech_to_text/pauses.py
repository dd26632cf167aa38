"""A long recording's posteriors, cut where the speaker pauses.

Search and alignment need all frames of what they decode, and their work grows faster than its length; nobody speaks
for half a minute without a pause between two words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

BLANK = 0


class Pauses:
    """Where words end in the likeliest path of each frame.

    Args:
        separators: (V,) bool, symbols that stand between words, such as the space.
        beginnings: (V,) bool, symbols that begin a word, such as the pieces of SentencePiece that do.
    """

    def __init__(self, separators: np.ndarray, beginnings: np.ndarray):
        self.separators = np.asarray(separators, bool)
        self.beginnings = np.asarray(beginnings, bool)

    def cut(self, pieces: Iterable[np.ndarray], most: int) -> Iterator[tuple[int, np.ndarray]]:
        """Stretches of at most `most` frames, each but the last at least a third as long.

        Args:
            pieces: (t, V) log probabilities that follow each other; what stands in further columns goes with them.
            most: frames, at least 3.
        Yields:
            (first frame, (T, V)): together every frame once. One empty stretch where there are no frames, none where
            there are no pieces.
        """
        begins, held = 0, None
        for piece in pieces:
            held = piece if held is None else np.concatenate([held, piece])
            while len(held) > most:
                place = self.best_place(held[:most])
                yield begins, held[:place]
                begins, held = begins + place, held[place:]
        if held is not None:
            yield begins, held

    def best_place(self, log_probs: np.ndarray) -> int:
        """The middle of the longest pause between two words in the last two thirds; of equals the last.

        Where no pause is known to be between words, any; where there is none, the end.

        Args:
            log_probs: (T, V).
        Returns:
            Frames before the cut, 1 to T.
        """
        count, least = len(log_probs), max(1, len(log_probs) // 3)
        path = log_probs[:, : len(self.separators)].argmax(axis=1)  # T
        quiet = (path == BLANK) | self.separators[path]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
        starts, ends = edges[::2], edges[1::2]
        followed = np.append(path, BLANK)[ends]
        spaces = np.concatenate([[0], np.cumsum(self.separators[path])])
        known = self.beginnings[followed] | (spaces[ends] > spaces[starts])
        # What counts of a pause is what lies after the least length.
        starts = np.maximum(starts, least)
        late = ends > starts
        starts, ends, known = starts[late], ends[late], known[late]
        if not len(starts):
            return count
        if known.any():
            starts, ends = starts[known], ends[known]
        best = len(starts) - 1 - int(np.argmax((ends - starts)[::-1]))
        return int(starts[best] + ends[best] + 1) // 2
