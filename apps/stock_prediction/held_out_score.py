"""How good a run is on its test side, beside the baselines."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.series.calibration import History, rolling_calibration

from .config import StockConfig
from .forecasts import forecast
from .model import Forecaster
from .rolling_origins import available_baselines, baselines, rolling_origins
from .score import score
from .split_in_time import Sides
from .truth import truth_of
from .verdict import headline, verdicts


@dataclass(frozen=True)
class HeldOutScore:
    """Fields: figures and verdicts for metrics.json, text for reading."""

    figures: dict
    verdicts: dict
    text: str


def score_held_out(model: Forecaster, config: StockConfig, sides: Sides) -> HeldOutScore:
    """Scores the calibrated forecasts of the test side; calibration begins on the validation side and rolls on."""
    levels, options = config.forecast.levels, config.forecast
    earlier, found = (forecast(model, side, options.batch_size) for side in (sides.validation, sides.test))
    history, now = (
        History(f.scaled, f.scaled_outcomes(w), w.origin_times, w.outcome_times)
        for f, w in ((earlier, sides.validation), (found, sides.test))
    )
    calibrated = rolling_calibration(
        *now, levels, options.calibration_dates, history, options.calibration, options.adaptive_rate
    )
    others = rolling_origins(sides.test, baselines(list(available_baselines()), levels, config.model.horizon))
    truth = truth_of(sides.test, levels, sides.training.panel, sides.validation_start)
    figures = score({"model": calibrated * found.scale[..., None], **others}, truth)
    verdict = verdicts(figures)
    text = f"{figures['origins']:,} test forecasts, {figures['start'][:10]} to {figures['end'][:10]}\n"
    return HeldOutScore(figures, verdict, text + "\n".join(headline(figures, verdict)))
