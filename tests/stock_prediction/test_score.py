"""Figures of forecasts, by hand and on planted differences."""

import numpy as np
import pytest

from apps.stock_prediction.score import interval_shares, loss_by_date, score
from apps.stock_prediction.truth import Truth, truth_of
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
NORMAL = np.array([-1.644854, -0.674490, 0.0, 0.674490, 1.644854])


def days(count: int) -> np.ndarray:
    return np.datetime64("2020-01-01T00:00:00", "s") + np.arange(count) * np.timedelta64(86400, "s")


def truth(outcomes, series: int = 1, **fields) -> Truth:
    """N / series dates, each with all series."""
    outcomes = np.asarray(outcomes, "float64")
    dates = len(outcomes) // series
    return Truth(
        **{
            "outcomes": outcomes,
            "levels": LEVELS,
            "origin_times": np.tile(days(dates), series),
            "series": np.repeat(np.arange(series), dates),
            "units": np.full(len(outcomes), 100.0),
            "unit_name": "percent",
            "last": np.full(len(outcomes), 10.0),
            "scales": np.full(len(outcomes), 0.5),
            **fields,
        }
    )


def normal(middle, width=1.0) -> np.ndarray:
    return np.asarray(middle)[..., None] + width * NORMAL


@pytest.fixture(scope="module")
def noisy():
    """Outcomes of two series on 300 dates, two lead times, a third of which could have been known."""
    rng = np.random.default_rng(0)
    known, unknown = rng.normal(size=(2, 600, 2))
    return known * 0.5, truth(known * 0.5 + unknown, 2)


def test_figures_by_hand():
    found = score({"model": np.tile([0.0, 0.01, 0.02, 0.03, 0.04], (2, 1, 1))}, truth([[0.03], [0.06]]))
    figures = found["methods"]["model"]["1"]
    assert figures["mae"] == pytest.approx(2.5)
    assert figures["mse"] == pytest.approx((1 + 16) / 2)
    assert figures["rmse"] == pytest.approx(8.5**0.5)
    # Above all quantiles but those from 0.03 on, then above all: sums of level * distance.
    first = 0.05 * 3 + 0.25 * 2 + 0.5 * 1 + 0 + 0.05 * 1
    second = 0.05 * 6 + 0.25 * 5 + 0.5 * 4 + 0.75 * 3 + 0.95 * 2
    assert figures["pinball"] == pytest.approx((first + second) / 10)
    assert figures["coverage_90"] == 0.5
    assert figures["coverage_50"] == 0.5
    assert figures["width_90"] == pytest.approx(4)
    assert figures["width_50"] == pytest.approx(2)
    assert figures["direction"] == 1
    error = np.abs(10 * np.exp([0.02, 0.02]) - 10 * np.exp([0.03, 0.06])) / 0.5
    assert figures["mase"] == pytest.approx(error.mean())


def test_all_lead_times_together_are_their_mean():
    found = score({"model": np.zeros((4, 2, 5))}, truth(np.tile([[0.01, -0.03]], (4, 1))))["methods"]["model"]
    assert [found[step]["mae"] for step in ("1", "2", "all")] == pytest.approx([1, 3, 2])
    assert found["all"]["rmse"] == pytest.approx(5**0.5)


def test_repeating_the_last_value_knows_half_of_the_directions():
    found = score({"model": np.zeros((4, 1, 5))}, truth([[1.0], [2.0], [-1.0], [3.0]]))
    assert found["methods"]["model"]["all"]["direction"] == 0.5
    assert found["methods"]["model"]["all"]["information_coefficient"] is None
    assert found["direction"]["all"]["always_up"] == 0.75


def test_a_planted_better_forecast_has_a_small_p_value(noisy):
    known, outcomes = noisy
    found = score({"model": normal(known), "repeat_last": normal(0 * known, 1.12)}, outcomes)
    for loss in ("pinball", "absolute", "squared"):
        assert found["tests"]["repeat_last"][loss]["all"]["p_value"] < 0.001
        assert found["tests"]["repeat_last"][loss]["all"]["difference"] < 0


def test_differences_of_the_tests_are_those_of_the_figures(noisy):
    known, outcomes = noisy
    found = score({"model": normal(known), "other": normal(0 * known, 1.12)}, outcomes)
    for step in ("1", "2", "all"):
        figures = [found["methods"][name][step]["pinball"] for name in ("model", "other")]
        assert found["tests"]["other"]["pinball"][step]["difference"] == pytest.approx(figures[0] - figures[1])


def test_a_forecast_against_itself_has_no_difference(noisy):
    known, outcomes = noisy
    test = score({"model": normal(known), "same": normal(known)}, outcomes)["tests"]["same"]["pinball"]["1"]
    assert (test["difference"], test["p_value"]) == (0, 1)


def test_series_of_one_date_count_as_one():
    # The same series five times over tells no more than once, and the p-value knows it.
    rng = np.random.default_rng(1)
    known, unknown = rng.normal(size=(2, 60, 1))
    once = {"model": normal(0.2 * known), "other": normal(0 * known)}
    outcomes = 0.2 * known + unknown
    single = score(once, truth(outcomes))
    five = score({name: np.tile(q, (5, 1, 1)) for name, q in once.items()}, truth(np.tile(outcomes, (5, 1)), 5))
    p_values = [found["tests"]["other"]["pinball"]["1"]["p_value"] for found in (single, five)]
    assert p_values[0] == pytest.approx(p_values[1])
    assert five["dates"] == 60


def test_the_interval_of_a_known_direction_is_above_half(noisy):
    known, outcomes = noisy
    figures = score({"model": normal(known)}, outcomes)["methods"]["model"]["all"]
    low, high = figures["direction_interval"]
    assert 0.5 < low < figures["direction"] < high
    assert 0.25 < figures["information_coefficient_interval"][0] < figures["information_coefficient"]


def test_the_interval_of_a_random_direction_holds_chance():
    rng = np.random.default_rng(2)
    found = score({"model": normal(rng.normal(size=(400, 1)))}, truth(rng.normal(size=(400, 1))))
    low, high = found["methods"]["model"]["1"]["direction_interval"]
    assert low < 0.5 < high


def test_too_few_dates_give_no_interval():
    found = score({"model": normal(np.arange(6.0)[:, None])}, truth(np.ones((6, 1))))
    assert found["methods"]["model"]["1"]["direction_interval"] is None


def test_known_directions_beat_the_direction_that_came_true_more_often(noisy):
    known, outcomes = noisy
    found = score({"model": normal(known)}, outcomes)["direction"]["all"]
    assert found["p_value"] < 0.001
    assert found["difference"] < -0.1


def test_always_up_in_a_rising_market_is_no_skill():
    rng = np.random.default_rng(3)
    found = score({"model": normal(np.ones((300, 1)))}, truth(rng.normal(0.5, 1, (300, 1))))
    assert found["methods"]["model"]["1"]["direction"] > 0.6
    assert (found["direction"]["1"]["difference"], found["direction"]["1"]["p_value"]) == (0, 1)


def test_always_up_is_held_against_always_down_in_a_falling_market():
    found = score({"model": normal(np.ones((30, 1)))}, truth(-np.ones((30, 1))))["direction"]["1"]
    assert (found["always"], found["difference"]) == ("down", 1)


def test_a_long_horizon_is_shown_at_some_lead_times():
    assert truth(np.zeros((3, 720))).shown == [1, 3, 7, 17, 43, 110, 281, 720]
    assert truth(np.zeros((3, 5))).shown == [1, 2, 3, 4, 5]


def test_losses_by_date_average_to_the_pinball_loss(noisy):
    known, outcomes = noisy
    quantiles = normal(known)
    by_date = loss_by_date(quantiles, outcomes)
    assert by_date.shape == (300,)
    assert by_date.mean() == pytest.approx(score({"model": quantiles}, outcomes)["methods"]["model"]["all"]["pinball"])


def test_intervals_are_those_the_levels_have():
    assert interval_shares((0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)) == [0.9, 0.5]
    assert interval_shares((0.1, 0.5, 0.9)) == [0.8]
    assert interval_shares((0.5,)) == []


def test_values_that_are_not_numbers_are_named():
    with pytest.raises(ValueError, match="the forecasts of model hold"):
        score({"model": np.full((4, 1, 5), np.nan)}, truth(np.zeros((4, 1))))


def test_plain_series_are_counted_in_deviations_of_their_past():
    values = np.array([0.0, 2, 0, 2, 100, 200, 300])[:, None]
    panel = Panel(("a",), ("a",), values, days(7), np.array([0, 7]), scale="linear")
    found = truth_of(windows_between(panel, 1, 1, days(5)[4]), LEVELS, panel, days(5)[4])
    np.testing.assert_allclose(found.units, 1.0)  # 0, 2, 0, 2 has the standard deviation 1
    np.testing.assert_allclose(found.scales, 2.0)
    np.testing.assert_allclose(found.outcomes[:, 0], [98, 100, 100])


def test_prices_are_counted_in_percent():
    panel = Panel(("a",), ("a",), np.array([[1.0], [2], [4]]), days(3), np.array([0, 3]))
    found = truth_of(windows_between(panel, 1, 1), LEVELS, panel, days(3)[2])
    assert found.unit_name == "percent"
    np.testing.assert_allclose(found.outcomes[:, 0] * found.units, 100 * np.log([2, 2]))


def test_the_levels_of_some_origins_start_at_their_own():
    found = truth([[0.0], [0.0], [0.0]], last=np.array([10.0, 20.0, 40.0]))
    assert found.levels_after(np.log([[[1.0, 2.0]]]), [2]).tolist() == [[[40.0, pytest.approx(80.0)]]]
    assert found.levels_after(np.log([[2.0], [2.0], [2.0]])).ravel().tolist() == pytest.approx([20.0, 40.0, 80.0])
