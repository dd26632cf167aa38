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


def test_a_follower_with_other_data_is_refused_on_both_sides(spread):
    assert "another worker" not in (spread / "refused.txt").read_text()
    assert "other data than the chief" in (spread / "refused.txt").read_text()
    assert "the data of this worker is not the chief's" in (spread / "follower refused.txt").read_text()


def test_ctrl_c_at_a_follower_ends_both_after_a_checkpoint(spread):
    assert (spread / "follower interrupted").exists()
    assert json.loads((spread / "interrupted.json").read_text())


def test_a_run_whose_follower_was_killed_ends_with_one_line_and_goes_on_elsewhere(spread):
    assert (spread / "lost.txt").read_text().endswith("has gone or cannot be reached")
    history = spread_training.train(spread / "lost", resume=True)
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]
    np.testing.assert_allclose(weights(spread / "lost"), weights(spread / "one process"), atol=5e-6)
