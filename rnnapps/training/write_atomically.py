"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: str | Path, write: Callable[[BinaryIO], None]) -> Path:
    """Write a file so that a kill, a crash or a full disk leaves the previous file whole.

    Args:
        path: file to write or replace; its folder is made if missing.
        write: called with a file open for binary writing, a temporary one in the same folder.
    Returns:
        `path`.
    Raises:
        OSError: the file could not be written; the previous file, if any, is still there.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read.
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, temporary):
            error.filename = str(path)  # a failed write knows no name
        raise
    _sync_folder(path.parent)
    return path


def remove_partial_files(folder: str | Path) -> None:
    """Delete what a killed `write_atomically` left in `folder`."""
    for partial in Path(folder).glob(".*.partial"):
        partial.unlink(missing_ok=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder):
    # The new name survives a power cut only when the folder is on disk too. Not every system can open
    # folders.
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
