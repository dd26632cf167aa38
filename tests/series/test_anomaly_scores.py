from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from rnnapps.series.anomaly_scores import gamma_tails, past_threshold, places, surprises, tail_scales

LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


def calm(count, seed=1):
    """Normal outcomes, and the quantiles that they were drawn from."""
    random = np.random.default_rng(seed)
    deviation = np.exp(random.normal(0, 0.3, count))
    return deviation[:, None] * NORMAL, deviation * random.normal(size=count)


def test_an_outcome_on_a_quantile_has_its_level():
    np.testing.assert_allclose(places(np.tile(NORMAL, (7, 1)), NORMAL, LEVELS), LEVELS)


def test_between_quantiles_the_line_counts():
    # 0.3 of the way from the median, 0, to the upper quartile, 1: 0.5 + 0.3 * 0.25.
    assert places(np.array([[-1.0, 0.0, 1.0]]), np.array([0.3]), np.array([0.25, 0.5, 0.75])) == pytest.approx(0.575)


def test_equal_quantiles_give_the_middle_of_their_levels():
    quantiles = np.array([[-1.0, 0.0, 0.0, 0.0, 1.0]])
    levels = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    assert places(quantiles, np.array([0.0]), levels) == pytest.approx(0.5)


def test_the_tail_begins_as_a_normal_distribution_has_it():
    # E[Z | Z > 1.6449] = 2.0627; the excess, .4178, in widths of 2 * 1.6449.
    assert tail_scales(np.array([0.0]), LEVELS)[0] == pytest.approx(0.12702, abs=1e-5)
    # One such excess beyond the outermost quantile: e^-1 of the 5 % is left.
    outcome = np.array([NORMAL[-1] + 0.12702 * 2 * NORMAL[-1]])
    assert 1 - places(NORMAL[None], outcome, LEVELS)[0] == pytest.approx(0.05 / np.e, rel=1e-4)


def test_the_tail_learns_from_earlier_exceedances_alone():
    # The prior counts as 20 of .127: after one excess of 2.1 the mean is (20 * .127 + 2.1) / 21.
    scales = tail_scales(np.array([0.0, 2.1, -0.5, 0.0]), LEVELS)
    np.testing.assert_allclose(scales, [0.1270, 0.1270, 0.2210, 0.2210], atol=1e-4)


def test_places_of_normal_outcomes_are_uniform():
    assert stats.kstest(places(*calm(4000), LEVELS), "uniform").pvalue > 0.01


def test_far_tails_of_normal_outcomes_are_no_likelier_than_they_say():
    tail = surprises(*calm(50_000), LEVELS, 1).tail
    # An exponential tail is heavier than a normal one.
    assert 0.2e-3 < (tail < 1e-3).mean() < 1.2e-3


def test_sums_have_the_gamma_distributions_tails():
    high, low = gamma_tails(np.array([3, 10]), np.array([7.0, 4.0]))
    np.testing.assert_allclose(high, stats.gamma(np.array([3, 10])).sf([7.0, 4.0]), rtol=1e-10)
    np.testing.assert_allclose(low, stats.gamma(np.array([3, 10])).cdf([7.0, 4.0]), rtol=1e-10)


def test_a_span_of_one_is_the_outcome_alone():
    # P(exponential >= -log p) = p.
    found = surprises(*calm(50), LEVELS, 1)
    assert found.tail.min() > 1e-3
    np.testing.assert_allclose(found.wild, found.tail, rtol=1e-9)


def test_a_shock_stands_out():
    quantiles, outcomes = calm(300)
    outcomes[200] = quantiles[200, -1] * 6
    tail = surprises(quantiles, outcomes, LEVELS, 10).tail
    assert tail.argmin() == 200
    assert tail[200] < 1e-7


def test_a_volatile_stretch_stands_out_of_the_smoothed_score():
    quantiles, outcomes = calm(300)
    outcomes[200:220] *= 2.5
    found = surprises(quantiles, outcomes, LEVELS, 10)
    assert 203 <= found.wild.argmin() <= 224
    assert found.wild.min() < 1e-5 < 1e-3 < found.wild[:200].min()


def test_a_frozen_price_stands_out_as_too_quiet():
    quantiles, outcomes = calm(300)
    outcomes[200:220] = 0.0
    found = surprises(quantiles, outcomes, LEVELS, 10)
    assert 204 <= found.quiet.argmin() <= 220
    assert found.quiet[209] < 1e-12 < 1e-3 < found.quiet[:200].min()
    assert found.wild[200:220].min() > 0.05


def test_a_single_shock_is_no_volatile_stretch():
    quantiles, outcomes = calm(300)
    outcomes[200] = quantiles[200, -1] * 50
    found = surprises(quantiles, outcomes, LEVELS, 10)
    assert found.tail[200] < 1e-100
    assert found.wild[200:210].min() > 1e-3


def test_a_huge_score_leaves_the_window_without_a_trace():
    quantiles, outcomes = calm(60)
    usual = surprises(quantiles, outcomes, LEVELS, 5)
    outcomes = outcomes.copy()
    outcomes[20] = -1e3 * quantiles[20, -1]
    shocked = surprises(quantiles[20:], outcomes[20:], LEVELS, 5)
    # The exceedance teaches the tail, so only scores inside of the grid can stay the same.
    inside = (outcomes[25:] > quantiles[25:, 0]) & (outcomes[25:] < quantiles[25:, -1])
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([np.zeros(4, bool), inside]), 5).all(axis=1)
    np.testing.assert_array_equal(shocked.wild[5:][windows], usual.wild[25:][windows])
    assert windows.any()


def test_later_outcomes_change_no_earlier_score_or_threshold():
    quantiles, outcomes = calm(400)
    changed, found = outcomes.copy(), []
    changed[300:] = np.nan
    for values in (outcomes, changed):
        with np.errstate(invalid="ignore"):
            scores = surprises(quantiles, values, LEVELS, 10)
            threshold = past_threshold(-np.log(scores.tail), 0.01, 250, 4.0)
        found.append([scores.place[:300], scores.wild[:300], scores.quiet[:300], threshold[:301]])
    for before, after in zip(*found, strict=True):
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("miscalibrated", [1.0, 1.5])
def test_alarms_on_calm_data_are_as_rare_as_asked(miscalibrated):
    # Forecasts that are too narrow give higher scores, past and present alike.
    quantiles, outcomes = calm(20_000, seed=3)
    scores = -np.log(surprises(quantiles, outcomes * miscalibrated, LEVELS, 1).tail)
    alarms = scores > past_threshold(scores, 0.01, 500, np.inf)
    # 200 are expected, give or take 3 standard deviations.
    assert 157 < alarms.sum() < 243


def test_the_threshold_is_the_highest_of_the_fewest_scores_that_can_tell():
    # rate 1/5 needs 4 earlier scores: the highest of 4 is exceeded with probability 1/5.
    threshold = past_threshold(np.array([3.0, 1.0, 2.0, 5.0, 4.0, 0.0]), 0.2, 4, 9.0)
    np.testing.assert_array_equal(threshold, [9.0, 9.0, 9.0, 9.0, 5.0, 5.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(9), 1.5, 5, 0.0), "rate must lie in (0, 1), is 1.5"),
        ((np.zeros(9), 0.01, 50, 0.0), "a window of 50 scores cannot tell the highest 0.01 of them; it needs 99"),
    ],
)
def test_thresholds_that_cannot_be_had_are_errors(arguments, message):
    with pytest.raises(ValueError) as error:
        past_threshold(*arguments)
    assert str(error.value) == message


def test_a_single_level_is_an_error():
    with pytest.raises(ValueError, match="at least two quantiles"):
        places(np.zeros((3, 1)), np.zeros(3), np.array([0.5]))


def test_quantiles_of_another_size_are_an_error():
    with pytest.raises(ValueError, match=r"shape \(3, 2\), expected \(4, 2\)"):
        places(np.zeros((3, 2)), np.zeros(4), np.array([0.1, 0.9]))


def test_a_span_of_none_is_an_error():
    with pytest.raises(ValueError, match="span must be at least 1, is 0"):
        surprises(*calm(3), LEVELS, 0)
