"""Folders that are made once for all of pytest's processes."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first test to ask for it makes; with pytest-xdist, in whichever of its processes that is.

    Nothing may write into it afterwards.

    Args:
        tmp_path_factory: pytest's.
        name: of the folder, and of nothing else that is made so.
        make: is given the empty folder, and fills it.
    """
    base = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have a folder each, in one that is the whole run's.
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # left by a process that failed
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
