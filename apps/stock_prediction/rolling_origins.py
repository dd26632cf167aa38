"""Forecasts from many origins by methods that know only what was known by then."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from rnnapps.series.baselines import Drift, EwmaSimulation, Garch, LinearLags, RepeatLast, SeasonalNaive
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows


class Fitted(Protocol):
    """A method that has learnt what it will."""

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of changes, from rows up to each origin."""


# (the series up to a time, that time) -> the method fitted on them. The rows after it are not there to be peeked at.
Fit = Callable[[Panel, np.datetime64], Fitted]

BASELINES = {
    "repeat_last": RepeatLast,
    "drift": Drift,
    "seasonal_naive": SeasonalNaive,
    "linear": LinearLags,
    "ewma_simulation": EwmaSimulation,
    "garch": Garch,
}


def rolling_origins(
    windows: Windows, methods: Mapping[str, Fit], refit_every: int | None = None
) -> dict[str, np.ndarray]:
    """Forecasts every window by every method; a method is fitted on rows no later than the origins it forecasts.

    Args:
        windows: the origins.
        methods: name -> what fits it.
        refit_every: k, how many different origin times a fit serves; None fits once, at the first origin.
    Returns:
        name -> (N, H, Q) quantiles of changes.
    Raises:
        ValueError: no window, or k below 1.
    """
    if not len(windows):
        raise ValueError("nothing to forecast: no origin has its window before and its horizon inside this side")
    if refit_every is not None and refit_every < 1:
        raise ValueError(f"--refit_every must be at least 1, is {refit_every}")
    times = windows.origin_times
    found: dict[str, np.ndarray] = {}
    for start, end in _stretches(times, refit_every):
        chunk = origins_between(windows, start, end)
        inside = times >= start if end is None else (times >= start) & (times < end)
        # What is known at the first origin: the row of that time is, later ones are not.
        before = start + np.timedelta64(1, "s")
        known = windows.panel.between(None, before)
        for name, fit in methods.items():
            forecasts = fit(known, before).changes(chunk)
            found.setdefault(name, np.empty((len(windows), *forecasts.shape[1:])))[inside] = forecasts
    return found


def origins_between(windows: Windows, start: np.datetime64, end: np.datetime64 | None) -> Windows:
    """The windows whose origin lies in start <= time < end."""
    times, series = windows.origin_times, windows.series
    first, counts = windows.first.copy(), windows.counts.copy()
    for k in range(len(counts)):
        own = times[series == k]
        skipped = int(np.searchsorted(own, start))
        stop = len(own) if end is None else int(np.searchsorted(own, end))
        first[k] += skipped * windows.stride
        counts[k] = stop - skipped
    return dataclasses.replace(windows, first=first, counts=counts)


def baselines(names: Sequence[str], levels: Sequence[float], horizon: int) -> dict[str, Fit]:
    """What fits these baselines.

    Args:
        names: of `BASELINES`.
        levels: Q quantile levels.
        horizon: H.
    Raises:
        ValueError: a name that does not exist, or GARCH where `arch` is not installed.
    """
    if unknown := [name for name in names if name not in BASELINES]:
        raise ValueError(f"--methods: {unknown[0]!r} is not one of {', '.join(BASELINES)}")
    if "garch" in names and not Garch.is_available():
        raise ValueError("--methods garch: needs the package arch, which is not installed; pip install arch")

    def fit(kind) -> Fit:
        return lambda panel, before: kind(levels).fit(panel, horizon, before)

    return {name: fit(BASELINES[name]) for name in names}


def available_baselines() -> dict[str, type]:
    """The baselines that can be fitted here, by their names."""
    return {name: kind for name, kind in BASELINES.items() if name != "garch" or Garch.is_available()}


def _stretches(times: np.ndarray, size: int | None) -> Iterator[tuple[np.datetime64, np.datetime64 | None]]:
    different = np.unique(times)
    for begin in range(0, len(different), size or len(different)):
        following = begin + (size or len(different))
        yield different[begin], different[following] if following < len(different) else None
