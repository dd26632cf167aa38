"""Rolling origins for a search: stretches of dates before the test side, each forecast by what was known by then."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np

from rnnapps.series.forecast_metrics import pinball_loss
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows, windows_between

from .calibrated_forecasts import calibrated_changes
from .config import StockConfig
from .model import Forecaster
from .split_in_time import Sides, split, split_dates
from .truth import truth_of


@dataclass(frozen=True)
class Period:
    """Dates of one training: validation_start <= validation < start <= what is judged < end.

    Fields:
        validation_start, start: datetime64[s].
        end: datetime64[s], or None for all that follows.
    """

    validation_start: np.datetime64
    start: np.datetime64
    end: np.datetime64 | None


@dataclass(frozen=True)
class FoldData:
    """Series and what of them a configuration is judged on.

    Fields:
        panel: all rows.
        longest: rows of the longest window that may be tried.
        periods: of the folds; none reaches into the test side.
        whole: the period of the test side, as `train` has it.
    """

    panel: Panel
    longest: int
    periods: tuple[Period, ...]
    whole: Period

    def sides(self, config: StockConfig, period: Period) -> Sides:
        """The windows of a period, from rows before its end alone.

        What is judged are the origins that the longest window has, so that they are the same for every window.

        Raises:
            ValueError: a side without windows.
        """
        dates = {"validation_start": str(period.validation_start), "test_start": str(period.start)}
        panel, model = self.panel.between(None, period.end), config.model
        found = split(panel, dataclasses.replace(config.data, **dates), model.window, model.horizon)
        judged = windows_between(panel, self.longest, model.horizon, period.start)
        return found._replace(test=Windows(panel, model.window, model.horizon, judged.first, judged.counts))


def fold_data(panel: Panel, config: StockConfig, folds: int, longest: int) -> FoldData:
    """Divides the dates that `train` validates on into `folds` stretches, to be judged on one after the other.

    The dates before a stretch, half as many as `train` validates on, choose the epoch of its network's weights; all
    earlier ones are its training side.

    Args:
        panel: the series.
        config: every option.
        folds: int >= 1, stretches.
        longest: rows of the longest window that may be tried.
    Raises:
        ValueError: stretches that are too short.
    """
    validation_start, test_start = split_dates(panel, config.data)
    times = np.unique(panel.times)
    first, last = np.searchsorted(times, [validation_start, test_start])
    length = last - first
    if length // folds <= config.model.horizon or first <= length // 2:
        raise ValueError(
            f"--folds {folds}: {length} dates of the validation side are too few for stretches with a horizon of "
            f"{config.model.horizon}; give fewer folds, or a larger --data.validation_fraction"
        )
    edges = np.linspace(first, last, folds + 1).astype(int)
    periods = tuple(
        Period(times[start - length // 2], times[start], times[end]) for start, end in itertools.pairwise(edges)
    )
    return FoldData(panel, longest, periods, Period(validation_start, test_start, None))


def loss_counts(model: Forecaster, config: StockConfig, sides: Sides) -> np.ndarray:
    """(N, 2) summed pinball loss and number of the calibrated forecasts of each stretch of dates of the test side.

    The stretches are as long as the outcomes of neighbours overlap, at least, so that they can be drawn one by one.

    Args:
        model: trained on `sides.training`.
        config: every option.
        sides: of a period.
    """
    windows, horizon = sides.test, config.model.horizon
    truth = truth_of(windows, config.forecast.levels, sides.training.panel, sides.validation_start)
    forecasts = calibrated_changes(model, windows, config.forecast, sides.validation)[1]
    lost = pinball_loss(forecasts, truth.outcomes, truth.levels).mean((1, 2)) * truth.units
    by_date = truth.sums_by_date(np.stack([lost, np.ones_like(lost)], axis=1))
    stretch = max(horizon, round(len(by_date) ** (1 / 3)))
    return np.add.reduceat(by_date, np.arange(0, len(by_date), stretch), axis=0)
