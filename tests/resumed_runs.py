"""Trainings through an application's command line that are stopped in their second epoch, and what they end with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from rnnapps.training import Checkpoints

CHECKOUT = Path(__file__).parents[1]
# Of two epochs, with a checkpoint every second step: after 4 of the second epoch.
STOPPED_AT = "checkpoint-000001-00000004.npz"
LAST = "checkpoint-000002-00000000.npz"

KILLED = """
import signal, sys
from importlib import import_module
from tests.resumed_runs import stopped

with stopped(signal.SIGKILL):
    import_module(f"apps.{sys.argv[1]}.__main__").main(sys.argv[2:])
"""


def stopped(number: signal.Signals):
    """While it lasts, a process that has written STOPPED_AT sends itself a signal."""
    save = Checkpoints.save

    def save_and_stop(self, model, progress):
        path = save(self, model, progress)
        if path.name == STOPPED_AT:
            os.kill(os.getpid(), number)
        return path

    return patch.object(Checkpoints, "save", save_and_stop)


def interrupted(main: Callable, arguments: Sequence[str]) -> int:
    """Exit code of a command that gets Ctrl-C."""
    with stopped(signal.SIGINT):
        return main(arguments)


def killed(application: str, arguments: Sequence[str]) -> int:
    """Exit code of a command of apps.application, in a process of its own, that is killed."""
    command = [sys.executable, "-c", KILLED, application, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False).returncode


def trained_only(application: str, main: Callable, arguments: Sequence[str], last: str = "conclude.conclude") -> None:
    """Runs a training that is left when its last epoch is over: the training is what is compared.

    Args:
        application: name of its folder.
        main: of its command line.
        arguments: as they are typed.
        last: module and function that would come next.
    """
    with patch(f"apps.{application}.{last}", side_effect=KeyboardInterrupt):
        assert main(arguments) == 130


def end_of_training(run: Path) -> dict[str, bytes]:
    """All that the last checkpoint holds, bytes by name: weights, optimizer, moving average, metrics."""
    with np.load(run / "checkpoints" / LAST) as file:
        return {name: file[name].tobytes() for name in file.files if name != "about"}
