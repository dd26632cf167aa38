"""A run as a SavedModel or LiteRT model that takes raw rows and gives quantiles of prices."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.export import export_saved_model, version_to_write
from rnnapps.export_litert import export_litert, litert_version_to_write
from rnnapps.report import renew_report

from .run_folder import RunFolder
from .run_state import RunState


def export(run: str, format: Literal["saved_model", "litert"] = "saved_model", output: str | None = None) -> Path:
    """Writes a trained run's SavedModel again, as its next version, or its LiteRT model.

    Args:
        run: path or name of a run.
        format: saved_model, or litert for phones and small computers: one window at a time, into the run's folder
            litert.
        output: folder to write instead of the next version; must not exist.
    """
    if format == "litert":
        return _export_litert(run, output)
    with reading_input():
        folder = RunFolder.open(run)
        config = folder.config()
        path = version_to_write(folder.path, output)
        state = folder.state()
        folder.read_metrics()  # of which the model card tells
        model = load_trained(folder, state)
    try:
        write_saved_model(model, folder, config, state, path)
    except OSError as error:
        raise BadInput(str(error)) from error
    print(path)
    if output is None:
        renew_report(folder)
    return path


def write_saved_model(model, folder: RunFolder, config, state: RunState, path: Path) -> Path:
    """Exports a trained `Forecaster` with its signatures and a model card."""
    from .model_card import model_card
    from .saved_forecaster import SavedForecaster

    served = SavedForecaster(model, state.panel)
    card = model_card(folder.name, config, state.panel, folder.read_metrics(), state.updates)
    return export_saved_model(served.module, path, served.signatures(), card)


def _export_litert(run: str, output: str | None) -> Path:
    with reading_input():
        from .litert import litert_model

        folder = RunFolder.open(run)
        config, state = folder.config(), folder.state()
        path = litert_version_to_write(folder.path, output)
        model = load_trained(folder, state)
        export_litert(litert_model(folder.name, model, config, state, folder.read_metrics()), path)
    print(path)
    return path


def load_trained(folder: RunFolder, state: RunState | None = None):
    """The `Forecaster` of a run from its weights, not from its SavedModel.

    Raises:
        FileNotFoundError: the run has not ended yet, or its files are gone.
        ValueError: the weights do not fit the configuration.
    """
    from .model import build_forecaster

    state = state or folder.state()
    weights = folder.path / state.weights
    if not weights.is_file():
        raise FileNotFoundError(f"{weights}: no trained weights; finish the run with train --resume")
    config = folder.config()
    model = build_forecaster(config.model, config.forecast, state.panel)
    try:
        model.load_weights(weights)
    except Exception as error:  # a flipped bit can make the reader raise nearly anything
        raise ValueError(f"{weights}: cannot be loaded ({error}); start another run") from None
    return model
