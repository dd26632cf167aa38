"""How good a run is on its test side, beside the baselines."""

from __future__ import annotations

from .config import StockConfig
from .evaluation import Evaluation, evaluate_forecaster
from .model import Forecaster
from .split_in_time import Sides


def score_held_out(model: Forecaster, config: StockConfig, sides: Sides) -> Evaluation:
    """Scores the calibrated forecasts of the test side; calibration begins on the validation side and rolls on."""
    panel = sides.training.panel
    return evaluate_forecaster(model, config.forecast, sides.test, sides.validation, panel, sides.validation_start)
