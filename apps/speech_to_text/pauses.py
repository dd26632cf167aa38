"""A long recording's posteriors, cut where the speaker pauses.

Search and alignment need all frames of what they decode, and their work grows faster than its length; nobody speaks
for half a minute without a pause between two words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
        cutter = Cutter(self, most)
        for piece in pieces:
            yield from cutter.add(piece)
        if cutter.held is not None:
            yield cutter.begins, cutter.held

    def best_place(self, log_probs: np.ndarray) -> int:
        """The middle of the longest pause between two words in the last two thirds; of equals the last.

        Where no pause is known to be between words, any; where there is none, the end.

        Args:
            log_probs: (T, V).
        Returns:
            Frames before the cut, 1 to T.
        """
        count, least = len(log_probs), max(1, len(log_probs) // 3)
        path = self._path(log_probs)
        quiet = self._quiet(path)
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

    def first_place(self, log_probs: np.ndarray, pause: int) -> int:
        """The middle of the first pause of `pause` frames behind anything said, as soon as it is that long.

        Returns:
            Frames before the cut; 0 where there is no such pause.
        """
        quiet = self._quiet(self._path(log_probs))
        said = np.logical_or.accumulate(~quiet)
        counts = np.arange(1, len(quiet) + 1)
        lengths = counts - np.maximum.accumulate(np.where(quiet, 0, counts))  # of the pause so far
        ends = np.flatnonzero(said & (lengths == pause))
        return int(ends[0]) + 1 - pause // 2 if len(ends) else 0

    def _path(self, log_probs: np.ndarray) -> np.ndarray:
        return log_probs[:, : len(self.separators)].argmax(axis=1)  # T

    def _quiet(self, path: np.ndarray) -> np.ndarray:
        return (path == BLANK) | self.separators[path]


def pauses_between(symbols: Sequence[str]) -> Pauses:
    """Where the words of these symbols begin and end; `Units` has them so that a space begins a word."""
    forms = [symbol.lstrip(" ") for symbol in symbols]
    separators = [bool(symbol) and not form for symbol, form in zip(symbols, forms, strict=True)]
    beginnings = [symbol != form and bool(form) for symbol, form in zip(symbols, forms, strict=True)]
    return Pauses(np.array(separators), np.array(beginnings))


class Cutter:
    """Frames as they come, given back in stretches; where they are cut does not depend on how they come.

    Args:
        pauses: where to cut.
        most: frames of a stretch.
        pause: frames after which a stretch ends at once; None waits until it is long enough.

    Attributes:
        held: (T, V), what no stretch has yet; None before the first piece.
        begins: number of its first frame.
    """

    def __init__(self, pauses: Pauses, most: int, pause: int | None = None):
        self.pauses, self.most, self.pause = pauses, most, pause
        self.held: np.ndarray | None = None
        self.begins = 0

    def add(self, piece: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The stretches (first frame, (T, V)) that have ended with this piece (t, V)."""
        self.held = piece if self.held is None else np.concatenate([self.held, piece])
        while place := self._place():
            yield self.begins, self.held[:place]
            self.begins, self.held = self.begins + place, self.held[place:]

    def _place(self) -> int:
        place = self.pauses.first_place(self.held[: self.most], self.pause) if self.pause else 0
        return place or (self.pauses.best_place(self.held[: self.most]) if len(self.held) > self.most else 0)
