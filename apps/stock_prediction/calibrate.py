"""The last correction of a network's quantiles: what the outcomes known so far say about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnapps.series.calibration import History, rolling_calibration, rolling_offsets
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows, windows_between

from .config import ForecastConfig, StockConfig
from .forecasts import Forecasts, forecast
from .model import Forecaster

# In dates that calibration looks back on: the first fill the window, over the others an adaptive correction is steered.
LOOK_BACK = 2
# Numbers that a run keeps for it, where there are many series or far horizons; it is then steered over fewer dates.
MOST_KEPT = 10_000_000


def calibrate(model: Forecaster, config: ForecastConfig, history: History) -> None:
    """Sets the network's calibration offsets: those of forecasts made once all outcomes of `history` are known.

    Args:
        model: its offsets are replaced; with calibration none, by 0.
        config: how to calibrate.
        history: forecasts of windows that the network had not been trained on when it made them.
    """
    nothing = History(*(part[:0] for part in history))
    offsets = rolling_offsets(*nothing, history=history, **_options(config, model.config.horizon))
    model.offsets.assign(offsets.last)


def calibrated(
    forecasts: Forecasts, windows: Windows, config: ForecastConfig, horizon: int, history: History | None = None
) -> np.ndarray:
    """(N, H, Q) quantiles of changes, corrected at each origin by the outcomes known then.

    Args:
        forecasts: of `windows`.
        windows: N origins, which may ask for fewer rows ahead than the network's horizon.
        config: how to calibrate.
        horizon: of the network.
        history: earlier forecasts to begin with.
    """
    if config.calibration == "none":
        return forecasts.changes()
    scaled = rolling_calibration(
        forecasts.scaled,
        forecasts.scaled_outcomes(windows),
        windows.origin_times,
        windows.outcome_times,
        history=history,
        **_options(config, horizon),
    )
    return scaled * forecasts.scale[..., None]


def recent_history(model: Forecaster, panel: Panel, config: ForecastConfig, after: np.datetime64) -> History:
    """Forecasts of the last dates that calibration looks back on, with what came true.

    Args:
        model: trained.
        panel: the series.
        config: how to calibrate.
        after: time of the first outcome that may count, such as the start of the validation side.
    """
    horizon = model.config.horizon
    times = np.unique(panel.times[panel.times >= after])
    first = times[-min(len(times), dates_kept(config, horizon, len(panel)) + horizon) :][0]
    return history_of(model, windows_between(panel, model.config.window, horizon, start=first), config.batch_size)


def history_of(model: Forecaster, windows: Windows, batch_size: int) -> History:
    """Forecasts and outcomes of windows, in the network's own units."""
    found = forecast(model, windows, batch_size)
    outcomes = found.scaled_outcomes(windows).astype("float32")
    return History(found.scaled, outcomes, windows.origin_times, windows.outcome_times)


def continued_history(earlier: History, later: History, config: ForecastConfig) -> History:
    """Both, as far back as calibration looks."""
    both = History(*(np.concatenate(parts) for parts in zip(earlier, later, strict=True)))
    dates = np.unique(both.origin_times)
    series = -(-len(both.outcomes) // len(dates))
    horizon = both.outcomes.shape[1]
    kept = both.origin_times >= dates[-min(len(dates), dates_kept(config, horizon, series)) :][0]
    return History(*(part[kept] for part in both))


def dates_kept(config: ForecastConfig, horizon: int, series: int) -> int:
    """Different dates of forecasts that a run keeps to calibrate by."""
    dates = config.dates(horizon)
    affordable = MOST_KEPT // (series * horizon * len(config.levels))
    return max(dates, min(LOOK_BACK * dates, affordable))


def rows_needed(config: StockConfig) -> int:
    """Rows of a series that forecasts, training on new rows and its comparison with known ones look back on."""
    horizon = config.model.horizon
    return config.model.window + horizon + config.forecast.dates(horizon)


def _options(config: ForecastConfig, horizon: int) -> dict[str, Any]:
    """How `rnnapps.series.calibration` is asked."""
    return {
        "levels": config.levels,
        "window": config.dates(horizon),
        "method": config.calibration,
        "gamma": config.adaptive_rate,
    }
