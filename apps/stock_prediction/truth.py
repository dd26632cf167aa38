"""What came true after the origins, and how errors there are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnapps.series.forecast_metrics import naive_scale
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows

# Lead times that have a row of their own in tables and a test of their own.
SHOWN = 8


@dataclass(frozen=True)
class Truth:
    """The outcomes of N origins and everything that scores of their forecasts need.

    Fields:
        outcomes: (N, H) changes from the origin.
        levels: Q quantile levels of the forecasts.
        origin_times: (N,) datetime64.
        series: (N,) which series an origin belongs to.
        units: (N,) what a change is multiplied by for reports.
        unit_name: of the product, such as "percent".
        last: (N,) level at the origin.
        scales: (N,) mean absolute one-step change of the series in training, for MASE; NaN where unknown.
        log: whether a level to come is last * exp(change); else last + change.
        stride: rows between origins.
    """

    outcomes: np.ndarray
    levels: Sequence[float]
    origin_times: np.ndarray
    series: np.ndarray
    units: np.ndarray
    unit_name: str
    last: np.ndarray
    scales: np.ndarray
    log: bool = True
    stride: int = 1

    @property
    def horizon(self) -> int:
        """H."""
        return self.outcomes.shape[1]

    @cached_property
    def shown(self) -> list[int]:
        """Lead times to report one by one: all of a short horizon, else some from 1 to H, ever farther apart."""
        if self.horizon <= SHOWN:
            return list(range(1, self.horizon + 1))
        return sorted({round(step) for step in np.geomspace(1, self.horizon, SHOWN)})

    @cached_property
    def _dates(self) -> tuple[np.ndarray, np.ndarray]:
        return np.unique(self.origin_times, return_inverse=True)

    @property
    def dates(self) -> np.ndarray:
        """(D,) the different origin times, in order."""
        return self._dates[0]

    def sums_by_date(self, values: np.ndarray) -> np.ndarray:
        """(N, ...) -> (D, ...): series that are forecast on one day share its news, so days are what is counted."""
        dates, number = self._dates
        if len(dates) == len(values):
            return values[np.argsort(number)]
        sums = np.zeros((len(dates), *values.shape[1:]))
        np.add.at(sums, number, values)
        return sums

    def means_by_date(self, values: np.ndarray) -> np.ndarray:
        """(N, ...) -> (D, ...) whose mean over dates is the mean over origins, however many series a date has."""
        return self.sums_by_date(values) * (len(self.dates) / len(values))

    def levels_after(self, changes: np.ndarray, rows: Sequence[int] | slice = slice(None)) -> np.ndarray:
        """(N, ...) levels that changes from the origins lead to, of all origins or of those in `rows`."""
        last = self.last[rows].reshape(-1, *[1] * (changes.ndim - 1))
        return last * np.exp(changes) if self.log else last + changes


def truth_of(windows: Windows, levels: Sequence[float], known: Panel, before: np.datetime64) -> Truth:
    """The outcomes of windows.

    Errors are counted in percent for prices; for other series in standard deviations of their rows before a time.

    Args:
        windows: the origins.
        levels: quantile levels of the forecasts.
        known: the same series with their training rows.
        before: end of the training rows.
    Raises:
        ValueError: no origin.
    """
    panel, series = windows.panel, windows.series
    if not len(windows):
        raise ValueError("no forecast can be scored: no origin has its window before and its horizon inside this side")
    log = panel.scale == "log"
    units = np.full(len(panel), 100.0) if log else 1 / _deviations(known, before)
    return Truth(
        outcomes=windows.outcomes,
        levels=tuple(levels),
        origin_times=windows.origin_times,
        series=series,
        units=units[series],
        unit_name="percent" if log else "standard deviations of the training rows",
        last=windows.last,
        scales=naive_scale(known, before)[series],
        log=log,
        stride=windows.stride,
    )


def _deviations(panel: Panel, before: np.datetime64) -> np.ndarray:
    """(K,) standard deviation of each series before a time; 1 for one that has no spread there."""
    found = np.ones(len(panel))
    for k in range(len(panel)):
        values = panel.levels_before(k, before)
        found[k] = values.std() if len(values) > 1 and np.ptp(values) > 0 else 1.0
    return found
