"""A run as a SavedModel that takes sound and gives words, or as a LiteRT model."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.export import export_saved_model, version_to_write
from rnnapps.export_litert import export_litert, litert_version_to_write
from rnnapps.report import renew_report

from .check_decoding import check_decoding, chosen
from .config import DecodingChoice
from .run_folder import RunFolder


def export(
    run: str,
    decoding: DecodingChoice,
    format: Literal["saved_model", "litert"] = "saved_model",
    output: str | None = None,
) -> Path:
    """Writes a trained run's SavedModel again, as its next version, with other decoding options if given.

    Args:
        run: path or name of a run.
        decoding: options that are to be other than the run's.
        format: saved_model, or litert for phones and small computers: greedy, into the run's folder litert.
        output: folder to write instead of the next version; must not exist.
    """
    if format == "litert":
        return _export_litert(run, decoding, output)
    with reading_input():
        folder = RunFolder.open(run)
        config = folder.config()
        decode = decoding.given()
        check_decoding(folder, decode)
        path = version_to_write(folder.path, output)
        folder.read_metrics()  # of which the model card tells
        recognition = load_trained(folder, decode)
    try:
        write_saved_model(recognition, folder, config, path)
    except OSError as error:
        raise BadInput(str(error)) from error
    print(path)
    if output is None:
        renew_report(folder)
    return path


def _export_litert(run: str, decoding: DecodingChoice, output: str | None) -> Path:
    with reading_input():
        from .litert import litert_model

        if given := list(decoding.given()):
            raise ValueError(f"--{given[0]}: a LiteRT model decodes greedily; leave it out or export a SavedModel")
        folder = RunFolder.open(run)
        path = litert_version_to_write(folder.path, output)
        model, units, _ = load_network(folder)
        export_litert(litert_model(folder.name, model, units, folder.read_metrics()), path)
    print(path)
    return path


def write_saved_model(recognition, folder: RunFolder, config, path: Path) -> Path:
    """Exports a `Recognition` with its signatures and a model card."""
    from .model_card import model_card
    from .saved_recognizer import SavedRecognizer

    served = SavedRecognizer(recognition)
    streamable = recognition.model.streamable
    card = model_card(folder.name, config, recognition.units, folder.read_metrics(), streamable)
    return export_saved_model(served.module, path, served.signatures(), card)


def load_trained(folder: RunFolder, decode: Mapping[str, Any] = MappingProxyType({})):
    """The `Recognition` of a run from its weights, not from its SavedModel.

    Args:
        folder: the run's.
        decode: options of section decode that are to be other than the run's.
    Raises:
        FileNotFoundError: the run has not ended yet, or its files are gone.
        ValueError: the weights do not fit the configuration.
    """
    from .decoder import Decoder
    from .recognition import Recognition

    model, units, config = load_network(folder)
    config = dataclasses.replace(config, decode=chosen(config.decode, decode))
    decoder = Decoder.load(folder.path, config, units, decode)
    if decoder.untuned:
        print(decoder.untuned, file=sys.stderr)
    return Recognition(model, units, config, decoder.search(config, units), decoder.confidences)


def load_network(folder: RunFolder) -> tuple:
    """The `Recognizer` of a run with its weights, its `Units` and its configuration; raises as `load_trained`."""
    from .model import build_recognizer
    from .units import Units

    if not folder.weights.is_file():
        raise FileNotFoundError(f"{folder.weights}: no trained weights; finish the run with train --resume")
    config, units = folder.config(), Units.load(folder.path)
    model = build_recognizer(config, len(units))
    try:
        model.load_weights(folder.weights)
    except Exception as error:  # a flipped bit can make the reader raise nearly anything
        raise ValueError(f"{folder.weights}: cannot be loaded ({error}); start another run") from None
    return model, units, config
