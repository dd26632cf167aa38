"""Training a forecaster: what the user asked for in, a run folder out."""

from __future__ import annotations

from pathlib import Path

from rnnapps.command_line import reading_input
from rnnapps.run_folder import resumable

from .config import StockConfig
from .run_folder import RunFolder


def train(config: StockConfig, run: str | None = None, resume: bool = False) -> RunFolder:
    """Trains a forecaster, on the embedded daily prices unless told otherwise.

    Ends with the verdict beside the baselines, dated forecasts and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/stock_prediction, or a path; by default data and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    """
    with reading_input():
        path = RunFolder.new_path(run, config.data.path or "bokeh")
        if resume:
            folder = RunFolder.open(path)
            config = folder.resumed_config(config)
            if folder.state_file.is_file() and folder.state().updates:
                raise ValueError(
                    f"{path}: updated with new rows since; go on with the command update, or start another --run"
                )
        else:
            RunFolder.refuse_existing(path)

    # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
    from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation
    from rnnapps.training import set_seed

    from .conclude import conclude
    from .data import read_data
    from .split_in_time import split
    from .training_run import fit_forecaster, prepare

    if config.model.units <= WIDEST_SMALL_STATE:
        one_thread_per_operation()
    set_seed(config.train.seed)
    with reading_input():
        data = read_data(config.data, config.model.window, config.model.horizon)
        print("\n".join(data.report), flush=True)
        sides = split(data.panel, config.data, config.model.window, config.model.horizon)
        prepared = prepare(config, sides)
        print("\n".join(prepared.report), flush=True)
        if not resume:
            folder = RunFolder.create(path, config)
    with resumable(path):
        print(f"run folder: {path}", flush=True)
        trained = fit_forecaster(prepared, config, folder, resume)
        conclusion = conclude(prepared.model, config, data, sides, folder, trained)
    print(conclusion.summary)
    print(f"\nrun folder: {path}")
    print(f"plots:      {', '.join(str(plot) for plot in conclusion.plots)}")
    print(f"SavedModel: {Path(path) / '1'}")
    return folder
