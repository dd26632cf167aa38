"""Training a forecaster: what the user asked for in, a run folder out."""

from __future__ import annotations

from pathlib import Path

from rnnapps.cluster import follows
from rnnapps.command_line import reading_input
from rnnapps.join_training import join_training
from rnnapps.run_folder import resumable

from .config import StockConfig
from .run_folder import RunFolder


def train(config: StockConfig, run: str | None = None, resume: bool = False) -> RunFolder | None:
    """Trains a forecaster, on the embedded daily prices unless told otherwise.

    Ends with the verdict beside the baselines, dated forecasts and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/stock_prediction, or a path; by default data and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    Returns:
        the run's folder; None in a process that only takes part in another one's training.
    """
    with reading_input():
        follower = follows(config.train.strategy)
        path = RunFolder.new_path(run, config.data.path or "bokeh")
        if follower:
            resume = False
        elif resume:
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
    from rnnapps.training import follow, set_seed

    from .conclude import conclude
    from .data import read_data
    from .split_in_time import split
    from .training_run import fit_forecaster, prepare

    if config.model.units <= WIDEST_SMALL_STATE:
        one_thread_per_operation()
    with reading_input():
        config, distribution = join_training(config)
    set_seed(config.train.seed)
    with reading_input():
        data = read_data(config.data, config.model.window, config.model.horizon)
        print("\n".join(data.report), flush=True)
        sides = split(data.panel, config.data, config.model.window, config.model.horizon)
        prepared = prepare(config, sides)
        print("\n".join(prepared.report), flush=True)
        if follower:
            return follow(prepared.model, prepared.training, distribution)
        if not resume:
            folder = RunFolder.create(path, config)
    with resumable(path):
        print(f"run folder: {path}", flush=True)
        trained = fit_forecaster(prepared, config, folder, resume, distribution=distribution)
        conclusion = conclude(prepared.model, config, data, sides, folder, trained)
    print(conclusion.summary)
    print(f"\nrun folder: {path}")
    print(f"plots:      {', '.join(str(plot) for plot in conclusion.plots)}")
    print(f"SavedModel: {Path(path) / '1'}")
    print(f"report:     {Path(path) / 'report.html'}")
    return folder
