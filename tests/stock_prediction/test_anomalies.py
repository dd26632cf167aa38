"""Anomalies of a simulated price whose distribution is known: calm, then what was planted in it."""

import csv
from statistics import NormalDist

import numpy as np
import pytest

from apps.stock_prediction.anomalies import Watch, anomalies, score_bars, write_anomalies
from apps.stock_prediction.plot_anomalies import plot_anomalies
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
DAILY = 0.01
START = np.datetime64("2015-01-01", "s")


def day(number):
    return START + number * np.timedelta64(1, "D")


def scored(returns, watch=None):
    """One ticker with these log returns, forecast as a random walk of 1 % a day."""
    prices = 100 * np.exp(np.cumsum(returns))
    panel = Panel(("X",), ("close",), prices[:, None], day(np.arange(len(prices))), np.array([0, len(prices)]))
    windows = windows_between(panel, 5, 2)
    steps = DAILY * np.sqrt([1.0, 2.0])
    return score_bars(windows, np.tile(steps[:, None] * NORMAL, (len(windows), 1, 1)), LEVELS, watch or Watch())


@pytest.fixture
def returns():
    return np.random.default_rng(2).normal(0, DAILY, 1000)


def test_a_shock_is_dated_and_said_in_numbers(returns):
    returns[700] = np.log(1.081)
    found = anomalies(scored(returns))[0]
    assert (found.kind, found.start) == ("shock", day(700))
    assert found.line(percent=True).startswith("X  2016-12-01  return +8.1 %, expected within [-1.6 %, +1.7 %], probab")
    assert found.probability < 1e-6


def test_a_volatile_regime_is_one_stretch(returns):
    returns[700:715] *= 3
    first = next(found for found in anomalies(scored(returns)) if found.kind == "wild")
    assert day(701) <= first.start <= day(710)
    assert day(712) <= first.end <= day(724)
    assert first.probability < 1e-4


def test_a_frozen_price_is_a_stretch_too_quiet(returns):
    returns[700:715] = 0.0
    first = anomalies(scored(returns))[0]
    assert first.kind == "quiet"
    assert day(700) <= first.start <= day(709)
    assert "hardly any move" in first.line(percent=True)


def test_calm_bars_raise_alarms_as_rarely_as_asked():
    returns = np.random.default_rng(5).normal(0, DAILY, 20_000)
    (series,) = scored(returns, Watch(rate=0.01, lookback=500))
    shares = {kind: series.alarms(kind).mean() for kind in series.scores}
    # Scores of stretches overlap, so they come in runs and vary more.
    assert shares["shock"] == pytest.approx(0.01, abs=0.002)
    assert shares["wild"] == pytest.approx(0.01, abs=0.006)
    assert shares["quiet"] == pytest.approx(0.01, abs=0.006)


def test_later_bars_change_no_earlier_score_or_threshold(returns):
    changed = returns.copy()
    changed[600:] = 0.3
    (before,), (after,) = scored(returns), scored(changed)
    early = before.times < day(600)
    for kind in before.scores:
        assert before.scores[kind][early].tobytes() == after.scores[kind][early].tobytes()
        assert before.thresholds[kind][early].tobytes() == after.thresholds[kind][early].tobytes()


def test_a_lead_time_of_two_scores_changes_over_two_rows(returns):
    (series,) = scored(returns, Watch(lead_time=2))
    np.testing.assert_allclose(series.changes, returns[5:-1] + returns[6:], atol=1e-12)
    assert series.times[0] == day(6)
    assert series.high[0] == pytest.approx(DAILY * 2**0.5 * NORMAL[-1])


def test_anomalies_before_the_start_are_left_out(returns):
    returns[[500, 700]] = 0.08
    found = anomalies(scored(returns), start=day(600))
    assert all(anomaly.start >= day(600) for anomaly in found)
    assert [anomaly.start for anomaly in found if anomaly.probability < 1e-6] == [day(700)]


def test_a_third_frozen_stretch_is_seen_like_the_first(returns):
    # The threshold has learned from the first two, but what is certain stays an alarm.
    for start in (300, 500, 700):
        returns[start : start + 15] = 0.0
    starts = [found.start for found in anomalies(scored(returns)) if found.probability < 1e-9]
    assert [sum(day(start) <= time < day(start + 15) for time in starts) for start in (300, 500, 700)] == [1, 1, 1]


def test_the_file_has_a_line_per_anomaly_in_order_of_time(returns, tmp_path):
    returns[[500, 700]] = 0.08
    found = anomalies(scored(returns))
    write_anomalies(found, tmp_path / "anomalies.csv")
    with (tmp_path / "anomalies.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found)
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)
    shock = next(row for row in rows if row["start"] == str(day(700)) and row["kind"] == "shock")
    assert float(shock["change"]) == pytest.approx(0.08)


def test_a_picture_is_drawn(returns, tmp_path):
    returns[700] = 0.1
    (series,) = scored(returns)
    plot_anomalies(series, tmp_path / "plots" / "X.png", day(500))
    assert (tmp_path / "plots" / "X.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 0.0}, "--rate must lie above 0 and be at most 0.1, is 0.0: the share of false alarms"),
        ({"span": 1}, "--span must be at least 2, is 1"),
        ({"lead_time": 0}, "--lead_time must be at least 1, is 0"),
        ({"lookback": 100}, "--lookback 100 is too short for --rate 0.004: it needs at least 249 bars"),
    ],
)
def test_options_out_of_range_are_errors(options, message):
    with pytest.raises(ValueError) as error:
        Watch(**options)
    assert str(error.value) == message


def test_a_lead_time_past_the_horizon_is_an_error(returns):
    with pytest.raises(ValueError, match="--lead_time 3: the forecasts reach 2 rows ahead"):
        scored(returns, Watch(lead_time=3))
