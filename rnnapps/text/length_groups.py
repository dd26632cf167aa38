"""Dividing sequences by length so that padding them is cheap."""

from __future__ import annotations

import numpy as np

# Above this many distinct lengths the exact search for widths is replaced by one over quantiles.
MOST_LENGTHS = 256


def length_groups(lengths: np.ndarray, most: int) -> list[tuple[np.ndarray, int]]:
    """Divides sequences by length into at most `most` groups: the rows of each, and its width."""
    widths = _widths(lengths, most)
    group = np.searchsorted(widths, lengths)
    order = np.argsort(lengths, kind="stable")
    rows = [order[group[order] == i] for i in range(len(widths))]
    return [(row, int(width)) for row, width in zip(rows, widths, strict=True) if len(row)]


def _widths(lengths: np.ndarray, most: int) -> np.ndarray:
    """The at most `most` widths that make padding least, when each length takes the next width up.

    best[k][j] = min over i < j of best[k-1][i] + width[j] * (sequences of lengths i+1 .. j)
    """
    distinct, counts = np.unique(lengths, return_counts=True)
    if len(distinct) > MOST_LENGTHS:
        distinct = np.unique(np.quantile(lengths, np.linspace(0, 1, MOST_LENGTHS), method="higher"))
        counts = np.bincount(np.searchsorted(distinct, lengths), minlength=len(distinct))
    most = min(most, len(distinct))
    upto = np.cumsum(counts)
    cost = distinct[None, :] * (upto[None, :] - np.concatenate([[0], upto[:-1]])[:, None]).astype(float)
    cost[np.tril_indices(len(distinct), -1)] = np.inf  # first length of the group, last one
    best, cuts = cost[0], []
    for _ in range(most - 1):
        total = np.concatenate([[np.inf], best[:-1]])[:, None] + cost
        cuts.append(total.argmin(0))
        best = total.min(0)
    chosen, last = [], len(distinct) - 1
    for cut in reversed(cuts):
        chosen.append(last)
        last = cut[last] - 1
    return distinct[[last, *reversed(chosen)]]
