"""The end of a training run: calibration, figures, plots, SavedModel and what the user reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnapps.inspection import plot_history
from rnnapps.report import write_report
from rnnapps.training import save_weights

from .calibrate import calibrate, recent_history, rows_needed
from .config import StockConfig
from .data import Data
from .evaluation_plots import plot_evaluation
from .evaluation_report import short_report
from .export import write_saved_model
from .forecast_table import dated_forecasts, example_lines, plot_fans
from .held_out_score import score_held_out
from .load import load_forecaster
from .model import Forecaster
from .run_contents import save_example_forecasts, scored_data
from .run_folder import RunFolder
from .run_state import RunState, last_rows
from .split_in_time import Sides

MOST_FANS = 4


@dataclass(frozen=True)
class Conclusion:
    """What was found and written.

    Fields:
        summary: verdict and examples, for reading.
        plots: paths.
    """

    summary: str
    plots: tuple[Path, ...]


def conclude(
    model: Forecaster, config: StockConfig, data: Data, sides: Sides, folder: RunFolder, trained: dict
) -> Conclusion:
    """Scores the test side, calibrates for what comes, and writes metrics.json, weights, SavedModel, plots and report.

    Args:
        model: with the weights to keep.
        config: every option.
        data: the series.
        sides: the windows of training, validation and test.
        folder: the run's.
        trained: what `fit_forecaster` returned.
    """
    test = score_held_out(model, config, sides)
    history = recent_history(model, data.panel, config.forecast, sides.validation_start)
    calibrate(model, config.forecast, history)
    metrics = {
        "test": test.figures,
        "training": trained,
        "calibration": {"method": config.forecast.calibration, "forecasts": len(history.outcomes)},
        "data": {
            "name": data.name,
            "licence": data.licence,
            "windows": _counts(sides),
            "series": len(data.panel),
            "validation_start": str(sides.validation_start),
            "test_start": str(sides.test_start),
        },
        "scored_data": scored_data(test),
        "parameters": model.count_params(),
        "quality": f"```\n{short_report(test.figures)}\n```",
    }
    folder.write_metrics(metrics)
    save_weights(model, folder.weights)
    state = RunState(last_rows(data.panel, rows_needed(config)), history, folder.weights.name)
    state.write(folder.state_file)
    if not (path := folder.path / "1").exists():
        write_saved_model(model, folder, config, state, path)
    try:
        forecasts = dated_forecasts(load_forecaster(path), state.panel)
        examples = example_lines(forecasts)
    except ValueError as error:  # covariates of the rows to come are not known: nothing is wrong with the run
        forecasts, examples = [], [f"no forecast of what comes: {error}"]
    plots = [plot_history(folder.history, folder.plots / "history.png")]
    plots += sorted(folder.plots.glob("gradient_flow*.png"))
    plots += plot_evaluation(test, folder.plots)
    plots += plot_fans(forecasts[:MOST_FANS], state.panel, folder.plots)
    save_example_forecasts(folder, test)
    write_report(folder)
    return Conclusion("\n".join(["", short_report(test.figures), "", *examples]), tuple(plots))


def _counts(sides: Sides) -> dict[str, int]:
    return {side: len(getattr(sides, side)) for side in ("training", "validation", "test")}
