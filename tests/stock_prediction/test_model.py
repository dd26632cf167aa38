"""The network: what it sees, in which units it answers, and that its options are what they say."""

import numpy as np
import pytest
import tensorflow as tf

from apps.stock_prediction.config import ForecastConfig, ModelConfig
from apps.stock_prediction.fit_scales import fit_scales, ridge, typical_changes
from apps.stock_prediction.forecasts import forecast
from apps.stock_prediction.model import build_forecaster
from rnnapps.series.panel import BARS, Panel
from rnnapps.series.windows import windows_between

SMALL = {"window": 12, "horizon": 3, "units": 4, "attention_units": 3, "ticker_embedding": 2, "dropout": 0.0}
LEVELS = ForecastConfig(quantiles="0.05,0.25,0.5,0.75,0.95")
VARIANTS = [
    {},
    {"cell": "lstm"},
    {"cell": "simple_rnn", "layers": 2},
    {"attention": "none"},
    {"attention": "none", "cell": "lstm", "layers": 2},
    {"head": "student_t"},
    {"head": "point"},
    {"scaling": "window"},
    {"scaling": "training"},
    {"linear_lags": 8},
    {"segment": 4},
    {"segment": 2, "linear_lags": 12, "head": "student_t"},
    {"features": "returns,bars,volume,volatility,averages,rsi,level,calendar"},
    {"ticker_embedding": 0, "features": "level"},
]


def bars(rows=(80, 60), seed=1):
    rng = np.random.default_rng(seed)
    total = sum(rows)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, total)))
    opening = close * np.exp(rng.normal(0, 0.005, total))
    high = np.maximum(opening, close) * 1.01
    low = np.minimum(opening, close) * 0.99
    values = np.stack([opening, high, low, close, rng.uniform(1e5, 2e5, total)], axis=1)
    times = np.concatenate([np.datetime64("2024-01-01", "s") + np.arange(n) * np.timedelta64(86400, "s") for n in rows])
    return Panel(("A", "B"), BARS, values, times, np.cumsum([0, *rows]), "log", target=3)


def built(panel=None, **options):
    panel = panel or bars()
    config = ModelConfig(**(SMALL | options))
    tf.keras.utils.set_random_seed(1)
    windows = windows_between(panel, config.window, config.horizon)
    model = build_forecaster(config, LEVELS, panel)
    fit_scales(model, windows)
    return model, windows


@pytest.fixture(scope="module", params=VARIANTS, ids=str)
def variant(request):
    """A network and its windows; the tests of one variant follow each other, and the last one trains it."""
    return built(**request.param)


def test_quantiles_rise_and_are_prices_around_the_last(variant):
    model, windows = variant
    inputs, _ = windows.take(np.arange(10))
    prices = model.quantile_levels(inputs).numpy()
    assert prices.shape == (10, 3, 5)
    assert (np.diff(prices) >= 0).all()
    np.testing.assert_allclose(prices[..., 2] / inputs["window"][:, -1:, 3], 1, atol=0.15)


def test_steps_of_training_lower_the_loss_and_move_every_weight(variant):
    model, windows = variant
    # Their start at zero, or near it, keeps gradients from those before them.
    model.projection.kernel.assign(tf.random.stateless_normal(model.projection.kernel.shape, [1, 2]))
    inputs, levels = windows.take(np.arange(64))
    model.compile(optimizer=tf.keras.optimizers.SGD(0.003))
    before = [variable.numpy() for variable in model.trainable_variables]
    first = model.train_on_batch(inputs, levels)
    for _ in range(5):
        last = model.train_on_batch(inputs, levels)
    assert last < first
    moved = [not np.array_equal(a, b.numpy()) for a, b in zip(before, model.trainable_variables, strict=True)]
    still = [v.path for v, yes in zip(model.trainable_variables, moved, strict=True) if not yes]
    # A shift of all scores at once changes no softmax; and with one decoder step nothing recurs.
    assert not [path for path in still if "attention" not in path and "decoder" not in path]


def test_before_training_the_quantiles_are_those_of_past_outcomes():
    model, windows = built()
    found = forecast(model, windows)
    covered = (found.scaled_outcomes(windows)[..., None] <= found.scaled).mean((0, 1))
    np.testing.assert_allclose(covered, LEVELS.levels, atol=0.02)


def test_forecasts_are_the_same_alone_and_in_company():
    model, windows = built(cell="lstm", linear_lags=8)
    together, alone = forecast(model, windows, 64), forecast(model, windows, 1)
    np.testing.assert_allclose(together.scaled, alone.scaled, atol=1e-5)
    np.testing.assert_allclose(together.scale, alone.scale, rtol=1e-6)


def test_prices_are_the_last_one_times_the_exponential_of_the_changes():
    model, windows = built()
    model.offsets.assign(tf.ones_like(model.offsets) * 0.5)
    changes = forecast(model, windows).changes(model.offsets.numpy())
    inputs, _ = windows.take(np.arange(len(windows)))
    expected = windows.last[:, None, None] * np.exp(changes)
    np.testing.assert_allclose(model.quantile_levels(inputs), expected, rtol=1e-5)


def test_twice_the_price_gives_twice_the_forecast():
    model, windows = built()
    inputs, _ = windows.take(np.arange(8))
    doubled = inputs | {"window": inputs["window"] * np.array([2, 2, 2, 2, 1], "float32")}
    np.testing.assert_allclose(model.quantile_levels(doubled), 2 * model.quantile_levels(inputs), rtol=1e-5)


def test_the_linear_map_alone_is_ridge_regression_on_the_lags():
    model, windows = built(linear_lags=6, head="point", point_loss="mse", scaling="training", ridge=0.0)
    model.projection.kernel.assign(tf.zeros_like(model.projection.kernel))
    found = forecast(model, windows).changes()[..., 2]
    logs = np.log(windows.panel.levels[windows.rows[:, None] + np.arange(-5, 1)])
    units = typical_changes(windows)[windows.series]
    design = np.column_stack([(logs[:, :-1] - logs[:, -1:]) / units[:, None], np.ones(len(logs))])
    solution = np.linalg.lstsq(design, windows.outcomes / units[:, None], rcond=None)[0]
    np.testing.assert_allclose(found, design @ solution * units[:, None], atol=2e-5)


def test_ridge_shrinks_by_hand():
    # Centred: X'X = 2, X'y = 4; the penalty adds 1 * 2.
    kernel, bias = ridge(np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]]), penalty=1.0)
    assert kernel[0, 0] == pytest.approx(1.0)
    assert bias[0] == pytest.approx(2.0)


def test_scales_come_from_the_training_rows_alone():
    panel = bars()
    end = panel.times[50]
    training = windows_between(panel, 12, 3, end=end)
    config = ModelConfig(**SMALL, linear_lags=5)
    spoilt = panel.values.copy()
    spoilt[panel.times >= end] *= 7.0
    models = []
    for values in (panel.values, spoilt):
        model = build_forecaster(config, LEVELS, panel)
        changed = Panel(panel.names, BARS, values, panel.times, panel.starts, "log", 3)
        fit_scales(model, windows_between(changed, 12, 3, end=end))
        models.append(model)
    assert len(training) > 20
    for first, second in zip(models[0].non_trainable_variables, models[1].non_trainable_variables, strict=True):
        if "seed" not in first.path:
            np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(models[0].projection.bias, models[1].projection.bias)
    np.testing.assert_array_equal(models[0].linear.kernel, models[1].linear.kernel)


def test_covariates_known_beforehand_reach_the_forecast_and_later_past_ones_do_not_exist():
    panel = bars()
    rng = np.random.default_rng(2)
    panel = Panel(
        panel.names, BARS, panel.values, panel.times, panel.starts, "log", 3,
        past=rng.normal(size=(140, 1)), past_columns=("p",),
        future=rng.normal(size=(140, 2)), future_columns=("f", "g"),
    )  # fmt: skip
    model, windows = built(panel)
    model.projection.kernel.assign(tf.random.stateless_normal(model.projection.kernel.shape, [1, 2]))
    inputs, _ = windows.take(np.arange(3))
    answer = model.quantile_levels(inputs).numpy()
    ahead = inputs["future"].copy()
    ahead[:, -1] += 1
    assert np.abs(model.quantile_levels(inputs | {"future": ahead}).numpy() - answer)[:, -1].min() > 0
    np.testing.assert_array_equal(model.quantile_levels(inputs | {"future": ahead}).numpy()[:, :-1], answer[:, :-1])
    assert inputs["past"].shape == (3, 12, 1)


def test_a_series_without_training_windows_gets_the_unit_of_the_others():
    panel = bars((80, 10))
    found = typical_changes(windows_between(panel, 12, 3))
    assert found[1] == pytest.approx(found[0])


def test_features_of_bars_are_refused_for_other_series():
    panel = Panel(("A",), ("x",), np.ones((40, 1)), bars((40, 1)).times[:40], np.array([0, 40]), "linear")
    with pytest.raises(ValueError, match=r"model\.features: 'bars' needs open, high, low, close and volume"):
        build_forecaster(ModelConfig(**SMALL, features="returns,bars"), LEVELS, panel)


def test_steps_written_out_give_the_forecasts_of_the_loop_and_training_keeps_the_loop():
    model, windows = built(cell="lstm", layers=2)
    inputs, _ = windows.take(np.arange(5))
    looped = model.quantile_levels(inputs)
    with model.unrolled():
        np.testing.assert_allclose(model.quantile_levels(inputs), looped, rtol=1e-6)
        assert all(layer.unroll for layer in model.encoder.layers)
    assert not any(layer.unroll for layer in model.encoder.layers)


@pytest.mark.parametrize("features", ["", " , "])
def test_features_that_name_none_are_refused(features):
    with pytest.raises(ValueError, match=r"model\.features: names none; name one or more, or auto"):
        ModelConfig(features=features)
