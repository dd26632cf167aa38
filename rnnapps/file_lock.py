"""A lock that goes with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_lock(path: str | Path, otherwise: str) -> Iterator[None]:
    """Keeps other processes out of the block; the system opens the lock however this one ends.

    Where the system or the file system knows no locks, nobody is kept out.

    Args:
        path: of the file that is locked, made if it is missing.
        otherwise: what the error says.
    Raises:
        ValueError: another process is in.
    """
    try:
        import fcntl
    except ImportError:  # not on this system
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(otherwise) from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)
