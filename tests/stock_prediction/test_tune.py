"""The command tune on small data: after a kill it goes on, train takes what it finds, and processes can share it."""

import pytest

from tests.stock_prediction.conftest import TINY, options
from tests.tuned_in_processes import assert_tune_outlives_a_kill, trials_of_tuners

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
SMALL = {**TINY, "data.validation_fraction": 0.25}
SPACE = "model.window: [16, 24]\nmodel.units: [6, 4]\n"


@pytest.mark.slow
def test_tune_goes_on_after_a_kill_and_train_takes_its_best_configuration(prices_file, tmp_path):
    given = ["--data", str(prices_file), *options(SMALL)]
    assert assert_tune_outlives_a_kill("stock_prediction", given, SPACE, tmp_path)["objective"] == "pinball"


@pytest.mark.slow
def test_a_chief_and_two_tuners_run_every_trial_exactly_once(prices_file, tmp_path):
    given = ["--data", str(prices_file), *options(SMALL), "--folds", "1"]
    trials, ran = trials_of_tuners("stock_prediction", given, "model.units: {low: 4, high: 12}\n", tmp_path, trials=5)
    assert all(ran)
    assert sorted(ran[0] + ran[1]) == trials == [str(number) for number in range(5)]
