"""A run that was stopped goes on as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from rnnapps.training import Checkpoints
from tests.stock_prediction.conftest import TINY, options

CHECKOUT = Path(__file__).parents[2]
EVERY_STEP = {"train.checkpoint_every": 2}
# 7 batches per epoch: after 4 of the second epoch.
STOPPED_AT = "checkpoint-000001-00000004.npz"

KILLED = """
import os, signal, sys
from apps.stock_prediction.__main__ import main
from rnnapps.training import Checkpoints

save = Checkpoints.save
def save_and_die(self, model, progress):
    if save(self, model, progress).name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoints.save = save_and_die
main(sys.argv[2:])
"""


def end_of_training(run):
    """All that the last checkpoint holds, bytes by name: weights, optimizer, moving average, metrics."""
    with np.load(run / "checkpoints" / "checkpoint-000002-00000000.npz") as file:
        return {name: file[name].tobytes() for name in file.files if name != "about"}


def not_now(*_):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def command(prices_file):
    return lambda run: ["train", "--data", str(prices_file), "--run", str(run), *options(TINY | EVERY_STEP)]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, command):
    """A run that got Ctrl-C in its second epoch: its folder and the exit code."""
    run = tmp_path_factory.mktemp("interrupted") / "run"
    save = Checkpoints.save

    def save_and_interrupt(self, model, progress):
        path = save(self, model, progress)
        if path.name == STOPPED_AT:
            os.kill(os.getpid(), signal.SIGINT)
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "save", save_and_interrupt)
        code = main(command(run))
    return run, code


def test_control_c_ends_with_its_exit_code_and_a_checkpoint(interrupted):
    run, code = interrupted
    assert code == 130
    assert any((run / "checkpoints").glob("checkpoint-000001-*.npz"))


def test_an_interrupted_run_has_no_saved_model(interrupted):
    assert not (interrupted[0] / "1").exists()


def test_a_resumed_run_ends_with_the_bits_of_an_undisturbed_one(interrupted, command, trained_run, monkeypatch):
    run, _ = interrupted
    monkeypatch.setattr("apps.stock_prediction.conclude.conclude", not_now)  # the training is what is compared
    assert main([*command(run), "--resume"]) == 130
    resumed, undisturbed = end_of_training(run), end_of_training(trained_run)
    assert len(resumed) > 20
    assert resumed == undisturbed


@pytest.mark.slow
def test_a_killed_run_ends_with_the_bits_of_an_undisturbed_one(tmp_path, command, trained_run):
    run = tmp_path / "run"
    arguments = [sys.executable, "-c", KILLED, STOPPED_AT, *command(run)]
    killed = subprocess.run(arguments, cwd=CHECKOUT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert end_of_training(run) == end_of_training(trained_run)
    assert (run / "1" / "saved_model.pb").is_file()
