"""Training over several devices or processes."""

import pytest

from tests.speech_to_text.conftest import TINY, options
from tests.two_processes import LoneTraining

# With every part of the network that has a loss of its own.
SHORT = options(TINY | {"train.epochs": 2, "model.head": "joint", "model.decoder_units": 16})


@pytest.fixture(scope="module")
def alone(tmp_path_factory, manifest):
    given = ["--data", str(manifest), *SHORT]
    # The attention has hardly begun to learn; a step is 0.01.
    return LoneTraining.make("speech_to_text", given, tmp_path_factory.mktemp("runs"), rounding=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_a_training_that_is_spread_is_that_of_one_device(strategy, alone, tmp_path):
    alone.assert_same_when_spread(strategy, tmp_path)
