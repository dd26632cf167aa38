"""A model's weights as a file that is whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import keras
import numpy as np

# What HDF5 adds to a file, and to each variable in it, at most.
FILE_BYTES, VARIABLE_BYTES = 65_536, 4_096


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
        _try_room(path.parent, _size(model))
        model.save_weights(temporary, overwrite=True)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        # HDF5 tells of its file descriptor, on several lines.
        raise OSError(error.errno, os.strerror(error.errno), str(path)) if error.errno else error from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _size(model) -> int:
    variables = [*model.variables, *getattr(getattr(model, "optimizer", None), "variables", ())]
    return FILE_BYTES + sum(VARIABLE_BYTES + variable.numpy().nbytes for variable in variables)


def _try_room(folder, size) -> None:
    """Raises the OSError of a full disk before HDF5 meets it, which brings down the process."""
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.write(np.zeros(size, np.uint8))
            file.flush()
