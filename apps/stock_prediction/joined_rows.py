"""New rows behind those that a run knows."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from rnnapps.series.panel import Panel, rows_of_all, starts_of
from rnnapps.series.reading import written

# Relative: what writing a price as decimal text may change.
SAME = 1e-6


@dataclass(frozen=True)
class Joined:
    """Known and new rows in one panel.

    Fields:
        panel: the known panel's series, in its order.
        new: (K,) int64, how many of the last rows of each series are new.
        notes: what a user should know, one line each.
    """

    panel: Panel
    new: np.ndarray
    notes: tuple[str, ...]


def join_rows(known: Panel, found: Panel, window: int, jump_limit: float = 9.0) -> Joined:
    """Appends the rows of `found` that come after a series' last known one.

    Where both have rows of the same time they should agree. Prices are adjusted again after splits and dividends, so
    they may not: then the rows of `found` count, all of them, and a note says so.

    Args:
        known: the rows that the run saw last.
        found: series of the same names and columns, any of them, in any order.
        window: rows that a forecast sees.
        jump_limit: factor between the last known and the first new level that is taken for a split; 0 allows any.
    Raises:
        ValueError: no new row; re-adjusted prices without enough history; a jump where new rows begin.
    """
    parts, new, notes = [], [], []
    for name in known.names:
        mine = known.select([name])
        if name not in found.names or not len(found.times[found.rows(found.names.index(name))]):
            parts.append(mine)
            new.append(0)
            continue
        part, count, note = _join_series(mine, found.select([name]), window, jump_limit)
        parts.append(part)
        new.append(count)
        notes += note
    if not any(new):
        raise ValueError(f"no row after {written(known.times.max())}, the last that the run has seen: nothing is new")
    starts = starts_of([len(part.times) for part in parts])
    # What was to come before new rows came is no longer so.
    still = {name: rows for name, rows in known.coming.items() if not new[known.names.index(name)]}
    panel = dataclasses.replace(known, **rows_of_all(parts), starts=starts, coming=still | found.coming)
    return Joined(panel, np.array(new, "int64"), tuple(notes))


def _join_series(known: Panel, found: Panel, window: int, jump_limit: float) -> tuple[Panel, int, list[str]]:
    (name,), last = known.names, known.times[-1]
    fresh = found.times > last
    if difference := _difference(known, found):
        when, text = difference
        note = (
            f"{name}: {text} on {written(when)} differs from what the run was trained on, as after a split or "
            "dividend; the rows of the new file are used"
        )
        if np.sum(~fresh) < window:
            raise ValueError(
                f"{name}: {text} on {written(when)} differs from what the run was trained on, so the new file is "
                f"needed from {window} rows before {written(last)} on, but has {int(np.sum(~fresh))}; give more history"
            )
        return found, int(fresh.sum()), [note]
    if not fresh.any():
        return known, 0, []
    _check_jump(name, known, found.levels[fresh][0], found.times[fresh][0], jump_limit)
    later = found.between(last + np.timedelta64(1, "s"), None)
    rows = rows_of_all([known, later])
    joined = dataclasses.replace(known, **rows, starts=starts_of([len(rows["times"])]))
    return joined, int(fresh.sum()), _gap(name, known.times, later.times[0])


def _gap(name: str, known: np.ndarray, first: np.datetime64) -> list[str]:
    """A note where more time passed before the first new row than ever between two known ones."""
    if len(known) < 2 or first - known[-1] <= np.diff(known).max():
        return []
    return [
        f"{name}: no row between {written(known[-1])} and {written(first)}, longer than ever before; they count as "
        "one step, so give the rows in between too if there are any"
    ]


def _difference(known: Panel, found: Panel) -> tuple[np.datetime64, str] | None:
    """The first time at which the two do not agree, where their times overlap, and what is different there."""
    start, end = max(known.times[0], found.times[0]), min(known.times[-1], found.times[-1])
    if start > end:
        return None
    mine, theirs = (part.between(start, end + np.timedelta64(1, "s")) for part in (known, found))
    if len(mine.times) != len(theirs.times) or (mine.times != theirs.times).any():
        different = np.setxor1d(mine.times, theirs.times)
        return different[0], "a row that one has and the other has not"
    close = np.isclose(mine.levels, theirs.levels, rtol=SAME, atol=SAME * np.abs(mine.levels).mean())
    if close.all():
        return None
    at = int(np.flatnonzero(~close)[0])
    return mine.times[at], f"{mine.columns[mine.target]} {theirs.levels[at]:.6g} (was {mine.levels[at]:.6g})"


def _check_jump(name: str, known: Panel, level: float, time: np.datetime64, limit: float) -> None:
    if known.scale == "log" and limit and abs(math.log(level / known.levels[-1])) >= math.log(limit):
        raise ValueError(
            f"{name}: {known.levels[-1]:g} on {written(known.times[-1])} is followed by {level:g} on {written(time)}, "
            "an unadjusted split; give adjusted prices with the history before it"
        )
