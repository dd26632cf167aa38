"""A run that was stopped goes on as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.speech_to_text.__main__ import main
from rnnapps.training import Checkpoints
from tests.speech_to_text.conftest import TINY, options

CHECKOUT = Path(__file__).parents[2]
# Variations and dropout too: what is drawn must be what an undisturbed run draws.
SHORT = TINY | {
    "data.max_recordings": 24,
    "augment.speed": 0.1,
    "augment.noise": 0.5,
    "augment.time_masks": 1,
    "model.bidirectional": False,
    "model.cell": "gru",
    "model.units": 8,
    "model.dropout": 0.1,
    "train.epochs": 2,
    "train.averaging": "ema",
    "train.checkpoint_every": 2,
}

KILLED = """
import os, signal, sys
from apps.speech_to_text.__main__ import main
from rnnapps.training import Checkpoints

save = Checkpoints.save
def save_and_die(self, model, progress):
    path = save(self, model, progress)
    if path.name.startswith("checkpoint-000001-") and progress.step > 2:
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoints.save = save_and_die
main(sys.argv[1:])
"""


def end_of_training(run):
    """All that the last checkpoint holds, bytes by name: weights, optimizer, moving average, metrics."""
    with np.load(run / "checkpoints" / "checkpoint-000002-00000000.npz") as file:
        return {name: file[name].tobytes() for name in file.files if name != "about"}


def not_now(*_):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def command(manifest):
    return lambda run: ["train", "--data", str(manifest), "--run", str(run), *options(SHORT)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, command):
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apps.speech_to_text.conclude.conclude", not_now)  # the training is what is compared
        assert main(command(run)) == 130
    return run


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, command):
    """A run that got Ctrl-C in its second epoch: its folder and the exit code."""
    run = tmp_path_factory.mktemp("interrupted") / "run"
    save = Checkpoints.save

    def save_and_interrupt(self, model, progress):
        path = save(self, model, progress)
        if path.name.startswith("checkpoint-000001-") and progress.step == 4:
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


def test_a_run_that_has_not_ended_cannot_be_exported(interrupted, capsys):
    assert main(["export", str(interrupted[0])]) == 2
    assert "no trained weights; finish the run with train --resume" in capsys.readouterr().err


def test_other_options_are_refused(interrupted, command, capsys):
    run, _ = interrupted
    assert main([*command(run), "--model.units", "5", "--resume"]) == 2
    assert "--model.units 5: the run was started with 8" in capsys.readouterr().err


def test_a_resumed_run_ends_with_the_bits_of_an_undisturbed_one(interrupted, command, undisturbed, monkeypatch):
    run, _ = interrupted
    monkeypatch.setattr("apps.speech_to_text.conclude.conclude", not_now)
    assert main([*command(run), "--resume"]) == 130
    resumed, expected = end_of_training(run), end_of_training(undisturbed)
    assert len(resumed) > 20
    assert resumed == expected


@pytest.mark.slow
def test_a_killed_run_ends_with_the_bits_of_an_undisturbed_one(tmp_path, command, undisturbed):
    run = tmp_path / "run"
    killed = subprocess.run([sys.executable, "-c", KILLED, *command(run)], cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert end_of_training(run) == end_of_training(undisturbed)
    assert (run / "1" / "saved_model.pb").is_file()
