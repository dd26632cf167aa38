"""A trained network beside its baselines on one side of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows

from .calibrated_forecasts import calibrated_changes
from .config import ForecastConfig
from .forecasts import forecast
from .model import Forecaster
from .rolling_origins import baselines, rolling_origins
from .score import loss_by_date, score
from .truth import Truth, truth_of
from .verdict import verdicts

# Without GARCH, which takes a fit of minutes.
METHODS = ("repeat_last", "drift", "seasonal_naive", "linear", "ewma_simulation")
MODEL, RAW = "model", "model, uncalibrated"

# The series up to a time -> a network that went on training on them.
GoOn = Callable[[Panel], Forecaster]


@dataclass(frozen=True)
class Evaluation:
    """What was forecast, what came true, and what it amounts to.

    Fields:
        windows: the origins.
        truth: their outcomes.
        forecasts: name of a method -> (N, H, Q) quantiles of changes; the network's are "model".
        figures: of `score`, with "verdict" of `verdicts` and "notes"; for JSON.
    """

    windows: Windows
    truth: Truth
    forecasts: dict[str, np.ndarray]
    figures: dict

    @property
    def best_baseline(self) -> str | None:
        """The baseline with the least pinball loss over all lead times."""
        return self.figures["verdict"]["distribution"]["all"]["baseline"]

    def loss_by_date(self, method: str) -> np.ndarray:
        """(D,) pinball loss of a method on each date."""
        return loss_by_date(self.forecasts[method], self.truth)


def evaluate_forecaster(
    model: Forecaster,
    config: ForecastConfig,
    windows: Windows,
    earlier: Windows | None,
    known: Panel,
    training_end: np.datetime64,
    methods: Sequence[str] = METHODS,
    refit_every: int | None = None,
    go_on: GoOn | None = None,
) -> Evaluation:
    """Forecasts and scores windows that the network was not trained on.

    Args:
        model: trained.
        config: levels and calibration.
        windows: what is scored; all rows of the series before it belong to its panel.
        earlier: windows before, for calibration to begin with.
        known: the same series with their training rows, which give the units of errors.
        training_end: end of these rows.
        methods: the baselines.
        refit_every: different origin times after which baselines are fitted again, and the network goes on training
            where `go_on` says how; None fits the baselines once, on all rows up to the first origin.
        go_on: how a copy of the network goes on training.
    Raises:
        ValueError: no origin, or a baseline that cannot be fitted.
    """
    levels, horizon = config.levels, windows.horizon
    truth = truth_of(windows, levels, known, training_end)
    rolled = rolling_origins(windows, baselines(methods, levels, horizon), refit_every)
    updated = None
    if refit_every is not None and go_on is not None:
        fit = _network(model, go_on, config.batch_size)
        updated = rolling_origins(windows, {MODEL: fit}, refit_every)[MODEL]
    raw, calibrated = calibrated_changes(model, windows, config, earlier, updated)
    forecasts = {MODEL: calibrated, **({} if config.calibration == "none" else {RAW: raw}), **rolled}
    figures = score(forecasts, truth, MODEL, list(methods))
    figures["notes"] = _notes(windows, config, earlier, refit_every, go_on)
    figures["verdict"] = verdicts(figures)
    return Evaluation(windows, truth, forecasts, figures)


def _network(model: Forecaster, go_on: GoOn, batch_size: int):
    """The network as a method that is fitted: the first stretch by what it is, later ones after more training."""
    fits = []

    def fit(panel: Panel, before: np.datetime64) -> _Network:
        fits.append(before)
        return _Network(model if len(fits) == 1 else go_on(panel), batch_size)

    return fit


@dataclass(frozen=True)
class _Network:
    """A network as `rolling_origins` wants it."""

    model: Forecaster
    batch_size: int

    def changes(self, windows: Windows) -> np.ndarray:
        return forecast(self.model, windows, self.batch_size).changes()


def _notes(windows: Windows, config: ForecastConfig, earlier, refit_every, go_on) -> list[str]:
    if refit_every is None:
        first = np.datetime_as_string(windows.origin_times.min(), "D")
        included = ", validation included" if earlier is not None and len(earlier) else ""
        notes = [
            f"Fitted once: the baselines on all rows up to the first origin, {first}{included}; the network on the "
            "training side only."
        ]
    elif go_on is None:
        notes = [f"The baselines were fitted again every {refit_every} dates, the network was not."]
    else:
        notes = [f"Every {refit_every} dates the baselines were fitted again and the network went on training."]
    if config.calibration == "none":
        return [*notes, "The quantiles are not calibrated."]
    count = 0 if earlier is None else len(np.unique(earlier.origin_times))
    begun = f"began with {count:,} earlier dates" if count else "began with no earlier date"
    used = "and used only outcomes known at each origin; the baselines are as they are."
    return [*notes, f"Calibration of the network ({config.calibration}) {begun} {used}"]
