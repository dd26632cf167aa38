"""Processes on loopback that train together, as `python` commands with TF_CONFIG."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from tests.resumed_runs import KILLED

# Runs an application over two devices, which a processor is divided into.
TWO_DEVICES = """
import importlib, sys
import tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
sys.exit(importlib.import_module(sys.argv[1]).main(sys.argv[2:]))
"""
PROJECT = {"PYTHONPATH": str(Path(__file__).parents[1])}


def clusters(count: int = 2) -> list[dict[str, str]]:
    """What each process has in its environment, so that they find each other at free ports."""
    sockets = [socket.socket() for _ in range(count)]
    for found in sockets:
        found.bind(("127.0.0.1", 0))
    workers = [f"127.0.0.1:{found.getsockname()[1]}" for found in sockets]
    for found in sockets:
        found.close()
    tasks = [{"type": "worker", "index": index} for index in range(count)]
    return [{"TF_CONFIG": json.dumps({"cluster": {"worker": workers}, "task": task})} for task in tasks]


def run_all(commands: Sequence[tuple[Sequence[str], dict[str, str]]], folder: Path) -> list[tuple[int, str]]:
    """(exit code, output) of Python commands that run side by side, each in a folder of its own.

    Args:
        commands: arguments for Python, and what is added to its environment.
        folder: where the folders are made.
    """
    processes = []
    for number, (arguments, added) in enumerate(commands):
        work = folder / f"process {number}"
        work.mkdir(parents=True)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"} | PROJECT | added
        processes.append(subprocess.Popen([sys.executable, *arguments], env=environment, cwd=work, **pipes))
    try:
        outputs = [process.communicate(timeout=1200)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, output) for process, output in zip(processes, outputs, strict=True)]


@dataclass(frozen=True)
class LoneTraining:
    """A run of one process on one device, which others of the same options are compared with.

    Fields:
        application: name of its folder.
        options: as they are typed, without run and strategy.
        run: the run's folder.
        rounding: how far weights may be apart. Adam's steps are as large where a gradient is nearly nothing, and so is
            the rounding in it.
    """

    application: str
    options: Sequence[str]
    run: Path
    rounding: float

    @classmethod
    def make(cls, application: str, options: Sequence[str], folder: Path, rounding: float = 2e-5) -> LoneTraining:
        """Trains it.

        Args:
            application: name of its folder.
            options: as they are typed, without run and strategy.
            folder: where the run's folder is made.
            rounding: see the fields.
        """
        made = cls(application, options, folder / "alone", rounding)
        main = importlib.import_module(f"apps.{application}.__main__").main
        assert main(made._typed(made.run)) == 0
        return made

    def assert_same_when_spread(self, strategy: str, folder: Path) -> None:
        """Loss curve, what was measured, and weights are the same to rounding over two processes, or two devices.

        Args:
            strategy: "multiworker" or "mirrored".
            folder: for the processes and their run.
        """
        typed = [self._main, *self._typed(folder / "run", strategy)]
        if strategy == "multiworker":
            commands = [(["-m", *typed], cluster) for cluster in clusters()]
        else:
            commands = [(["-c", TWO_DEVICES, *typed], {})]
        for code, output in run_all(commands, folder):
            assert code == 0, output
        self.assert_same(folder / "run")

    def kill_chief(self, folder: Path) -> tuple[int, str]:
        """Exit code and output of the other of two processes when the chief is killed in its second epoch.

        Args:
            folder: for the processes and their run.
        """
        typed = self._typed(folder / "run", "multiworker")
        chief, follower = clusters()
        commands = [(["-c", KILLED, self.application, *typed], chief), (["-m", self._main, *typed], follower)]
        (killed, output), found = run_all(commands, folder)
        assert killed == -signal.SIGKILL, output
        return found

    def assert_same(self, run: Path) -> None:
        """Another run of the same options has the loss curve, figures, weights and SavedModel of this one."""
        (names, here), (found, there) = curve(self.run), curve(run)
        assert found == names
        np.testing.assert_allclose(there, here, rtol=1e-4)
        for name, value in weights(self.run).items():
            np.testing.assert_allclose(weights(run)[name], value, atol=self.rounding, err_msg=name)
        assert (run / "1" / "saved_model.pb").is_file()

    @property
    def _main(self):
        return f"apps.{self.application}.__main__"

    def _typed(self, run, strategy="none"):
        return ["train", *self.options, "--run", str(run), "--train.strategy", strategy]


def curve(run: Path) -> tuple[list[str], np.ndarray]:
    """Names and values in history.csv but for the seconds; empty fields are -1."""
    names, *rows = [line.split(",") for line in (run / "history.csv").read_text().splitlines()]
    columns = [number for number, name in enumerate(names) if name != "seconds"]
    return [names[number] for number in columns], np.array([[float(row[n] or -1) for n in columns] for row in rows])


def weights(run: Path) -> dict[str, np.ndarray]:
    """What model.weights.h5 holds of the network."""
    found = {}

    def keep(name, value):
        if isinstance(value, h5py.Dataset) and not name.startswith("optimizer"):
            found[name] = value[()]

    with h5py.File(run / "model.weights.h5") as file:
        file.visititems(keep)
    return found
