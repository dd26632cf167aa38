"""A file that begins late, with the rows before it that a run has."""

from __future__ import annotations

import dataclasses

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.reading import written

from .joined_rows import SAME

FIELDS = ("values", "times", "past", "future")


def with_earlier_rows(own: Panel, other: Panel) -> tuple[Panel, list[str]]:
    """The rows of `other`, and before each series' first one the rows of `own` from before it.

    Where the two do not agree on that first row, as where prices have been adjusted again, the series keeps the rows
    of `other` alone.

    Args:
        own: rows of the run.
        other: the same series in the same order, each with a row.
    Returns:
        the panel, and what a reader must know of series that were left as they are.
    """
    parts, short = [], []
    for k, name in enumerate(other.names):
        found, mine = other.select([name]), own.select([name])
        first = found.times[0]
        before, there = mine.between(None, first), mine.levels[mine.times == first]
        if len(before.times) and len(there) and np.isclose(there[0], found.levels[0], rtol=SAME):
            parts += [before, found]
        else:
            parts.append(found)
            short += [k] if len(before.times) else []
    series = np.concatenate([np.full(len(part.times), other.names.index(part.names[0])) for part in parts])
    rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS}
    starts = np.searchsorted(series, np.arange(len(other) + 1)).astype("int64")
    panel = dataclasses.replace(other, **rows, starts=starts)
    if not short:
        return panel, []
    name, first = other.names[short[0]], other.times[other.starts[short[0]]]
    count = "" if len(short) == 1 else f" and {len(short) - 1} more"
    return panel, [
        f"{name}{count}: the file begins on {written(first)} with other values than the run's own, so the baselines "
        "learn from less than the network did; a file with all rows is fairer to them."
    ]
