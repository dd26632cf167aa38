"""A small panel and small options to audit, and leaks to plant in the application's steps."""

import dataclasses
import functools

import keras
import numpy as np

from apps.stock_prediction.audit_steps import Steps
from apps.stock_prediction.config import DataConfig, ForecastConfig, ModelConfig, StockConfig, TrainConfig
from apps.stock_prediction.model import build_forecaster
from rnnapps.series.panel import BARS, Panel
from rnnapps.series.windows import windows_between

ROWS = 120
DAYS = np.datetime64("2020-01-01", "s") + np.arange(ROWS) * np.timedelta64(1, "D")


def bars(covariates: bool = False) -> Panel:
    """Two tickers; the second has no bar on some days."""
    random = np.random.default_rng(1)
    parts, days = [], [DAYS, np.delete(DAYS, [3, 50, 51, 90])]
    for times in days:
        close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, len(times))))
        opening = close * np.exp(random.normal(0, 0.003, len(times)))
        high, low = np.maximum(opening, close) * 1.003, np.minimum(opening, close) * 0.997
        parts.append(np.stack([opening, high, low, close, 1000 * np.exp(random.normal(0, 0.3, len(times)))], axis=1))
    more = {}
    if covariates:
        rows = sum(map(len, parts))
        more = {"past": random.normal(size=(rows, 2)), "past_columns": ("news", "rates")}
        more |= {"future": random.normal(size=(rows, 1)), "future_columns": ("holiday",)}
    starts = np.cumsum([0, *map(len, parts)])
    return Panel(("a", "b"), BARS, np.concatenate(parts), np.concatenate(days), starts, target=3, **more)


def wide() -> Panel:
    """Three plain series that may be negative, hour by hour."""
    levels = np.cumsum(np.random.default_rng(2).normal(0, 1, (3, ROWS)), axis=1)
    hours = np.datetime64("2020-01-01", "s") + np.arange(ROWS) * np.timedelta64(1, "h")
    return Panel(
        ("x", "y", "z"), ("value",), levels.reshape(-1, 1), np.tile(hours, 3), np.arange(4) * ROWS, scale="linear"
    )


def options(data=None, forecast=None, train=None, **model) -> StockConfig:
    """Small, with these differences."""
    return StockConfig(
        data=DataConfig(**(data or {"validation_fraction": 0.3, "test_fraction": 0.3})),
        model=ModelConfig(**({"window": 8, "horizon": 2, "units": 4, "attention_units": 4} | model)),
        train=TrainConfig(**(train or {})),
        forecast=ForecastConfig(**({"calibration_dates": 20} | (forecast or {}))),
    )


class WithoutBaselines(Steps):
    """They do not depend on the network's options; and tests with the same options share a network."""

    baselines = ()

    @property
    def model(self):
        return network(self.config.model, self.config.forecast, self._described.columns, self._described.past_columns)


@functools.cache
def network(model, forecast, columns, past_columns):
    keras.utils.set_random_seed(1)
    panel = wide() if columns == ("value",) else bars(covariates=bool(past_columns))
    return build_forecaster(model, forecast, panel)


class Planted(WithoutBaselines):
    """Honest but for what a test puts in.

    Args:
        leak: name of the method that a faulty one replaces.
        faulty: function of (steps, honest method, arguments...).
    """

    def __init__(self, config, panel, leak, faulty):
        super().__init__(config, panel)
        honest = getattr(self, leak)
        setattr(self, leak, lambda *arguments: faulty(self, honest, *arguments))


class OneRowAhead:
    """Windows whose rows are those one later: what a shift in the wrong direction makes of them."""

    def __init__(self, windows):
        self.windows = windows

    def __getattr__(self, name):
        return getattr(self.windows, name)

    def __len__(self):
        return len(self.windows)

    def batches(self, size):
        rows = self.windows.rows
        levels = self.windows.levels.astype("float32")
        for start in range(0, len(rows), size):
            chosen = slice(start, start + size)
            # No further than a series goes, so that only values leak, not shapes.
            last = self.windows.panel.starts[1:][self.windows.series[chosen]] - 1 - self.windows.horizon
            yield self.windows.inputs(np.minimum(rows[chosen] + 1, last)), levels[chosen]


def a_row_ahead(steps, honest, *arguments):
    """The step looks at windows one row too late."""
    return honest(*arguments[:-1], OneRowAhead(arguments[-1]))


def fitted_on_all_rows(steps, honest, training):
    """The step learns from every window there is."""
    return honest(windows_between(training.panel, training.window, training.horizon))


def a_day_too_long(side):
    """A split one of whose sides ends with an outcome of the next side's first day."""

    def faulty(steps, honest, panel):
        sides = honest(panel)
        windows = getattr(sides, side)
        longer = dataclasses.replace(windows, counts=windows.counts + 1)
        return sides._replace(**{side: longer})

    return faulty
