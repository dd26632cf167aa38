"""Features of a window: values by hand, and nothing from later rows but the unit they are given."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.series.panel import BARS
from rnnapps.series.window_features import WindowFeatures

ALL = ("returns", "bars", "volume", "volatility", "averages", "rsi", "level", "calendar")
ROWS = np.array(
    [  # open high low close volume
        [10.0, 12.0, 9.0, 11.0, 100.0],
        [12.0, 13.0, 11.0, 12.0, 200.0],
        [12.0, 14.0, 10.0, 10.0, 50.0],
    ],
    "float32",
)
UNIT, TYPICAL = 0.1, 0.2


def features(*names, rows=ROWS, times=None):
    layer = WindowFeatures(names, BARS, "log", target=3)
    found = layer(tf.constant(rows[None]), tf.constant([UNIT]), tf.constant([TYPICAL]), times)
    assert found.shape == (1, len(rows), layer.width)
    return found.numpy()[0]


def test_returns_are_log_ratios_of_closes_in_units():
    expected = np.log([1.0, 12 / 11, 10 / 12]) / UNIT
    np.testing.assert_allclose(features("returns")[:, 0], expected, rtol=1e-5, atol=1e-6)


def test_bars_are_gap_range_and_body():
    expected = np.log([[10 / 11, 12 / 9, 11 / 10], [12 / 11, 13 / 11, 1], [1, 14 / 10, 10 / 12]]) / UNIT
    np.testing.assert_allclose(features("bars"), expected, rtol=1e-5, atol=1e-6)


def test_volume_is_compared_with_its_past_mean_and_the_row_before():
    logs = np.log1p([100.0, 200.0, 50.0])
    usual = [logs[0], logs[:2].mean(), logs.mean()]
    np.testing.assert_allclose(features("volume")[:, 0], logs - usual, atol=1e-5)
    np.testing.assert_allclose(features("volume")[:, 1], [0, logs[1] - logs[0], logs[2] - logs[1]], atol=1e-5)


def test_volatility_is_the_log_of_past_root_mean_squares():
    squares = (np.log([1.0, 12 / 11, 10 / 12]) / UNIT) ** 2
    found = features("volatility")
    np.testing.assert_allclose(found[1:, 0], 0.5 * np.log([squares[:2].mean(), squares.mean()]), rtol=1e-4)
    spread = (np.log([12 / 9, 13 / 11, 14 / 10]) / UNIT) ** 2 / (4 * np.log(2))
    np.testing.assert_allclose(found[:, 3], 0.5 * np.log(spread), rtol=1e-4)
    np.testing.assert_allclose(found[:, -1], np.log(UNIT / TYPICAL), rtol=1e-5)


def test_averages_are_distances_from_the_past_mean():
    closes = np.log([11.0, 12.0, 10.0])
    expected = (closes - [closes[0], closes[:2].mean(), closes.mean()]) / (UNIT * np.sqrt(5))
    np.testing.assert_allclose(features("averages")[:, 0], expected, rtol=1e-4, atol=1e-5)


def test_rsi_is_the_share_of_rises_around_zero():
    rises, falls = np.log(12 / 11), np.log(12 / 10)
    weights = (13 / 14) ** np.array([2, 1, 0]) / sum((13 / 14) ** np.arange(3))
    up, down = weights[1] * rises, weights[2] * falls
    np.testing.assert_allclose(features("rsi")[:, 0], [0, 0.5, up / (up + down) - 0.5], atol=1e-5)


def test_level_is_the_distance_from_the_last_value():
    np.testing.assert_allclose(features("level")[:, 0], np.log([1.1, 1.2, 1.0]) / UNIT, rtol=1e-5, atol=1e-6)


def test_the_calendar_knows_hour_and_weekday():
    monday_noon = np.datetime64("2024-01-01T12:00", "s").astype("int64")
    found = features("calendar", times=tf.constant([[monday_noon] * 3]))[0]
    np.testing.assert_allclose(found[:2], [0, -1], atol=1e-6)
    days_since_thursday = 4.5
    np.testing.assert_allclose(found[2], np.sin(2 * np.pi * days_since_thursday / 7), atol=1e-5)


def test_a_linear_scale_takes_differences():
    layer = WindowFeatures(("returns",), ("x",), "linear")
    found = layer(tf.constant([[[5.0], [3.0]]]), tf.constant([2.0]), tf.constant([1.0]))
    np.testing.assert_allclose(found[0, :, 0], [0, -1])


@pytest.mark.parametrize("name", [name for name in ALL if name != "level"])
def test_later_rows_do_not_change_the_features_of_earlier_ones(name):
    later = ROWS.copy()
    later[2] *= [1.5, 3.0, 0.5, 2.0, 9.0]
    times = tf.constant([[0, 86400, 2 * 86400]])
    np.testing.assert_allclose(
        features(name, rows=ROWS, times=times)[:2], features(name, rows=later, times=times)[:2], atol=1e-4
    )


def test_small_changes_of_a_large_index_survive_float32():
    layer = WindowFeatures(("returns",), ("x",), "linear")
    found = layer(tf.constant([[[40000.0], [40000.25]]]), tf.constant([0.25]), tf.constant([1.0]))
    assert found.numpy()[0, 1, 0] == 1.0


def test_features_that_the_columns_lack_are_refused():
    with pytest.raises(ValueError, match="names: 'volume' needs the columns open, high"):
        WindowFeatures(("volume",), ("x",), "linear")
    with pytest.raises(ValueError, match="names: 'macd' is not one of returns"):
        WindowFeatures(("macd",), ("x",), "linear")


def test_odd_features_change_their_sign_where_the_window_is_turned_upside_down():
    layer = WindowFeatures(ALL, BARS, "log", target=3)
    upside_down = 100 / ROWS
    upside_down[:, [1, 2]] = upside_down[:, [2, 1]]  # the reciprocal of the low is the high
    upside_down[:, 4] = ROWS[:, 4]
    found = [
        layer(tf.constant(rows[None]), tf.constant([UNIT]), tf.constant([TYPICAL]), tf.zeros((1, 3), "int32"))
        for rows in (ROWS, upside_down)
    ]
    np.testing.assert_allclose(found[1], found[0] * np.array(layer.parity, "float32"), rtol=1e-4, atol=2e-4)
