"""One chief and two tuners, each a process of its own, and what a kill of any of them does."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROCESS = """
import sys, time
from rnnapps.command_line import run_command_line
from rnnapps.tuning import TuningOptions, search
from tests.tuning.made_application import MadeApplication, MadeConfig

class Slow(MadeApplication):
    def validate(self, *arguments):
        value = super().validate(*arguments)
        time.sleep(float(sys.argv[3]))
        return value

options = TuningOptions(search=sys.argv[1] + "/search", tuner=sys.argv[2], trials=8)
search(Slow(sys.argv[1] + "/log"), MadeConfig(), options, "made")
"""


def start(folder, name, port, tuner="random", seconds=0.5):
    place = {"KERASTUNER_TUNER_ID": name, "KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}
    environment = {**os.environ, **(place if port else {})}
    command = [sys.executable, "-c", PROCESS, str(folder), tuner, str(seconds)]
    output = (folder / f"{name}.txt").open("a")
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def lines(folder):
    path = folder / "log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def trials(folder):
    with (folder / "search" / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("tuner", ["random", "hyperband"])
def test_a_chief_and_two_tuners_run_every_trial_exactly_once(tmp_path, tuner):
    port = free_port()
    processes = [start(tmp_path, name, port, tuner) for name in ("chief", "tuner0", "tuner1")]
    assert [process.wait(timeout=600) for process in processes] == [0, 0, 0], (tmp_path / "chief.txt").read_text()
    assert len(trials(tmp_path)) == 8
    begun = [(line["trial"], line["to"]) for line in lines(tmp_path)]
    assert len(begun) == len(set(begun))
    assert {row["state"] for row in trials(tmp_path)} <= {"trained", "paused"}


@pytest.mark.slow
def test_a_tuner_that_was_killed_goes_on_with_its_trial(tmp_path):
    port = free_port()
    chief, tuner = (start(tmp_path, name, port, seconds=2) for name in ("chief", "tuner0"))
    wait(lambda: len(lines(tmp_path)) == 3)
    tuner.kill()
    tuner.wait()
    again = start(tmp_path, "tuner0", port, seconds=0.1)
    assert (again.wait(timeout=600), chief.wait(timeout=600)) == (0, 0)
    begun = [line["trial"] for line in lines(tmp_path)]
    assert sorted(begun) == sorted([f"trial_{number}" for number in range(8)] + [begun[2]])


@pytest.mark.slow
def test_a_search_that_was_killed_repeats_no_finished_trial(tmp_path):
    first = start(tmp_path, "alone", 0, seconds=2)
    wait(lambda: len(lines(tmp_path)) == 3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert start(tmp_path, "alone", 0, seconds=0).wait(timeout=600) == 0
    begun = [line["trial"] for line in lines(tmp_path)]
    assert sorted(begun) == sorted([f"trial_{number}" for number in range(8)] + [begun[2]])
