"""What was heard for what was said: how often each character, word or label became which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from .aligned_errors import aligned
from .edit_counts import EditCounts

NOTHING = ""


class Confusion:
    """Counts of (said, heard) pairs; "" stands for nothing: not heard, or not said.

    Args:
        pairs: (said, heard), one for every unit.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]):
        self.counts = Counter(pairs)
        self.said = Counter()
        for (said, _), times in self.counts.items():
            self.said[said] += times

    @classmethod
    def of_edits(cls, edits: EditCounts) -> Confusion:
        """Of the words or characters of all utterances, each with what it is aligned to."""
        found = (pair for index in range(len(edits.rows)) for pair in aligned(edits, index))
        return cls((pair.said, pair.heard) for pair in found)

    def most_common(self, number: int = 10) -> list[dict]:
        """The commonest errors: said, heard, times, and share, the percent of what was said that became it.

        The share is None where nothing was said.
        """
        errors = [(times, said, heard) for (said, heard), times in self.counts.items() if said != heard]
        return [
            {
                "said": said,
                "heard": heard,
                "times": times,
                "share": None if said == NOTHING else 100 * times / self.said[said],
            }
            # By name among equals, so that a report is the same each time.
            for times, said, heard in sorted(errors, key=lambda error: (-error[0], error[1:]))[:number]
        ]

    def matrix(self, most: int | None = None) -> tuple[tuple[str, ...], np.ndarray]:
        """Symbols in order, "" last where it occurs, and (S, S) how often the row's symbol became the column's.

        Args:
            most: symbols; beyond them those with the fewest errors are left out. By default all.
        """
        symbols = sorted({symbol for pair in self.counts for symbol in pair} - {NOTHING})
        errors = Counter()
        for (said, heard), times in self.counts.items():
            if said != heard:
                errors[said] += times
                errors[heard] += times
        if most is not None and len(symbols) > most:
            symbols = sorted(sorted(symbols, key=lambda symbol: -errors[symbol])[:most])
        if any(NOTHING in pair for pair in self.counts):
            symbols.append(NOTHING)
        return tuple(symbols), self._table(symbols)

    def _table(self, symbols: Sequence[str]) -> np.ndarray:
        place = {symbol: index for index, symbol in enumerate(symbols)}
        table = np.zeros((len(symbols), len(symbols)), "int64")
        for (said, heard), times in self.counts.items():
            if said in place and heard in place:
                table[place[said], place[heard]] = times
        return table
