"""One chief and two tuners, each a process of its own, and what a kill of any of them does."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROCESS = """
import sys, time
from rnnapps.command_line import BadInput
from rnnapps.tuning import TuningOptions, search
from tests.tuning.made_application import MadeApplication, MadeConfig

class Slow(MadeApplication):
    def validate(self, *arguments):
        value = super().validate(*arguments)
        time.sleep(float(sys.argv[3]))
        return value

options = TuningOptions(search=sys.argv[1] + "/search", tuner=sys.argv[2], trials=8)
try:
    search(Slow(sys.argv[1] + "/log"), MadeConfig(), options, "made")
except BadInput as error:
    print(error)
    sys.exit(2)
"""


@pytest.fixture
def start(tmp_path):
    """Starts a process of the search; what still runs at the end of the test is killed."""
    started = []

    def start(name, port=0, tuner="random", seconds=0.5):
        place = {"KERASTUNER_TUNER_ID": name, "KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}
        environment = {**os.environ, **(place if port else {})}
        command = [sys.executable, "-c", PROCESS, str(tmp_path), tuner, str(seconds)]
        with (tmp_path / f"{name}.txt").open("a") as output:
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def lines(folder):
    path = folder / "log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def wait(condition, seconds=900):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def trials(folder):
    with (folder / "search" / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("tuner", ["random", "hyperband"])
def test_a_chief_and_two_tuners_run_every_trial_exactly_once(start, tmp_path, tuner):
    port = free_port()
    processes = [start(name, port, tuner) for name in ("chief", "tuner0", "tuner1")]
    assert [process.wait(timeout=1200) for process in processes] == [0, 0, 0], (tmp_path / "chief.txt").read_text()
    assert len(trials(tmp_path)) == 8
    begun = [(line["trial"], line["to"]) for line in lines(tmp_path)]
    assert len(begun) == len(set(begun))
    assert {row["state"] for row in trials(tmp_path)} <= {"trained", "paused"}


@pytest.mark.slow
def test_a_tuner_that_was_killed_goes_on_with_its_trial(start, tmp_path):
    port = free_port()
    chief, tuner = (start(name, port, seconds=2) for name in ("chief", "tuner0"))
    wait(lambda: len(lines(tmp_path)) == 3)
    tuner.kill()
    tuner.wait()
    again = start("tuner0", port, seconds=0.1)
    assert (again.wait(timeout=1200), chief.wait(timeout=1200)) == (0, 0)
    begun = [line["trial"] for line in lines(tmp_path)]
    assert sorted(begun) == sorted([f"trial_{number}" for number in range(8)] + [begun[2]])


@pytest.mark.slow
def test_when_the_chief_is_killed_its_tuners_go_on_with_the_next_one(start, tmp_path):
    port = free_port()
    chief, *tuners = (start(name, port, seconds=2) for name in ("chief", "tuner0", "tuner1"))
    wait(lambda: len(lines(tmp_path)) == 3)
    chief.kill()
    chief.wait()
    chief = start("chief", port)
    for number, tuner in enumerate(tuners):
        # One that was just talking to the chief says so, and is started again.
        if tuner.wait(timeout=1200) == 2:
            tuner = start(f"tuner{number}", port, seconds=0.1)
            assert tuner.wait(timeout=1200) == 0
        assert tuner.returncode == 0
    assert chief.wait(timeout=1200) == 0
    trained = Counter()
    for line in lines(tmp_path):
        trained[line["trial"]] += line["to"] - line["from"]
    assert trained == {f"trial_{number}": 9 for number in range(8)}


@pytest.mark.slow
def test_a_search_that_was_killed_repeats_no_finished_trial(start, tmp_path):
    first = start("alone", seconds=2)
    wait(lambda: len(lines(tmp_path)) == 3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert start("alone", seconds=0).wait(timeout=1200) == 0
    begun = [line["trial"] for line in lines(tmp_path)]
    assert sorted(begun) == sorted([f"trial_{number}" for number in range(8)] + [begun[2]])
