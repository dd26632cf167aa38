"""Training over several devices or processes."""

import pytest

from apps.stock_prediction.__main__ import main
from tests.stock_prediction.conftest import TINY, options
from tests.two_processes import LoneTraining

# Without what is drawn inside the network: each replica draws its own.
SHORT = options(TINY | {"model.dropout": 0, "model.mirror": "false", "train.checkpoint_every": 2})


@pytest.fixture(scope="module")
def alone(tmp_path_factory, prices_file):
    given = ["--data", str(prices_file), *SHORT]
    return LoneTraining.make("stock_prediction", given, tmp_path_factory.mktemp("runs"))


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_a_training_that_is_spread_is_that_of_one_device(strategy, alone, tmp_path):
    alone.assert_same_when_spread(strategy, tmp_path)


@pytest.mark.slow
def test_a_training_whose_chief_was_killed_ends_with_one_line_and_goes_on_alone(alone, tmp_path):
    code, output = alone.kill_chief(tmp_path)
    assert code == 2
    *before, last = output.splitlines()
    assert last.startswith("stock_prediction: error: train.strategy: the other worker (127.0.0.1:")
    assert last.endswith(") has gone or cannot be reached")
    assert "rror" not in "\n".join(before)
    assert main(["train", "--run", str(tmp_path / "run"), "--resume"]) == 0
    alone.assert_same(tmp_path / "run")
