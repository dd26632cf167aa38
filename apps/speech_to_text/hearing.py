"""A run, or its SavedModel alone, made ready to transcribe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .check_decoding import check_decoding
from .run_folder import RunFolder


@dataclass(frozen=True)
class Hearing:
    """What transcribes.

    Fields:
        rate: samples per second that it hears at.
        transcriber: a `Transcriber`, for recordings.
        live: () -> a `Live`, for sound that comes bit by bit. Raises a ValueError of a model that reads whole
            recordings.
    """

    rate: int
    transcriber: Any
    live: Callable


def load_hearing(run: str, decode: Mapping[str, Any]) -> Hearing:
    """A run as it was trained, or a SavedModel.

    Args:
        run: path or name of a run, or path of a SavedModel.
        decode: options of section decode that are to be other than the run's.
    Raises:
        FileNotFoundError: nothing there.
        ValueError: not a recogniser, or options that need more than there is.
    """
    path = RunFolder.locate(run)
    if (path / "config.yaml").is_file():
        return _of_run(RunFolder(path), decode)
    return _of_saved_model(path, decode)


def _of_run(folder: RunFolder, decode: Mapping[str, Any]) -> Hearing:
    from .export import load_trained

    check_decoding(folder, decode)
    recognition = load_trained(folder, decode)
    return Hearing(recognition.model.rate, recognition.transcriber(), recognition.live)


def _of_saved_model(path: Path, decode: Mapping[str, Any]) -> Hearing:
    from .load import load_recognizer
    from .saved_transcriber import saved_live, saved_transcriber

    if decode:
        raise ValueError(f"--{next(iter(decode))}: {path} decodes as it was exported; give its run instead")
    loaded = load_recognizer(path)
    return Hearing(loaded.rate, saved_transcriber(loaded), lambda: saved_live(loaded))
