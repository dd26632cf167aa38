"""Training over several devices or processes."""

import pytest

from apps.stock_prediction.__main__ import main
from tests.stock_prediction.conftest import TINY, options
from tests.two_processes import assert_same_training, train_spread

# Without what is drawn inside the network: each replica draws its own.
SHORT = options(TINY | {"model.dropout": 0, "model.mirror": "false"})


@pytest.fixture(scope="module")
def alone(tmp_path_factory, prices_file):
    run = tmp_path_factory.mktemp("runs") / "alone"
    assert main(["train", "--data", str(prices_file), "--run", str(run), *SHORT]) == 0
    return run


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_a_training_that_is_spread_is_that_of_one_device(strategy, alone, prices_file, tmp_path):
    train_spread("stock_prediction", strategy, ["--data", str(prices_file), *SHORT], tmp_path / "run", tmp_path)
    assert_same_training(alone, tmp_path / "run")
    assert (tmp_path / "run" / "1" / "saved_model.pb").is_file()
