"""A run that was stopped goes on as if nothing had happened."""

import signal

import pytest

from apps.stock_prediction.__main__ import main
from tests.resumed_runs import end_of_training, interrupted, killed, trained_only
from tests.stock_prediction.conftest import TINY, options

EVERY_STEP = {"train.checkpoint_every": 2}


@pytest.fixture(scope="module")
def command(prices_file):
    return lambda run: ["train", "--data", str(prices_file), "--run", str(run), *options(TINY | EVERY_STEP)]


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


def test_a_resumed_run_ends_with_the_bits_of_an_undisturbed_one(stopped_run, command, trained_run):
    run, _ = stopped_run
    trained_only("stock_prediction", main, [*command(run), "--resume"])
    resumed, undisturbed = end_of_training(run), end_of_training(trained_run)
    assert len(resumed) > 20
    assert resumed == undisturbed


@pytest.mark.slow
def test_a_killed_run_ends_with_the_bits_of_an_undisturbed_one(tmp_path, command, trained_run):
    run = tmp_path / "run"
    assert killed("stock_prediction", command(run)) == -signal.SIGKILL
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert end_of_training(run) == end_of_training(trained_run)
    assert (run / "1" / "saved_model.pb").is_file()
