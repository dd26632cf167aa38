"""What the application makes of a panel, step by step, as the leak audit takes it apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import keras
import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.window_features import WindowFeatures
from rnnapps.series.windows import Windows

from .anomalies import Scored, Watch, score_bars
from .backtest_figures import Backtest, run_backtest
from .bar_forecasts import bar_forecasts
from .calibrated_forecasts import calibrated_changes
from .config import StockConfig
from .evaluation import METHODS
from .fit_scales import fit_scales
from .forecasts import Forecasts, forecast
from .model import Forecaster, build_forecaster
from .rolling_origins import baselines
from .split_in_time import Sides, split
from .trading_rule import TradingRule
from .training_run import training_batches

BATCH = 1024


class Steps:
    """Every step between rows and positions, by the functions that the commands use.

    Args:
        config: of the run.
        panel: any with the series and columns in question.
        trained: a run's network, that knows these series by their `ids`; by default forecasts come from a network as it
            is before gradient descent.
    """

    def __init__(self, config: StockConfig, panel: Panel, trained: Forecaster | None = None):
        self.config = config
        self.levels = config.forecast.levels
        self.trained = trained
        self._described = panel
        self._initial: list[np.ndarray] | None = None

    def sides(self, panel: Panel) -> Sides:
        """Training, validation and test."""
        return split(panel, self.config.data, self.config.model.window, self.config.model.horizon)

    def training(self, windows: Windows) -> Iterable[tuple[dict, np.ndarray]]:
        """The batches of the first epoch."""
        return training_batches(windows, self.config.train).epoch(0)

    def units(self, windows: Windows) -> np.ndarray:
        """(N, H) what an output of size 1 is as a change, before anything is fitted."""
        self._start_anew()
        return np.concatenate([self.model.change_scale(inputs).numpy() for inputs, _ in windows.batches(BATCH)])

    @cached_property
    def widths(self) -> dict[str, int]:
        """Name of a feature -> how many numbers of a row it is."""
        panel, features = self._described, self.model.features
        found = {
            name: WindowFeatures((name,), panel.columns, panel.scale, panel.target).width for name in features.names
        }
        covariates = {"past covariates": len(panel.past_columns), "future covariates": len(panel.future_columns)}
        return found | {name: width for name, width in covariates.items() if width}

    def features(self, windows: Windows) -> dict[str, np.ndarray]:
        """Name -> (N, T, D) as the network sees them, before anything is fitted."""
        self._start_anew()
        rows = np.concatenate([self.model.raw_features(inputs)[0].numpy() for inputs, _ in windows.batches(BATCH)])
        parts = np.split(rows, np.cumsum(list(self.widths.values()))[:-1], axis=-1)
        return dict(zip(self.widths, parts, strict=True))

    def fit(self, training: Windows) -> list[np.ndarray]:
        """The network's weights before gradient descent, with what is fitted in closed form."""
        self._start_anew()
        fit_scales(self.model, training, self.config.train.seed)
        return self.model.get_weights()

    def forecasts(self, weights: list[np.ndarray], windows: Windows) -> Forecasts:
        """Of a network with these weights, or of the run's."""
        return forecast(self._network(weights), windows, self.config.forecast.batch_size)

    def calibrated(self, weights: list[np.ndarray], windows: Windows, earlier: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of changes, corrected by what came true, of `earlier` windows to begin with."""
        return calibrated_changes(self._network(weights), windows, self.config.forecast, earlier)[1]

    @property
    def baselines(self) -> tuple[str, ...]:
        """Their names: those that `evaluate` takes unless told otherwise."""
        return METHODS

    def baseline(self, name: str, panel: Panel, windows: Windows, before: np.datetime64) -> np.ndarray:
        """(N, H, Q) of a baseline fitted on the rows before a time, all rows at its hands."""
        fit = baselines([name], self.levels, windows.horizon)[name]
        return fit(panel, before).changes(windows)

    def backtest(self, windows: Windows, changes: np.ndarray) -> Backtest:
        """The trades of a rule whose positions, scaled by volatility, change with every digit of a forecast."""
        rule = TradingRule(signal="probability", sides="long_short", threshold=0.5, target_volatility=1.0)
        return run_backtest(windows, changes, self.levels, rule, shuffles=1)

    def bars(self, weights: list[np.ndarray], panel: Panel, since: np.datetime64) -> tuple[Windows, np.ndarray]:
        """What `detect` scores: the windows of every bar from a time on, and (N, 1, Q) calibrated changes."""
        return bar_forecasts(self._network(weights), panel, self.config, since, lead_time=1)

    @property
    def judges_bars(self) -> bool:
        """Whether there are quantiles to judge them by: a point alone has none."""
        return self.config.model.head != "point" or self.config.forecast.calibration != "none"

    def anomalies(self, windows: Windows, changes: np.ndarray) -> list[Scored]:
        """Every bar with its scores and thresholds."""
        return score_bars(windows, changes, self.levels, Watch(rate=0.05, lookback=100))

    @cached_property
    def model(self):
        """One network for all panels; its weights are set before it is used."""
        keras.utils.set_random_seed(self.config.train.seed)
        return build_forecaster(self.config.model, self.config.forecast, self._described)

    def _network(self, weights: list[np.ndarray]) -> Forecaster:
        if self.trained is not None:
            return self.trained
        self.model.set_weights(weights)
        return self.model

    def _start_anew(self) -> None:
        self._initial = self._initial or self.model.get_weights()
        self.model.set_weights(self._initial)
