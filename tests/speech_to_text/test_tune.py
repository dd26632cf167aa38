"""The command tune on small data: it goes on after a kill, and its best configuration is what train takes."""

import pytest

from tests.speech_to_text.conftest import TINY, options
from tests.tuned_in_processes import assert_tune_outlives_a_kill

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
SMALL = {**TINY, "train.epochs": 2, "decode.lm": "character", "decode.beam_size": 4}
SPACE = "model.units: [24, 16]\ntrain.learning_rate: [0.01, 0.001]\n"


@pytest.mark.slow
def test_tune_goes_on_after_a_kill_and_train_takes_its_best_configuration(manifest, tmp_path):
    given = ["--data", str(manifest), *options(SMALL)]
    assert assert_tune_outlives_a_kill("speech_to_text", given, SPACE, tmp_path)["objective"] == "cer"
