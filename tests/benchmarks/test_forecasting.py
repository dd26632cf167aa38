import dataclasses

import keras
import numpy as np
import pytest

from benchmarks.forecaster_sides import OtherForecaster, OurForecaster, check_parity
from benchmarks.forecasting_workload import Workload

TINY = Workload(series=3, rows=60, window=8, horizon=2, units=4, batch_size=8)


@pytest.fixture(scope="module")
def ours():
    keras.utils.set_random_seed(1)
    return OurForecaster(TINY)


def test_the_plain_forecaster_computes_the_same(ours):
    parity = check_parity(ours, OtherForecaster(TINY, ours.constants))
    assert parity.gradient_difference < 1e-5
    assert parity.forecast_difference < 1e-6


def test_a_plain_forecaster_of_other_numbers_is_refused(ours):
    other = OtherForecaster(TINY, ours.constants | {"mean": ours.constants["mean"] + 1})
    with pytest.raises(RuntimeError, match="the comparison is void"):
        check_parity(ours, other)


def test_a_plain_forecaster_of_another_size_is_refused(ours):
    other = OtherForecaster(dataclasses.replace(TINY, units=5), ours.constants)
    with pytest.raises(RuntimeError, match="not the same network"):
        check_parity(ours, other)


def test_both_sides_cut_out_the_same_windows(ours):
    other = OtherForecaster(TINY, ours.constants)
    inputs, levels = ours.windows.take(np.arange(len(ours.windows)))
    assert len(other.windows.inputs) == len(ours.windows) == 3 * (60 - 8 - 2 + 1)
    expected = ours.model.outcomes(inputs, levels).numpy()
    np.testing.assert_allclose(other.windows.outcomes, expected, rtol=1e-4, atol=1e-5)


def test_a_workload_is_read_from_its_words():
    assert Workload.of(TINY.words) == TINY
