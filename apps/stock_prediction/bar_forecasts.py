"""What was forecast of every bar that training has not seen, up to the very last one."""

from __future__ import annotations

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows, windows_between

from .calibrate import calibrated
from .config import StockConfig
from .forecasts import Forecasts, forecast
from .model import Forecaster


def bar_forecasts(
    model: Forecaster, panel: Panel, config: StockConfig, since: np.datetime64, lead_time: int
) -> tuple[Windows, np.ndarray]:
    """Windows whose last outcome is the bar in question, and calibrated quantiles of the changes until then.

    Args:
        model: trained.
        panel: the series.
        config: of the run.
        since: time of the first bar, such as the end of the training side; calibration begins there.
        lead_time: int >= 1, h, rows ahead.
    Returns:
        windows with a horizon of h, so that the bars after the last whole horizon are there too (with the model's
        horizon where covariates of the rows to come are among the inputs), and changes (N, that horizon, Q).
    Raises:
        ValueError: a lead time past the model's horizon, or no bar to score.
    """
    horizon, options = config.model.horizon, config.forecast
    if lead_time > horizon:
        raise ValueError(f"--lead_time {lead_time}: the forecasts reach {horizon} rows ahead, no further")
    # The network asks for future covariates of all the rows that it forecasts.
    windows = windows_between(panel, config.model.window, horizon if panel.future_columns else lead_time, since)
    found = forecast(model, windows, options.batch_size)
    ahead = slice(0, windows.horizon)
    found = Forecasts(found.scaled[:, ahead].astype("float64"), found.scale[:, ahead].astype("float64"))
    return windows, calibrated(found, windows, options, horizon)
