"""The last correction of a network's quantiles: what the outcomes known so far say about them."""

from __future__ import annotations

import numpy as np

from rnnapps.series.calibration import rolling_offsets
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

from .config import ForecastConfig, StockConfig
from .forecasts import forecast
from .model import Forecaster

# In calibration_dates: the first fill the window, over the others an adaptive correction is steered.
LOOK_BACK = 2


def calibrate(model: Forecaster, panel: Panel, config: ForecastConfig, after: np.datetime64) -> int:
    """Sets the network's calibration offsets, those of the forecasts that are made after the panel's last row.

    They come from the forecasts of the last dates whose outcomes are known, none of which the network has been trained
    on: twice `calibration_dates`, so that an adaptive correction has found its way.

    Args:
        model: trained; its offsets are replaced.
        panel: the series.
        config: how to calibrate.
        after: time of the first outcome that may count, such as the start of the validation side.
    Returns:
        how many forecasts the offsets come from; with calibration none, or without outcomes, 0 and no correction.
    """
    model.offsets.assign(np.zeros(model.offsets.shape))
    if config.calibration == "none":
        return 0
    horizon = model.config.horizon
    times = np.unique(panel.times[panel.times >= after])
    first = times[-min(len(times), LOOK_BACK * config.calibration_dates + horizon) :][:1]
    windows = windows_between(panel, model.config.window, horizon, start=first[0] if len(first) else after)
    if not len(windows):
        return 0
    found = forecast(model, windows, config.batch_size)
    offsets = rolling_offsets(
        found.scaled,
        found.scaled_outcomes(windows),
        windows.origin_times,
        windows.outcome_times,
        config.levels,
        window=config.calibration_dates,
        method=config.calibration,
        gamma=config.adaptive_rate,
    )
    model.offsets.assign(offsets.last)
    return len(windows)


def rows_needed(config: StockConfig) -> int:
    """Rows of a series that forecasts, calibration and checks of new rows look back on."""
    return config.model.window + LOOK_BACK * config.forecast.calibration_dates + config.model.horizon
