"""One training over two processes, and over two devices, against the same on one."""

import json
import signal

import numpy as np
import pytest

from tests.training import spread_training

FOLLOWER = 1_000_003  # between the seeds of neighbouring processes


@pytest.fixture(scope="module")
def spread(tmp_path_factory):
    """Folder of the runs that two processes together and one alone made."""
    folder = tmp_path_factory.mktemp("spread")
    ended = spread_training.start(folder)
    assert [code for code, _ in ended] == [0, -signal.SIGKILL, 0], "\n".join(output for _, output in ended)
    return folder


def curve(run):
    lines = (run / "history.csv").read_text().splitlines()
    columns = [number for number, name in enumerate(lines[0].split(",")) if name != "seconds"]
    return lines[0], np.array([[float(line.split(",")[number]) for number in columns] for line in lines[1:]])


def weights(run):
    with np.load(run / "weights.npz") as stored:
        return np.concatenate([stored[name].ravel() for name in stored.files])


@pytest.mark.parametrize("kind", ["two processes", "two devices"])
def test_losses_and_metrics_are_those_of_one_device(spread, kind):
    (names, one), (found, two) = curve(spread / "one process"), curve(spread / kind)
    assert found == names == "epoch,seconds,learning_rate,loss,token_accuracy,val_loss,val_token_accuracy"
    np.testing.assert_allclose(two, one, rtol=2e-6)


@pytest.mark.parametrize("kind", ["two processes", "two devices"])
def test_weights_are_those_of_one_device(spread, kind):
    one = weights(spread / "one process")
    assert np.abs(one).max() > 0.5  # they have moved far from their start
    np.testing.assert_allclose(weights(spread / kind), one, atol=5e-6)


def test_a_follower_draws_other_random_numbers(spread):
    assert json.loads((spread / "follower.json").read_text())["seeds"] == [FOLLOWER] * 2


def test_a_follower_writes_nothing(spread):
    assert json.loads((spread / "follower.json").read_text())["written"] == []


@pytest.mark.parametrize("side", ["", "follower "])
@pytest.mark.parametrize("when", ["refused", "other rows"])
def test_other_data_in_the_first_batch_or_a_later_one_is_refused_on_both_sides(spread, when, side):
    assert "the data is not the same in all processes" in (spread / f"{side}{when}.txt").read_text()


def test_an_error_in_the_chiefs_data_is_raised_there_and_told_to_the_follower(spread):
    assert (spread / "unreadable.txt").read_text() == "rows.csv, line 7: no number"
    assert "the chief has ended with an error" in (spread / "follower unreadable.txt").read_text()


def test_ctrl_c_at_a_follower_ends_both_after_a_checkpoint(spread):
    assert (spread / "follower interrupted").exists()
    assert json.loads((spread / "interrupted.json").read_text())


def test_a_run_whose_follower_was_killed_ends_with_one_line_and_goes_on_elsewhere(spread):
    assert (spread / "lost.txt").read_text().endswith("has gone or cannot be reached")
    history = spread_training.train(spread / "lost", resume=True)
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]
    np.testing.assert_allclose(weights(spread / "lost"), weights(spread / "one process"), atol=5e-6)
