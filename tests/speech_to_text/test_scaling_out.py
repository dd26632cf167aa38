"""Training over several devices or processes."""

import pytest

from apps.speech_to_text.__main__ import main
from tests.speech_to_text.conftest import TINY, options
from tests.two_processes import assert_same_training, train_spread

# With every part of the network that has a loss of its own.
SHORT = options(TINY | {"train.epochs": 2, "model.head": "joint", "model.decoder_units": 16})


@pytest.fixture(scope="module")
def alone(tmp_path_factory, manifest):
    run = tmp_path_factory.mktemp("runs") / "alone"
    assert main(["train", "--data", str(manifest), "--run", str(run), *SHORT]) == 0
    return run


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_a_training_that_is_spread_is_that_of_one_device(strategy, alone, manifest, tmp_path):
    train_spread("speech_to_text", strategy, ["--data", str(manifest), *SHORT], tmp_path / "run", tmp_path)
    assert_same_training(alone, tmp_path / "run")
    assert (tmp_path / "run" / "1" / "saved_model.pb").is_file()
