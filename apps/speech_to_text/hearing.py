"""A run, or its SavedModel alone, made ready to transcribe."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .run_folder import RunFolder

LANGUAGE = ("lm_text", "arpa", "lm_weight", "insertion_bonus")
BEAM = ("lm", *LANGUAGE, "hot_words", "hot_word_boost")


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


def check_decoding(folder: RunFolder, decode: Mapping[str, Any]) -> None:
    """Raises a ValueError for an option that would change nothing, which is a mistake."""
    config = folder.config()
    options, head = dataclasses.replace(config.decode, **decode), config.model.head
    beam = [name for name in BEAM if name in decode and decode[name] != "none"]
    if beam and head not in ("ctc", "joint"):
        raise ValueError(f"--{beam[0]}: is of heads ctc and joint; {folder.path} has {head}")
    if options.lm == "none" and (given := [name for name in LANGUAGE if name in decode]):
        raise ValueError(f"--{given[0]}: needs a language model; give --lm character or word")


def _of_saved_model(path: Path, decode: Mapping[str, Any]) -> Hearing:
    from .load import load_recognizer
    from .saved_transcriber import saved_live, saved_transcriber

    if decode:
        raise ValueError(f"--{next(iter(decode))}: {path} decodes as it was exported; give its run instead")
    loaded = load_recognizer(path)
    return Hearing(loaded.rate, saved_transcriber(loaded), lambda: saved_live(loaded))
