"""Checkpoints that hold all of a training run, down to the step within the epoch."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import ml_dtypes  # noqa: F401  (teaches NumPy the name "bfloat16")
import numpy as np

from rnnapps.training.run_variables import run_variables
from rnnapps.training.write_atomically import remove_partial_files, write_atomically

_NAME = re.compile(r"checkpoint-(\d{6})-(\d{8})\.npz")


class CheckpointError(ValueError):
    """The checkpoints of a run do not let it go on; one line says why."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands and what its callbacks know.

    Fields:
        epoch: int, 0-based epoch that the next step belongs to.
        step: int, steps of that epoch already done.
        steps_per_epoch: int.
        stopped: bool, a callback has ended the training.
        callbacks: state of each callback, JSON values, by name.
    """

    epoch: int
    step: int
    steps_per_epoch: int
    stopped: bool = False
    callbacks: dict[str, Any] = field(default_factory=dict)


class Checkpoints:
    """The newest checkpoints of a run, each one file, written atomically.

    A checkpoint holds every variable of the model (weights, seed generators, states of stateful layers), of
    its metrics and of its optimizer, the position (epoch, step) and the states of the callbacks. Randomness
    that lives elsewhere is not kept: a layer draws from its own `keras.random.SeedGenerator`, as all Keras
    layers do.

    Args:
        folder: where the files are, `checkpoint-<epoch>-<step>.npz`.
        keep: int >= 1, how many of the newest to keep. Default 3.
        fingerprint: JSON value that describes the configuration; a checkpoint of another one is refused.
        callbacks: those of them that have `variables` get these into the checkpoints too.
    Raises:
        ValueError: `keep` < 1.
    """

    def __init__(
        self,
        folder: str | Path,
        keep: int = 3,
        fingerprint: Any = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ):
        if keep < 1:
            raise ValueError(f"keep must be >= 1, got {keep}")
        self.folder = Path(folder)
        self.keep = keep
        self.callbacks = tuple(callbacks)
        # Through JSON, so that a tuple compares equal to the list it comes back as.
        self.fingerprint = json.loads(json.dumps(fingerprint))

    def files(self) -> list[Path]:
        """The checkpoint files, newest first."""
        found = [path for path in self.folder.glob("checkpoint-*.npz") if _NAME.fullmatch(path.name)]
        return sorted(found, reverse=True)

    def save(self, model: keras.Model, progress: Progress) -> Path:
        """Write a checkpoint, then delete those beyond the newest `keep`.

        Raises:
            OSError: it could not be written, e.g. the disk is full; the earlier checkpoints are untouched.
        """
        groups = run_variables(model, self.callbacks)
        arrays = {
            f"{group}/{index:05d}": _raw(variable)
            for group, variables in groups.items()
            for index, variable in enumerate(variables)
        }
        about = {
            "progress": asdict(progress),
            "fingerprint": self.fingerprint,
            "optimizer": type(model.optimizer).__name__,
            "variables": {group: [_describe(v) for v in variables] for group, variables in groups.items()},
        }
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        path = self.folder / f"checkpoint-{progress.epoch:06d}-{progress.step:08d}.npz"
        write_atomically(path, lambda file: np.savez(file, **arrays))
        for old in self.files()[self.keep :]:
            old.unlink(missing_ok=True)
        return path

    def restore(self, model: keras.Model) -> Progress | None:
        """Put the newest readable checkpoint into a built model and return its progress.

        A file that cannot be read is named in a message, and the one before it is taken.

        Returns:
            the progress, or None when there is no checkpoint.
        Raises:
            CheckpointError: the checkpoint belongs to another model, optimizer or configuration, or none of the
                files can be read.
        """
        remove_partial_files(self.folder)
        damaged = []
        for path in self.files():
            try:
                with np.load(path, allow_pickle=False) as file:
                    about = json.loads(file["about"].tobytes())
                    arrays = {name: file[name] for name in file.files if name != "about"}
            except Exception as error:  # a flipped bit can make the reader raise nearly anything
                damaged.append(path)
                print(f"{path}: damaged checkpoint, not used ({error})", flush=True)
                continue
            self._check(path, model, about)
            _assign(run_variables(model, self.callbacks), about, arrays)
            for bad in damaged:
                bad.rename(bad.with_suffix(".damaged"))
            if damaged:
                print(f"{path}: the previous checkpoint is used instead", flush=True)
            return Progress(**about["progress"])
        if damaged:
            raise CheckpointError(
                f"{self.folder}: none of the {len(damaged)} checkpoints can be read; start a new run folder"
            )
        return None

    def _check(self, path, model, about):
        if about["fingerprint"] != self.fingerprint:
            raise CheckpointError(
                f"{path}: written under another configuration "
                f"({_difference(about['fingerprint'], self.fingerprint)}); "
                "resume with the same one or start a new run folder"
            )
        if about["optimizer"] != type(model.optimizer).__name__:
            raise CheckpointError(
                f"{path}: written with optimizer {about['optimizer']}, this model has "
                f"{type(model.optimizer).__name__}; resume with the same one or start a new run folder"
            )
        for group, variables in run_variables(model, self.callbacks).items():
            stored, present = about["variables"].get(group, []), [_describe(v) for v in variables]
            for (path_there, *there), (path_here, *here) in zip(stored, present, strict=False):
                if there != here:
                    raise CheckpointError(
                        f"{path}: written by another model: its {path_there} is {_shape(there)}, here "
                        f"{path_here} is {_shape(here)}; resume with the same model or start a new run folder"
                    )
            if len(stored) != len(present):
                raise CheckpointError(
                    f"{path}: written by another model: it has {len(stored)} {group} variables, this one "
                    f"{len(present)}; resume with the same model or start a new run folder"
                )


def _describe(variable):
    return [variable.path, list(variable.shape), keras.backend.standardize_dtype(variable.dtype)]


def _shape(description):
    shape, dtype = description
    return f"{tuple(shape)} {dtype}"


def _raw(variable):
    # np.save knows no bfloat16: bytes travel as they are, their type in "about".
    return np.frombuffer(np.ascontiguousarray(variable.numpy()).tobytes(), np.uint8)


def _assign(groups, about, arrays):
    for group, variables in groups.items():
        stored = about["variables"].get(group, [])
        for index, (variable, (_, shape, dtype)) in enumerate(zip(variables, stored, strict=True)):
            value = np.frombuffer(arrays[f"{group}/{index:05d}"].tobytes(), np.dtype(dtype)).reshape(shape)
            variable.assign(value)


def _difference(there, here):
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*there, *here]:
            if there.get(key) != here.get(key):
                return f"{key}: there {there.get(key)!r}, here {here.get(key)!r}"
    return f"there {there!r}, here {here!r}"
