"""Many series in one array."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

BARS = ("open", "high", "low", "close", "volume")
# The fields of a panel that have a row for each of its R.
BY_ROW = ("values", "times", "past", "future")


def _empty() -> np.ndarray:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class Panel:
    """K series of any lengths: the rows of a series lie together, in the order of their times.

    The calendar of a series is that of its own rows: row t + 1 is the next bar, however far away its time is.

    Fields:
        names: K names, such as tickers.
        columns: C names; `BARS`, or one name of a plain series.
        values: (R, C) float64.
        times: (R,) datetime64[s], rising within a series.
        starts: (K + 1,) int64, the rows of series k are starts[k] .. starts[k + 1] - 1.
        scale: what a change is: "log", log(x_{t+h} / x_t), for prices; "linear", x_{t+h} - x_t.
        target: which column is forecast.
        past, past_columns: (R, P) and P names, covariates known up to the origin.
        future, future_columns: (R, F) and F names, covariates known beforehand for the rows to come.
        coming: {name: (n, F)} future covariates of the rows after the last, by series, where known.
        ids: (K,) int32, the number of each series in a model trained on other series too; by default 0 .. K - 1.

    Raises:
        ValueError: sizes that do not fit each other.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray
    times: np.ndarray
    starts: np.ndarray
    scale: Literal["log", "linear"] = "log"
    target: int = 0
    past: np.ndarray = field(default_factory=_empty)
    past_columns: tuple[str, ...] = ()
    future: np.ndarray = field(default_factory=_empty)
    future_columns: tuple[str, ...] = ()
    coming: dict[str, np.ndarray] = field(default_factory=dict)
    ids: np.ndarray | None = None

    def __post_init__(self):
        rows = len(self.values)
        for name in ("past", "future"):
            if not getattr(self, f"{name}_columns"):
                object.__setattr__(self, name, np.zeros((rows, 0)))
        if self.ids is None:
            object.__setattr__(self, "ids", np.arange(len(self.names), dtype="int32"))
        found = {name: len(getattr(self, name)) for name in ("times", "past", "future")} | {"starts": self.starts[-1]}
        if wrong := [f"{name} {size}" for name, size in found.items() if size != rows]:
            raise ValueError(f"values has {rows} rows, but: {', '.join(wrong)}")
        if len(self.starts) != len(self.names) + 1:
            raise ValueError(f"{len(self.names)} names need {len(self.names) + 1} starts, found {len(self.starts)}")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def series(self) -> np.ndarray:
        """(R,) which series a row belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @property
    def levels(self) -> np.ndarray:
        """(R,) the column that is forecast."""
        return self.values[:, self.target]

    @property
    def is_bars(self) -> bool:
        """Whether the rows are open, high, low, close, volume."""
        return self.columns == BARS

    def rows(self, series: int) -> slice:
        """The rows of one series."""
        return slice(int(self.starts[series]), int(self.starts[series + 1]))

    def levels_before(self, series: int, time: np.datetime64) -> np.ndarray:
        """The levels of one series at times before `time`."""
        rows = self.rows(series)
        return self.levels[rows][: int(np.searchsorted(self.times[rows], time))]

    def changes(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """What leads from levels `before` to levels `after`, on the panel's scale; arrays of any one shape."""
        return np.log(after / before) if self.scale == "log" else after - before

    def changed(self, last: np.ndarray, changes: np.ndarray) -> np.ndarray:
        """The inverse of `changes`: the levels that the changes lead to."""
        return last * np.exp(changes) if self.scale == "log" else last + changes

    def between(self, start: np.datetime64 | None, end: np.datetime64 | None) -> Panel:
        """The rows with start <= time < end, of every series; a series may end up without rows."""
        kept = np.ones(len(self.times), bool)
        if start is not None:
            kept &= self.times >= start
        if end is not None:
            kept &= self.times < end
        return self.with_rows(np.flatnonzero(kept))

    def with_rows(self, rows: np.ndarray) -> Panel:
        """These rows, given by their numbers, those of a series together and the series in their order."""
        counts = np.bincount(self.series[rows], minlength=len(self))
        return dataclasses.replace(
            self, **{name: getattr(self, name)[rows] for name in BY_ROW}, starts=starts_of(counts)
        )

    def select(self, names: Sequence[str]) -> Panel:
        """These series, in this order.

        Raises:
            ValueError: a name that the panel does not have.
        """
        number = {name: k for k, name in enumerate(self.names)}
        if unknown := [name for name in names if name not in number]:
            raise ValueError(f"{unknown[0]!r} is not among the series: {', '.join(self.names)}")
        chosen = [number[name] for name in names]
        rows = np.concatenate([np.arange(self.starts[k], self.starts[k + 1]) for k in chosen])
        return dataclasses.replace(
            self,
            names=tuple(names),
            **{name: getattr(self, name)[rows] for name in BY_ROW},
            starts=starts_of(np.diff(self.starts)[chosen]),
            coming={name: self.coming[name] for name in names if name in self.coming},
            ids=self.ids[chosen],
        )


def starts_of(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """(K + 1,) int64 `Panel.starts` of K series that have so many rows.

    >>> starts_of([2, 3])
    array([0, 2, 5])
    """
    return np.concatenate([[0], np.cumsum(counts)]).astype("int64")


def rows_of_all(panels: Sequence[Panel]) -> dict[str, np.ndarray]:
    """The arrays of rows of several panels, `BY_ROW`, those of one panel after those of another."""
    return {name: np.concatenate([getattr(panel, name) for panel in panels]) for name in BY_ROW}
