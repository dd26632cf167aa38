"""The command tune on small data: it goes on after a kill, and its best configuration is what train takes."""

import pytest

from tests.translation.conftest import TINY, options
from tests.tuned_in_processes import assert_tune_outlives_a_kill

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
SMALL = {**TINY, "train.epochs": 4, "train.evaluate_every": 2, "data.validation_fraction": 0.2}
SPACE = "model.units: [48, 16]\ntrain.learning_rate: [0.005, 0.0005]\n"


@pytest.mark.slow
def test_tune_goes_on_after_a_kill_and_train_takes_its_best_configuration(pairs_file, tmp_path):
    given = ["--data", str(pairs_file), *options(SMALL)]
    assert assert_tune_outlives_a_kill("translation", given, SPACE, tmp_path)["objective"] == "bleu"
