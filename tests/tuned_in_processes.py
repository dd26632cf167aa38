"""Searches by an application's command tune, in processes that are killed or work together."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 3600


def assert_tune_outlives_a_kill(application: str, options: Sequence[str], space: str, folder: Path) -> dict:
    """The command is killed in its second trial and given again; what it finds, train takes.

    Args:
        application: name of its folder.
        options: as they are typed, without those of the search.
        space: text of the file for --space, of three configurations at least.
        folder: where everything is written.
    Returns:
        what results.json holds.
    """
    search, command = _random_search(options, space, folder, trials=3)
    with _Process(application, command, folder / "killed.txt") as killed:
        killed.wait_for(lambda: (search / "trial_1").exists())
        killed.popen.send_signal(signal.SIGKILL)
    first = (search / "trial_0" / "outcome.json").stat().st_mtime_ns
    with _Process(application, command, folder / "again.txt") as again:
        again.end()
    assert (search / "trial_0" / "outcome.json").stat().st_mtime_ns == first
    assert len(_rows(search)) == 3
    best = ["train", "--config", str(search / "best.yaml"), "--run", str(folder / "run")]
    with _Process(application, best, folder / "train.txt") as train:
        train.end()
    assert (folder / "run" / "1" / "saved_model.pb").is_file()
    return json.loads((search / "results.json").read_text())


def trials_of_tuners(
    application: str, options: Sequence[str], space: str, folder: Path, trials: int
) -> tuple[list[str], list[list[str]]]:
    """A chief and two tuners search together.

    Args:
        application: name of its folder.
        options: as they are typed, without those of the search.
        space: text of the file for --space.
        folder: where everything is written.
        trials: how many.
    Returns:
        names of the trials in trials.csv, and of those that each tuner ran.
    """
    search, command = _random_search(options, space, folder, trials)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    cluster = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": port}
    names = ("chief", "tuner0", "tuner1")
    places = [cluster | {"KERASTUNER_TUNER_ID": name} for name in names]
    outputs = [folder / f"{name}.txt" for name in names]
    with (
        _Process(application, command, outputs[0], places[0]) as chief,
        _Process(application, command, outputs[1], places[1]) as one,
        _Process(application, command, outputs[2], places[2]) as other,
    ):
        for process in (one, other, chief):
            process.end()
    ran = [re.findall(r"^trial (\d+)\b.*: model", output.read_text(), re.MULTILINE) for output in outputs[1:]]
    return sorted(row["trial"] for row in _rows(search)), ran


def _random_search(options: Sequence[str], space: str, folder: Path, trials: int) -> tuple[Path, list[str]]:
    """Folder of a search and the arguments of its command."""
    search, values = folder / "search", folder / "space.yaml"
    values.write_text(space)
    chosen = ["--search", str(search), "--space", str(values), "--tuner", "random", "--trials", str(trials)]
    return search, ["tune", *options, *chosen]


def _rows(search: Path) -> list[dict[str, str]]:
    with (search / "trials.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class _Process:
    """`python -m apps.<application>` with its output in a file; it is killed where the block ends before it does."""

    def __init__(
        self, application: str, arguments: Sequence[str], output: Path, added: Mapping[str, str] | None = None
    ):
        self.output = output
        command = [sys.executable, "-m", f"apps.{application}", *arguments]
        with output.open("w") as file:
            environment = {**os.environ, **(added or {})}
            self.popen = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.kill()
        self.popen.wait()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Waits for what the process brings about."""
        limit = time.monotonic() + SECONDS
        while not condition():
            assert self.popen.poll() is None and time.monotonic() < limit, self.output.read_text()
            time.sleep(0.2)

    def end(self) -> None:
        """Waits for the process's end, which is without an error."""
        assert self.popen.wait(timeout=SECONDS) == 0, self.output.read_text()
