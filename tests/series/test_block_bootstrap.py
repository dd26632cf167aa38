"""Intervals over blocks of dates: their width where it is known."""

import numpy as np
import pytest

from rnnapps.series.block_bootstrap import interval_over_dates, sums_by_date
from rnnapps.series.forecast_metrics import correlation, direction_counts, rank_moments, share_of_hits


def means(sums):
    return sums[..., 0] / sums[..., 1]


def beside_ones(values):
    return np.stack([values, np.ones_like(values)], -1)


def test_sums_are_by_date_in_the_order_of_time():
    assert sums_by_date(np.array([[1.0], [2.0], [4.0]]), np.array([3, 1, 3])).tolist() == [[2.0], [5.0]]


def test_the_interval_of_a_mean_has_the_known_width():
    # 1.96 standard deviations / sqrt(n) on either side.
    values = np.random.default_rng(0).normal(5.0, 2.0, 400)
    low, high = interval_over_dates(beside_ones(values), np.arange(400), means, 1, block=1, resamples=4000)
    assert low == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.02)
    assert high == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.02)


def test_series_of_one_date_are_drawn_together():
    values = np.random.default_rng(0).normal(size=100)
    one = interval_over_dates(beside_ones(values), np.arange(100), means, 1)
    fifty = interval_over_dates(beside_ones(values.repeat(50)), np.arange(100).repeat(50), means, 1)
    np.testing.assert_allclose(one, fifty)


def test_overlapping_forecasts_get_the_width_of_independent_ones():
    # Sums of 5 shocks: the standard deviation of their mean is 5 / sqrt(n), sqrt(5) times what they seem to have.
    shocks = np.random.default_rng(0).normal(size=2004)
    values = np.convolve(shocks, np.ones(5), "valid")
    low, high = interval_over_dates(beside_ones(values), np.arange(2000), means, horizon=5, block=50)
    assert (high - low) / 2 == pytest.approx(1.96 * 5 / np.sqrt(2000), rel=0.12)


def test_lead_times_have_intervals_of_their_own():
    values = np.random.default_rng(0).normal(size=(60, 3))
    together = interval_over_dates(beside_ones(values), np.arange(60), means, 1)
    alone = interval_over_dates(beside_ones(values[:, 1]), np.arange(60), means, 1)
    np.testing.assert_allclose([together.low[1], together.high[1]], alone)


def test_draws_in_many_chunks_are_as_many(monkeypatch):
    values = np.random.default_rng(0).normal(size=60)
    monkeypatch.setattr("rnnapps.series.block_bootstrap.AT_ONCE", 60 * 7)
    low, high = interval_over_dates(beside_ones(values), np.arange(60), means, 1, block=1, resamples=4000)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(60), rel=0.05)


def test_the_interval_of_coin_flips_holds_one_half():
    rng = np.random.default_rng(1)
    counts = direction_counts(rng.normal(size=(500, 1)), rng.normal(size=(500, 1)))
    low, high = interval_over_dates(counts, np.arange(500), share_of_hits, 1)
    assert low < 0.5 < high
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(500), rel=0.15)


def test_the_interval_of_a_rank_correlation_near_zero_has_the_known_width():
    # Standard deviation 1 / sqrt(n - 1).
    rng = np.random.default_rng(1)
    moments = rank_moments(rng.normal(size=(500, 1)), rng.normal(size=(500, 1)))
    low, high = interval_over_dates(moments, np.arange(500), correlation, 1, block=1)
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(499), rel=0.1)


def test_a_block_shorter_than_the_horizon_is_an_error():
    with pytest.raises(ValueError, match="block must be between the horizon, 5, and the number of dates, 60, is 4"):
        interval_over_dates(np.ones((60, 2)), np.arange(60), means, horizon=5, block=4)


def test_too_few_resamples_are_an_error():
    with pytest.raises(ValueError, match="resamples must be at least 40"):
        interval_over_dates(np.ones((60, 2)), np.arange(60), means, horizon=5, resamples=39)


def test_counts_without_their_times_are_an_error():
    with pytest.raises(ValueError, match="60 rows of counts, but 59 times"):
        interval_over_dates(np.ones((60, 2)), np.arange(59), means, horizon=5)
