"""A run as a SavedModel that takes sound and gives words."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnapps.command_line import BadInput, reading_input
from rnnapps.export import export_saved_model, version_to_write
from rnnapps.report import renew_report

from .check_decoding import check_decoding, chosen
from .config import DecodingChoice
from .run_folder import RunFolder


def export(run: str, decoding: DecodingChoice, output: str | None = None) -> Path:
    """Writes a trained run's SavedModel again, as its next version, with other decoding options if given.

    Args:
        run: path or name of a run.
        decoding: options that are to be other than the run's.
        output: folder to write instead of the run's next version; must not exist.
    """
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
    from .model import build_recognizer
    from .recognition import Recognition
    from .units import Units

    if not folder.weights.is_file():
        raise FileNotFoundError(f"{folder.weights}: no trained weights; finish the run with train --resume")
    config, units = folder.config(), Units.load(folder.path)
    config = dataclasses.replace(config, decode=chosen(config.decode, decode))
    model = build_recognizer(config, len(units))
    try:
        model.load_weights(folder.weights)
    except Exception as error:  # a flipped bit can make the reader raise nearly anything
        raise ValueError(f"{folder.weights}: cannot be loaded ({error}); start another run") from None
    decoder = Decoder.load(folder.path, config, units, decode)
    if decoder.untuned:
        print(decoder.untuned, file=sys.stderr)
    return Recognition(model, units, config, decoder.search(config, units), decoder.confidences)
