"""An update of a run: honest scores of the new rows, training on them, calibration, and the next version."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from rnnapps.export import version_to_write
from rnnapps.series.baselines import RepeatLast
from rnnapps.series.calibration import History
from rnnapps.series.forecast_metrics import coverage, pinball_loss
from rnnapps.series.panel import Panel
from rnnapps.series.reading import written
from rnnapps.series.window_batches import ShuffledWindows
from rnnapps.series.windows import Windows
from rnnapps.training import EpochData, save_weights, set_seed

from .calibrate import calibrate, continued_history, history_of, rows_needed
from .config import StockConfig
from .export import load_trained, write_saved_model
from .forecasts import forecast
from .joined_rows import Joined
from .model import Forecaster
from .run_folder import RunFolder
from .run_state import RunState, last_rows
from .training_run import compile_forecaster

LEARNING_RATE_SHARE = 0.1


def train_further(
    folder: RunFolder, config: StockConfig, state: RunState, joined: Joined, epochs: int, learning_rate: float | None
) -> Path:
    """Trains on the windows whose last outcome is new, and as many earlier ones, and commits the result as a whole.

    Args:
        folder: of the run.
        config: of the run.
        state: of the run.
        joined: known and new rows.
        epochs: passes.
        learning_rate: constant; None is a tenth of the run's.
    Returns:
        the folder of the new SavedModel.
    """
    set_seed(config.train.seed + state.updates + 1)
    model = load_for_training(folder, config, state, learning_rate)
    new = newest_outcomes(joined.panel, config.model.window, config.model.horizon, joined.new)
    history = state.history
    report = {"rows": int(joined.new.sum()), "last": written(joined.panel.times.max()), "windows": len(new)}
    if len(new):
        # An earlier update has trained on the rows before the new ones: outcomes among them are no test of it.
        unseen = wholly_new(new) if state.updates else new
        report |= {"scored": len(unseen), **_honest_score(model, unseen, joined.panel, config)}
        later = history_of(model, new, config.forecast.batch_size)
        history = continued_history(history, later, config.forecast)
        _train(model, with_earlier(new), config, epochs)
    calibrate(model, config.forecast, history)
    return _commit(folder, config, state, model, joined.panel, history, report)


def load_for_training(
    folder: RunFolder, config: StockConfig, state: RunState, learning_rate: float | None
) -> Forecaster:
    """The run's network with its optimizer as they were left, at a constant learning rate."""
    model = load_trained(folder, state)
    rate = LEARNING_RATE_SHARE * config.train.learning_rate if learning_rate is None else learning_rate
    compile_forecaster(model, dataclasses.replace(config.train, learning_rate=rate), steps=None)
    model.optimizer.build(model.trainable_variables)
    model.load_weights(folder.path / state.weights)  # again: the file holds the optimizer's state too
    return model


def newest_outcomes(panel: Panel, window: int, horizon: int, new: np.ndarray) -> Windows:
    """The windows whose last outcome is among the last `new` rows, (K,), of each series."""
    lengths = np.diff(panel.starts)
    counts = np.clip(lengths - window - horizon + 1, 0, new)
    return Windows(panel, window, horizon, panel.starts[1:] - horizon - counts, counts)


def wholly_new(windows: Windows) -> Windows:
    """Those of `newest_outcomes` all of whose outcomes are new, not the last alone."""
    skipped = np.minimum(windows.counts, windows.horizon - 1)
    return dataclasses.replace(windows, first=windows.first + skipped, counts=windows.counts - skipped)


def with_earlier(windows: Windows) -> Windows:
    """The windows and as many that come directly before them, as far as there are rows: a reminder of what was."""
    reachable = windows.first - windows.panel.starts[:-1] - windows.window + 1
    earlier = np.clip(windows.counts, 0, np.maximum(reachable, 0))
    return dataclasses.replace(windows, first=windows.first - earlier, counts=windows.counts + earlier)


def _honest_score(model: Forecaster, windows: Windows, panel: Panel, config: StockConfig) -> dict:
    """What the forecasts of the new rows were worth, before anything was learnt from them."""
    if not len(windows):
        print(f"no forecast of {config.model.horizon} rows lies in the new rows alone: nothing to judge", flush=True)
        return {}
    levels = config.forecast.levels
    first = windows.origin_times.min()
    repeat = RepeatLast(levels).fit(panel, config.model.horizon, first + np.timedelta64(1, "s"))
    mine = forecast(model, windows, config.forecast.batch_size).changes(model.offsets.numpy())
    unit = 100 if panel.scale == "log" else 1  # percent, as all reports on prices count
    methods = mine, repeat.changes(windows)
    losses = [unit * float(pinball_loss(changes, windows.outcomes, levels).mean()) for changes in methods]
    share = 1 - 2 * levels[0]
    inside = float(np.mean(coverage(mine, windows.outcomes, levels, share)))
    print(
        f"{len(windows)} forecasts of new rows, before training on them: pinball {losses[0]:.4g}, repeat last "
        f"{losses[1]:.4g}; {100 * share:g} % intervals held {100 * inside:.1f} %",
        flush=True,
    )
    return {"pinball": losses[0], "repeat_last_pinball": losses[1], f"coverage_{100 * share:g}": inside}


def _train(model: Forecaster, windows: Windows, config: StockConfig, epochs: int) -> None:
    batches = ShuffledWindows(windows, config.train.batch_size, config.train.seed)
    data = EpochData(batches, batches.output_signature)
    model.fit(data.stream(), epochs=epochs, steps_per_epoch=len(data), shuffle=False, verbose=2)


def _commit(
    folder: RunFolder,
    config: StockConfig,
    state: RunState,
    model: Forecaster,
    panel: Panel,
    history: History,
    report: dict,
) -> Path:
    """Writes weights and SavedModel under new names, then the state that names them: only that makes them the run's."""
    number = state.updates + 1
    weights = folder.path / f"model-{number}.weights.h5"
    later = RunState(last_rows(panel, rows_needed(config)), history, weights.name, number)
    save_weights(model, weights)
    path = write_saved_model(model, folder, config, later, version_to_write(folder.path))
    later.write(folder.state_file)
    if state.updates:  # the first weights stay: the figures of metrics.json are theirs
        (folder.path / state.weights).unlink(missing_ok=True)
    metrics = folder.read_metrics()
    metrics["updates"] = [*metrics.get("updates", []), {"version": int(path.name), **report}]
    folder.write_metrics(metrics)
    return path
