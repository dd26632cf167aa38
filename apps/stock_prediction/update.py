"""Going on with a run's training on new rows."""

from __future__ import annotations

from pathlib import Path

from rnnapps.command_line import BadInput, reading_input

from .run_folder import RunFolder


def update(run: str, /, *, data: str, epochs: int = 2, learning_rate: float | None = None) -> Path:
    """Trains a run further on new rows, renews its calibration and writes the next version of its SavedModel.

    The optimizer goes on from its own state. Before it trains, the run forecasts the new rows, which is an honest test
    of it, and what calibration learns from. Until all is complete the run stays what it was.

    Args:
        run: path or name of a run.
        data: file, or folder of files, of the form that the run was trained on, with new rows; it may hold older ones.
        epochs: times that training goes through the new windows and as many earlier ones.
        learning_rate: constant. Default: a tenth of the run's.
    """
    with reading_input():
        if epochs < 1:
            raise ValueError(f"--epochs must be at least 1, is {epochs}")
        if learning_rate is not None and not learning_rate > 0:
            raise ValueError(f"--learning_rate must be above 0, is {learning_rate}")
        folder = RunFolder.open(run)
        config = folder.config()

        from .data import read_for
        from .joined_rows import join_rows

        folder.read_metrics()
        state = folder.state()
        known = state.panel
        found = read_for(config.data, known.names, known.columns, data)
        joined = join_rows(known, found.panel, config.model.window, config.data.jump_limit)
    for note in (*found.report, *joined.notes):
        print(note, flush=True)

    from .further_training import train_further

    try:
        path = train_further(folder, config, state, joined, epochs, learning_rate)
    except OSError as error:
        raise BadInput(f"{error}; the run stays what it was") from error
    print(f"SavedModel: {path}")

    from rnnapps.report import renew_report

    renew_report(folder)
    return path
