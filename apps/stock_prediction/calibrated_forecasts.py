"""A network's forecasts as they would have been published: corrected on each date by what was known on it."""

from __future__ import annotations

import numpy as np

from rnnapps.series.windows import Windows

from .calibrate import calibrated, history_of
from .config import ForecastConfig
from .forecasts import Forecasts, forecast
from .model import Forecaster


def calibrated_changes(
    model: Forecaster,
    windows: Windows,
    config: ForecastConfig,
    earlier: Windows | None = None,
    changes: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Raw and calibrated quantiles of changes.

    Calibration learns on `earlier` and rolls on through `windows`: at each origin it uses the outcomes known by then.

    Args:
        model: trained.
        windows: what is forecast.
        config: how to calibrate.
        earlier: windows before, whose outcomes the network was not trained on; None begins without a correction.
        changes: (N, H, Q) raw quantiles of changes, where something else than `model` itself forecast them.
    Returns:
        (N, H, Q) raw and (N, H, Q) calibrated.
    """
    found = forecast(model, windows, config.batch_size)
    raw = found.changes().astype("float64") if changes is None else changes
    if config.calibration == "none":
        return raw, raw
    scale = found.scale.astype("float64")
    history = None if earlier is None or not len(earlier) else history_of(model, earlier, config.batch_size)
    return raw, calibrated(Forecasts(raw / scale[..., None], scale), windows, config, windows.horizon, history)
