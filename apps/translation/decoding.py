"""A run's translator, as it was exported or with other decoding options."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from rnnapps.export import find_saved_model

from .config import DecodeConfig
from .run_folder import RunFolder, locate


def load_for(
    run: str | Path,
    beam_size: int | None = None,
    length_penalty: float | None = None,
    coverage_penalty: float | None = None,
):
    """The translator of a run: its SavedModel, or, with any option given, its weights searched in that way.

    Args:
        run: path or name of a run, or path of a SavedModel; options need the run's weights beside it.
        beam_size: hypotheses kept at each step; None for what the run was trained with.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; None likewise.
        coverage_penalty: how much leaving source tokens unattended costs; None likewise.
    Returns:
        A `TextTranslator` or a loaded SavedModel: both have `serving_default(text)` and `n_best(text)`.
    Raises:
        FileNotFoundError: nothing there, or options for a SavedModel without weights.
        ValueError: not a translator, or an option out of range.
    """
    options = given(beam_size=beam_size, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    if not options:
        from .load import load_translator

        return load_translator(run)
    from .export import load_trained

    folder = run_with_weights(run, ", ".join(f"--{name}" for name in options))
    return load_trained(folder, with_options(folder.config().decode, **options))


def given(**options: float | None) -> dict[str, float]:
    """Those options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def fingerprint(run: str | Path, options: Mapping = MappingProxyType({})) -> str:
    """A number that is another one when `load_for` would load another model.

    Args:
        run: as for `load_for`.
        options: the options that `load_for` is given.
    """
    if options:
        folder = run_with_weights(run, "options").path
        files = [folder / "model.weights.h5", folder / "config.yaml", *folder.glob("*.model")]
    else:
        folder = find_saved_model(locate(run))
        files = [file for file in folder.rglob("*") if file.is_file()]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(folder)} {file.stat().st_size}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def run_with_weights(run: str | Path, why: str) -> RunFolder:
    """The run that a user means by a run or by a SavedModel inside one.

    Args:
        run: path or name of a run, or path of a SavedModel.
        why: the options that need the weights, for the message.
    Raises:
        FileNotFoundError: nothing there, or a SavedModel alone.
        ValueError: neither a run nor a SavedModel.
    """
    path = locate(run)
    for folder in (path, path.resolve().parent):
        if (folder / "config.yaml").is_file() and RunFolder(folder).weights.is_file():
            return RunFolder(folder)
    if (path / "saved_model.pb").is_file():
        raise FileNotFoundError(
            f"{path}: {why} cannot be changed in a SavedModel, and the run's weights are not beside it; "
            "name the run's folder, or export again with these options"
        )
    return RunFolder.open(run)


def with_options(decode: DecodeConfig, **options: float) -> DecodeConfig:
    """`decode` with `options` in place of its own; as many of its hypotheses as the new beam allows.

    Raises:
        ValueError: an option out of range.
    """
    n_best = min(decode.n_best, max(1, options.get("beam_size", decode.beam_size)))
    return dataclasses.replace(decode, n_best=n_best, **options)
