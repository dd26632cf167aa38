"""Scores of forecasts: numbers worked out by hand, and those of scipy."""

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from rnnapps.series.forecast_metrics import (
    coverage,
    coverage_of_levels,
    covered,
    crps_from_quantiles,
    directional_accuracy,
    information_coefficient,
    interval_width,
    mae,
    mase,
    mse,
    naive_scale,
    pinball_loss,
    rmse,
    smape,
)
from rnnapps.series.panel import Panel

LEVELS = (0.1, 0.5, 0.9)
# Two origins, one lead time.
QUANTILES = np.array([[[-1.0, 0.0, 2.0]], [[0.0, 1.0, 3.0]]])
OUTCOMES = np.array([[1.0], [4.0]])


def panel(*levels, scale="linear"):
    values = np.concatenate(levels)[:, None].astype("float64")
    times = np.concatenate([np.arange(len(part)) for part in levels]).astype("datetime64[D]").astype("datetime64[s]")
    starts = np.cumsum([0, *map(len, levels)])
    return Panel(tuple("abcdef"[: len(levels)]), ("value",), values, times, starts, scale=scale)


def test_pinball_loss_weighs_by_the_level_above_and_by_its_rest_below():
    # y = 1: .1 * (1+1), .5 * 1, .1 * (2-1); y = 4: .1 * 4, .5 * 3, .9 * 1
    expected = [[[0.2, 0.5, 0.1]], [[0.4, 1.5, 0.9]]]
    np.testing.assert_allclose(pinball_loss(QUANTILES, OUTCOMES, LEVELS), expected)


def test_pinball_loss_is_least_at_the_true_quantile():
    outcomes = np.random.default_rng(0).normal(size=(4000, 1))
    losses = [pinball_loss(np.full((4000, 1, 1), q), outcomes, [0.9]).mean() for q in (1.0, norm.ppf(0.9), 1.6)]
    assert losses[1] == min(losses)


def test_crps_weighs_each_level_by_the_levels_nearest_to_it():
    # Borders 0, .3, .7, 1: weights .3, .4, .3; 2 * (.3 * .2 + .4 * .5 + .3 * .1) = .58
    np.testing.assert_allclose(crps_from_quantiles(QUANTILES, OUTCOMES, LEVELS)[0], [0.58])


def test_crps_over_evenly_spaced_levels_is_twice_the_mean_pinball_loss():
    levels = (np.arange(10) + 0.5) / 10
    quantiles = norm.ppf(levels)[None, None].repeat(2, 0)
    expected = 2 * pinball_loss(quantiles, OUTCOMES, levels).mean(-1)
    np.testing.assert_allclose(crps_from_quantiles(quantiles, OUTCOMES, levels), expected)


def test_crps_of_many_levels_is_that_of_the_normal_distribution():
    # Gneiting and Raftery 2007, eq. 21: y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi)
    levels = (np.arange(1000) + 0.5) / 1000
    quantiles = norm.ppf(levels)[None, None].repeat(2, 0)
    exact = OUTCOMES * (2 * norm.cdf(OUTCOMES) - 1) + 2 * norm.pdf(OUTCOMES) - 1 / np.sqrt(np.pi)
    np.testing.assert_allclose(crps_from_quantiles(quantiles, OUTCOMES, levels), exact, rtol=1e-3)


def test_crps_of_the_median_alone_is_the_absolute_error():
    found = crps_from_quantiles(QUANTILES[..., 1:2], OUTCOMES, [0.5])
    np.testing.assert_allclose(found, [[1.0], [3.0]])


def test_crps_of_one_value_at_all_levels_is_the_absolute_error():
    found = crps_from_quantiles(np.zeros((2, 1, 3)), OUTCOMES, LEVELS)
    np.testing.assert_allclose(found, [[1.0], [4.0]])


def test_coverage_counts_outcomes_inside_the_central_interval():
    assert covered(QUANTILES, OUTCOMES, LEVELS, 0.8).tolist() == [[True], [False]]
    assert coverage(QUANTILES, OUTCOMES, LEVELS, 0.8).tolist() == [0.5]


def test_an_outcome_at_the_end_of_the_interval_is_inside():
    assert covered(QUANTILES, np.array([[2.0], [0.0]]), LEVELS, 0.8).all()


def test_coverage_of_levels_counts_outcomes_at_or_below_each_quantile():
    assert coverage_of_levels(QUANTILES, np.array([[0.0], [0.0]]), LEVELS).tolist() == [[0.5, 1.0, 1.0]]


def test_the_width_is_the_distance_between_the_ends():
    assert interval_width(QUANTILES, LEVELS, 0.8).tolist() == [[3.0], [3.0]]


def test_an_interval_without_its_levels_is_an_error():
    with pytest.raises(ValueError, match=r"interval of 0.9 needs the levels 0.05 and 0.95, but the levels are 0.1, 0"):
        coverage(QUANTILES, OUTCOMES, LEVELS)


def test_errors_are_averaged_per_lead_time():
    forecasts, outcomes = np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[2.0, 3.0], [0.0, -4.0]])
    assert mae(forecasts, outcomes).tolist() == [2.0, 3.5]
    assert mse(forecasts, outcomes).tolist() == [5.0, 12.5]
    np.testing.assert_allclose(rmse(forecasts, outcomes), np.sqrt([5.0, 12.5]))


def test_smape_is_of_the_mean_size_in_percent():
    # 200 * |3 - 1| / 4 = 100 and 200 * 0 / 0, taken as 0
    assert smape(np.array([[1.0], [0.0]]), np.array([[3.0], [0.0]])).tolist() == [50.0]


def test_the_naive_scale_is_the_mean_absolute_change_in_training():
    # |2-1|, |5-2|; the 100 lies at the time of the split
    assert naive_scale(panel([1, 2, 5, 100]), np.datetime64("1970-01-04")).tolist() == [2.0]


def test_the_seasonal_scale_looks_back_a_season():
    # |5-1|, |2-2|
    assert naive_scale(panel([1, 2, 5, 2]), np.datetime64("1971"), season=2).tolist() == [2.0]


def test_a_series_without_changes_in_training_has_no_scale():
    assert np.isnan(naive_scale(panel([1, 1, 1, 4], [3]), np.datetime64("1970-01-04"))).all()


def test_mase_divides_by_each_series_own_scale():
    # errors 2 and 4 over scales 1 and 8
    found = mase(np.array([[0.0], [0.0]]), np.array([[2.0], [4.0]]), np.array([1.0, 8.0]))
    assert found.tolist() == [1.25]


def test_mase_leaves_out_origins_without_a_scale():
    errors = np.array([[2.0], [4.0]])
    assert mase(np.zeros((2, 1)), errors, np.array([1.0, np.nan])).tolist() == [2.0]
    assert np.isnan(mase(np.zeros((2, 1)), errors, np.array([np.nan, np.nan])))


def test_mase_of_the_naive_forecast_in_training_is_one():
    levels = np.random.default_rng(0).normal(size=50).cumsum()
    scale = naive_scale(panel(levels), np.datetime64("1971"))
    assert mase(levels[:-1, None], levels[1:, None], scale.repeat(49)) == pytest.approx(1.0)


def test_directional_accuracy_counts_equal_signs():
    assert directional_accuracy(np.array([[1.0], [-1.0], [2.0]]), np.array([[3.0], [-2.0], [-1.0]])) == 2 / 3


def test_outcomes_without_a_change_have_no_direction():
    assert directional_accuracy(np.array([[1.0], [1.0]]), np.array([[3.0], [0.0]])) == 1.0


def test_a_forecast_without_a_change_is_right_half_the_time():
    assert directional_accuracy(np.zeros((3, 1)), np.array([[3.0], [-2.0], [0.0]])) == 0.5


def test_directional_accuracy_of_outcomes_that_never_change_is_no_number():
    assert np.isnan(directional_accuracy(np.ones((2, 1)), np.zeros((2, 1))))


def test_the_information_coefficient_is_the_rank_correlation_of_scipy():
    rng = np.random.default_rng(0)
    forecasts = rng.normal(size=(200, 3)).round(1)  # rounded, so that there are ties
    outcomes = (0.3 * forecasts + rng.normal(size=(200, 3))).round(1)
    expected = [spearmanr(forecasts[:, h], outcomes[:, h]).statistic for h in range(3)]
    np.testing.assert_allclose(information_coefficient(forecasts, outcomes), expected, rtol=1e-12)


def test_forecasts_that_are_all_the_same_rank_nothing():
    assert np.isnan(information_coefficient(np.full((5, 1), 0.1), np.arange(5.0)[:, None]))


@pytest.mark.parametrize("levels", [(0.5, 0.1, 0.9), (0.0, 0.5, 0.9), (0.1, 0.1, 0.9)])
def test_levels_that_do_not_rise_between_0_and_1_are_an_error(levels):
    with pytest.raises(ValueError, match=r"levels must rise within \(0, 1\)"):
        pinball_loss(QUANTILES, OUTCOMES, levels)


def test_quantiles_of_another_size_are_an_error():
    with pytest.raises(
        ValueError, match=r"quantiles has the shape \(2, 1, 3\): outcomes of \(2, 1\) and 2 levels need"
    ):
        pinball_loss(QUANTILES, OUTCOMES, (0.1, 0.9))


def test_forecasts_of_another_size_are_an_error():
    with pytest.raises(ValueError, match=r"forecasts has the shape \(2,\) and outcomes \(2, 1\)"):
        mae(np.zeros(2), OUTCOMES)
