"""The served functions with covariates, a calendar and tickers: the network's own numbers."""

import numpy as np
import pytest
import tensorflow as tf

from apps.stock_prediction.config import ForecastConfig, ModelConfig
from apps.stock_prediction.model import build_forecaster
from apps.stock_prediction.saved_forecaster import SavedForecaster
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

CONFIG = ModelConfig(
    window=8, horizon=2, features="returns,level,calendar", units=4, attention_units=3, head="student_t", segment=2
)


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(1)
    rows = 24
    return Panel(
        names=("north", "south"),
        columns=("value",),
        values=rng.normal(size=(rows, 1)),
        times=np.tile(np.datetime64("2020-01-01", "s") + np.arange(12) * np.timedelta64(3600, "s"), 2),
        starts=np.array([0, 12, 24]),
        scale="linear",
        past=rng.normal(size=(rows, 1)),
        past_columns=("wind",),
        future=rng.normal(size=(rows, 2)),
        future_columns=("holiday", "price"),
    )


@pytest.fixture(scope="module")
def served(panel):
    return SavedForecaster(build_forecaster(CONFIG, ForecastConfig(), panel), panel)


@pytest.fixture(scope="module")
def signatures(served):
    return served.signatures()


def test_only_the_inputs_that_the_network_reads_are_asked_for(panel, signatures):
    names = set(signatures["serving_default"].structured_input_signature[1])
    assert names == {"window", "ticker", "times", "past", "future"}
    plain = SavedForecaster(
        build_forecaster(ModelConfig(window=8, horizon=2, units=4), ForecastConfig(), bars()), bars()
    ).signatures()
    assert set(plain["serving_default"].structured_input_signature[1]) == {"window", "ticker"}


def bars():
    rows = 12
    times = np.datetime64("2020-01-01", "s") + np.arange(rows) * np.timedelta64(86400, "s")
    columns = ("open", "high", "low", "close", "volume")
    return Panel(("A",), columns, np.ones((rows, 5)), times, np.array([0, rows]), "log", 3)


def test_the_served_numbers_are_those_of_the_network(panel, served, signatures):
    inputs, _ = windows_between(panel, 8, 2).take(np.arange(6))
    inputs = {name: tf.constant(value) for name, value in inputs.items()}
    answer = signatures["serving_default"](**inputs)["quantiles"]
    np.testing.assert_allclose(answer, served.model.quantile_levels(inputs), rtol=1e-6, atol=1e-6)


def test_calibration_offsets_move_what_is_served(panel, served, signatures):
    # Offsets are read when the function runs, not when it was traced; 1 unit is horizon_scale * typical change = 1.
    inputs, _ = windows_between(panel, 8, 2).take(np.arange(2))
    inputs = {name: tf.constant(value) for name, value in inputs.items()}
    before = signatures["serving_default"](**inputs)["quantiles"].numpy()
    served.model.offsets.assign(np.full(served.model.offsets.shape, 0.5))
    after = signatures["serving_default"](**inputs)["quantiles"].numpy()
    served.model.offsets.assign(np.zeros(served.model.offsets.shape))
    np.testing.assert_allclose(after - before, 0.5 * np.ones_like(before), rtol=1e-5)


def test_it_describes_its_series_and_columns(signatures):
    about = {name: value.numpy() for name, value in signatures["describe"]().items()}
    assert about["tickers"].tolist() == [b"north", b"south"]
    assert about["future_columns"].tolist() == [b"holiday", b"price"]
    assert (about["window"], about["horizon"], about["scale"]) == (8, 2, b"linear")
