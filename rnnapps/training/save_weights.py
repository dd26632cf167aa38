"""A model's weights as a file that is whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import keras


def save_weights(model: keras.Model, path: str | Path) -> Path:
    """`model.save_weights`, so that a kill, a crash or a full disk leaves the previous file whole.

    Args:
        model: built model.
        path: file to write or replace, its name ending in ".weights.h5"; its folder is made if missing.
    Returns:
        `path`.
    Raises:
        OSError: the file could not be written; the previous file, if any, is still there.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Keras insists on the ending, so the temporary name differs at its front.
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        model.save_weights(temporary, overwrite=True)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
