"""A run that was stopped goes on as if nothing had happened."""

import signal

import pytest

from apps.speech_to_text.__main__ import main
from tests.resumed_runs import end_of_training, interrupted, killed, trained_only
from tests.speech_to_text.conftest import TINY, options

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


@pytest.fixture(scope="module")
def command(manifest):
    return lambda run: ["train", "--data", str(manifest), "--run", str(run), *options(SHORT)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, command):
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    trained_only("speech_to_text", main, command(run))
    return run


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory, command):
    """A run that got Ctrl-C in its second epoch: its folder and the exit code."""
    run = tmp_path_factory.mktemp("interrupted") / "run"
    return run, interrupted(main, command(run))


def test_control_c_ends_with_its_exit_code_and_a_checkpoint(stopped_run):
    run, code = stopped_run
    assert code == 130
    assert any((run / "checkpoints").glob("checkpoint-000001-*.npz"))


def test_an_interrupted_run_has_no_saved_model(stopped_run):
    assert not (stopped_run[0] / "1").exists()


def test_a_run_that_has_not_ended_cannot_be_exported(stopped_run, capsys):
    assert main(["export", str(stopped_run[0])]) == 2
    assert "no trained weights; finish the run with train --resume" in capsys.readouterr().err


def test_other_options_are_refused(stopped_run, command, capsys):
    run, _ = stopped_run
    assert main([*command(run), "--model.units", "5", "--resume"]) == 2
    assert "--model.units 5: the run was started with 8" in capsys.readouterr().err


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_bits_of_an_undisturbed_one(stopped_run, command, undisturbed):
    run, _ = stopped_run
    trained_only("speech_to_text", main, [*command(run), "--resume"])
    resumed, expected = end_of_training(run), end_of_training(undisturbed)
    assert len(resumed) > 20
    assert resumed == expected


@pytest.mark.slow
def test_a_killed_run_ends_with_the_bits_of_an_undisturbed_one(tmp_path, command, undisturbed):
    run = tmp_path / "run"
    assert killed("speech_to_text", command(run)) == -signal.SIGKILL
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert end_of_training(run) == end_of_training(undisturbed)
    assert (run / "1" / "saved_model.pb").is_file()
