"""The three sides of the data, divided by time and never shuffled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.reading import written
from rnnapps.series.windows import Windows, windows_between

from .config.data import DataConfig


class Sides(NamedTuple):
    """The windows of the three sides: all outcomes of a side lie in its period.

    Fields:
        training: outcomes before `validation_start`.
        validation: outcomes from there on, before `test_start`.
        test: outcomes from there on.
        validation_start: datetime64[s].
        test_start: datetime64[s].
    """

    training: Windows
    validation: Windows
    test: Windows
    validation_start: np.datetime64
    test_start: np.datetime64


def split_dates(panel: Panel, config: DataConfig) -> tuple[np.datetime64, np.datetime64]:
    """When validation and test start: as `config` says, else by the share of the panel's distinct times.

    Raises:
        ValueError: dates that leave a side without rows.
    """
    times = np.unique(panel.times[~np.isnat(panel.times)])
    if not len(times):
        raise ValueError("no row has a date; give a file with rows")
    validation, test = date_of(config, "validation_start"), date_of(config, "test_start")
    if test is None:
        test = times[min(len(times) - 1, int(len(times) * (1 - config.test_fraction)))]
    if validation is None:
        before = int(np.searchsorted(times, test)) - int(len(times) * config.validation_fraction)
        validation = times[max(0, before)]
    first, last = times[0], times[-1]
    if test > last:
        raise ValueError(
            f"data.test_start: {written(test)} leaves nothing to test, the last row is of {written(last)}; "
            "choose an earlier date"
        )
    if validation <= first:
        raise ValueError(
            f"data.validation_start: {written(validation)} leaves nothing to learn from, the first row is of "
            f"{written(first)}; choose a later date"
        )
    if validation >= test:
        raise ValueError(
            f"data.validation_start: {written(validation)} leaves nothing to validate on before data.test_start, "
            f"{written(test)}; choose an earlier date"
        )
    return validation, test


def split(panel: Panel, config: DataConfig, window: int, horizon: int) -> Sides:
    """Divides the forecasts by the times of their outcomes.

    Training outcomes < validation_start <= validation outcomes < test_start <= test outcomes. Windows of validation
    and test reach back into the period before, which is known by then. Series may have calendars of their own.

    Args:
        panel: rows in order.
        config: says the dates, or the shares.
        window: int >= 1, rows that a forecast sees.
        horizon: int >= 1, rows that are forecast.
    Raises:
        ValueError: a window or horizon below 1, a window longer than the history, or a side without windows.
    """
    for name, value in (("window", window), ("horizon", horizon)):
        if value < 1:
            raise ValueError(f"model.{name}: {value} must be at least 1")
    validation_start, test_start = split_dates(panel, config)
    bounds = {
        "training": (None, validation_start),
        "validation": (validation_start, test_start),
        "test": (test_start, None),
    }
    sides = {side: windows_between(panel, window, horizon, *period) for side, period in bounds.items()}
    for side, windows in sides.items():
        if not len(windows):
            raise ValueError(_empty_side(panel, side, *bounds[side], window, horizon))
    return Sides(**sides, validation_start=validation_start, test_start=test_start)


def date_of(config: DataConfig, name: str) -> np.datetime64 | None:
    """A date of `config` as datetime64[s]; None when it is not given."""
    found = config.date(name)
    return None if found is None else np.datetime64(found, "s")


def _empty_side(panel: Panel, side: str, start, end, window: int, horizon: int) -> str:
    inside = panel.between(start, end)
    rows = int(np.diff(inside.starts).max())
    period = " ".join(
        f"{word} {written(time)}" for word, time in (("from", start), ("before", end)) if time is not None
    )
    need = f"a window of {window} and a horizon of {horizon}" if side == "training" else f"a horizon of {horizon}"
    option = {"training": "validation_start", "validation": "test_start", "test": "test_start"}[side]
    return (
        f"data.{option}: {written(start if side == 'test' else end)} leaves no {side} period: the longest series has "
        f"{rows} rows {period}, too few for {need}; choose another date, or a shorter one of these"
    )
