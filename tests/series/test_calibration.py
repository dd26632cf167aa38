"""Calibration of quantiles: exact by hand, past only, and covering what it says when the world changes."""

import numpy as np
import pytest
from scipy.stats import norm

from rnnapps.series.calibration import History, conformal_offsets, rolling_calibration, rolling_offsets
from rnnapps.series.forecast_metrics import coverage, coverage_of_levels

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
METHODS = ("rolling", "adaptive")


def days(numbers):
    return np.asarray(numbers).astype("datetime64[D]").astype("datetime64[s]")


def forecasts(dates=200, series=3, horizon=2, width=1.0, spread=None, seed=0):
    """(quantiles, outcomes, origin times, outcome times): N(0, width) was forecast, N(0, spread of the date) came."""
    rng = np.random.default_rng(seed)
    made = np.tile(np.arange(dates), series)
    outcomes = rng.normal(size=(len(made), horizon)) * (np.ones(dates) if spread is None else spread)[made, None]
    quantiles = width * norm.ppf(LEVELS) + np.zeros((len(made), horizon, 1))
    return quantiles, outcomes, days(made), days(made[:, None] + np.arange(1, horizon + 1))


def test_an_offset_is_the_score_at_its_place():
    # Scores y - q = 1 .. 9: place .5 * 10 = 5, .25 * 10 = 2.5
    quantiles = np.zeros((9, 1, 2))
    found = conformal_offsets(quantiles, np.arange(1.0, 10.0)[::-1, None], [0.25, 0.5], "each")
    assert found.tolist() == [[2.5, 5.0]]


def test_an_offset_beyond_the_scores_is_the_outermost_one():
    found = conformal_offsets(np.zeros((3, 1, 2)), np.array([[1.0], [2.0], [3.0]]), [0.1, 0.9], "each")
    assert found.tolist() == [[1.0, 3.0]]


def test_mirrored_quantiles_move_alike_and_the_median_stays():
    # Distances outside [-1, 1]: 1, 2, -1, 0 for 2, -3, 0, 1; share .6 of 5 places: the third, 1
    quantiles = np.array([-1.0, 0.25, 1.0]) + np.zeros((4, 1, 1))
    found = conformal_offsets(quantiles, np.array([[2.0], [-3.0], [0.0], [1.0]]), [0.2, 0.5, 0.8])
    np.testing.assert_allclose(found, [[-1.0, 0.0, 1.0]])


def test_a_level_without_a_mirror_moves_alone():
    outcomes = np.arange(1.0, 10.0)[:, None]
    both, each = (conformal_offsets(np.zeros((9, 1, 2)), outcomes, [0.5, 0.7], sides) for sides in ("both", "each"))
    np.testing.assert_allclose(both, [[0.0, 7.0]])
    np.testing.assert_allclose(each, [[5.0, 7.0]])


def test_offsets_make_every_level_cover_itself_on_the_data():
    quantiles, outcomes, *_ = forecasts(dates=333, width=0.3)
    quantiles = quantiles + conformal_offsets(quantiles, outcomes, LEVELS, "each")
    np.testing.assert_allclose(coverage_of_levels(quantiles, outcomes, LEVELS), [LEVELS, LEVELS], atol=1.5e-3)


def test_rolling_offsets_are_those_of_the_known_outcomes_in_the_window():
    quantiles, outcomes, made, known = forecasts(dates=80, width=0.5)
    found = rolling_offsets(quantiles, outcomes, made, known, LEVELS, window=30)
    now = days([60])
    for h in range(2):
        inside = (known[:, h] <= now) & (known[:, h] > days([30]))
        assert inside.sum() == 3 * 30
        expected = conformal_offsets(quantiles[inside], outcomes[inside], LEVELS)[h]
        np.testing.assert_allclose(found.at(now)[0, h], expected, rtol=1e-12)


def test_the_last_offsets_know_every_outcome():
    quantiles, outcomes, made, known = forecasts(dates=80, width=0.5)
    found = rolling_offsets(quantiles, outcomes, made, known, LEVELS, window=1000, sides="each")
    np.testing.assert_allclose(found.last, conformal_offsets(quantiles, outcomes, LEVELS, "each"), rtol=1e-12)


def test_history_alone_gives_the_last_offsets():
    past = History(*forecasts(dates=80, width=0.5))
    nothing = (part[:0] for part in past)
    found = rolling_offsets(*nothing, LEVELS, history=past)
    np.testing.assert_allclose(found.last, conformal_offsets(past.quantiles, past.outcomes, LEVELS), rtol=1e-12)


def test_history_counts_as_if_it_had_been_given_before():
    whole = forecasts(dates=120, width=0.5)
    early = whole[2] < days(60)
    history = History(*(part[early] for part in whole))
    found = rolling_calibration(*(part[~early] for part in whole), LEVELS, history=history, method="adaptive")
    np.testing.assert_array_equal(found, rolling_calibration(*whole, LEVELS, method="adaptive")[~early])


@pytest.mark.parametrize("sides", ["both", "each"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("corruption", [np.nan, np.inf, -1e9])
def test_later_outcomes_do_not_change_a_bit(method, sides, corruption):
    quantiles, outcomes, made, known = forecasts(dates=90, width=0.5)
    expected = rolling_calibration(quantiles, outcomes, made, known, LEVELS, 40, None, method, 0.05, sides)
    for cut in days([30, 60]):
        spoilt = np.where(known > cut, corruption, outcomes)
        with np.errstate(invalid="ignore"):
            found = rolling_calibration(quantiles, spoilt, made, known, LEVELS, 40, None, method, 0.05, sides)
        assert found[made <= cut].tobytes() == expected[made <= cut].tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_an_outcome_counts_from_the_day_it_is_known(method):
    # Forecasts of day 39 are far too low; at lead time 2 that is known on day 41.
    quantiles, outcomes, made, known = forecasts(dates=60, width=1.0)
    late = outcomes.copy()
    late[made == days(39), 1] = 50.0
    before, after = (
        rolling_offsets(quantiles, y, made, known, LEVELS, 40, None, method, 0.05) for y in (outcomes, late)
    )
    changed = (before.offsets != after.offsets).any((1, 2))
    assert not changed[:41].any()
    assert changed[41]


def test_few_known_dates_leave_the_quantiles_as_they_are():
    quantiles, outcomes, made, known = forecasts(dates=40, width=0.5)
    offsets = rolling_offsets(quantiles, outcomes, made, known, LEVELS).offsets
    # Outcomes 1 and 2 days ahead: 20 dates of them are known on days 20 and 21.
    assert not offsets[:20, 0].any() and offsets[20, 0].any()
    assert not offsets[:21, 1].any() and offsets[21, 1].any()


def test_without_any_forecast_the_last_offsets_are_zero():
    nothing = (part[:0] for part in forecasts(dates=1))
    found = rolling_offsets(*nothing, LEVELS, method="adaptive")
    np.testing.assert_array_equal(found.last, np.zeros((2, len(LEVELS))))


def test_method_none_only_sorts():
    quantiles, outcomes, made, known = forecasts(dates=40)
    found = rolling_calibration(quantiles[..., ::-1], outcomes, made, known, LEVELS, method="none")
    np.testing.assert_array_equal(found, quantiles)


@pytest.mark.parametrize("sides", ["both", "each"])
@pytest.mark.parametrize("method", METHODS)
def test_calibrated_quantiles_do_not_cross(method, sides):
    rng = np.random.default_rng(0)
    _, outcomes, made, known = forecasts(dates=100)
    quantiles = rng.normal(size=(*outcomes.shape, len(LEVELS)))
    found = rolling_calibration(quantiles, outcomes, made, known, LEVELS, 30, None, method, 0.1, sides)
    assert (np.diff(found, axis=-1) >= 0).all()


@pytest.mark.parametrize("width", [0.4, 3.0])
@pytest.mark.parametrize("method", METHODS)
def test_intervals_that_were_wrong_cover_what_they_say(method, width):
    quantiles, outcomes, made, known = forecasts(dates=600, series=10, width=width)
    found = rolling_calibration(quantiles, outcomes, made, known, LEVELS, method=method)
    late = made >= days(100)
    np.testing.assert_allclose(coverage(found[late], outcomes[late], LEVELS), 0.9, atol=0.01)
    np.testing.assert_allclose(coverage(found[late], outcomes[late], LEVELS, 0.5), 0.5, atol=0.02)


def after_a_break(method, gamma=0.02):
    """Coverage in the 200 dates after volatility trebles."""
    spread = np.where(np.arange(600) < 400, 1.0, 3.0)
    quantiles, outcomes, made, known = forecasts(dates=600, series=10, spread=spread)
    found = rolling_calibration(quantiles, outcomes, made, known, LEVELS, 250, None, method, gamma)
    late = made >= days(400)
    return coverage(found[late], outcomes[late], LEVELS)


def test_adaptive_calibration_keeps_its_coverage_when_volatility_trebles():
    assert (after_a_break("none") < 0.45).all()
    assert (after_a_break("rolling") < 0.84).all()
    np.testing.assert_allclose(after_a_break("adaptive"), 0.9, atol=0.03)


def test_adaptive_coverage_is_within_its_bound_whatever_comes():
    # Ever larger outcomes, one series: |share covered - .9| <= (1 + gamma (1 + delay)) /
    # (gamma D), about 1 / (.05 * 1980) here; the tail beyond all scores widens it a little.
    growth = np.exp(np.linspace(0, 5, 2000))
    quantiles, outcomes, made, known = forecasts(dates=2000, series=1, spread=growth)
    found = rolling_calibration(quantiles, outcomes, made, known, LEVELS, 100, None, "adaptive", 0.05)
    late = made >= days(22)
    np.testing.assert_allclose(coverage(found[late], outcomes[late], LEVELS), 0.9, atol=0.02)


def test_the_share_is_steered_by_each_date_and_lead_time():
    # 25 dates that 2 of 2 series cover, at lead time 1 alone steered: by day 25 outcomes of days 21..25 answered
    # forecasts of days 20..24, each moving the share .9 by .1 * (.9 - 1) = -.01: place (.9 - .05) * 51 of 50 scores.
    made = np.tile(np.arange(26), 2)
    scores = np.linspace(-1, 1, 52)
    outcomes = np.random.default_rng(0).permutation(scores)[:, None]
    outcomes[made >= 20] = 0.0
    quantiles = np.array([0.0, 0.0]) + np.zeros((52, 1, 1))
    found = rolling_offsets(
        quantiles, outcomes, days(made), days(made + 1)[:, None], [0.05, 0.95], 100, None, "adaptive", 0.1
    )
    known = np.sort(np.abs(outcomes[made < 25, 0]))
    expected = np.interp(0.85 * 51, np.arange(1, 51), known)
    np.testing.assert_allclose(found.offsets[25, 0], [-expected, expected])


def test_many_lead_times_in_chunks_are_calibrated_alike(monkeypatch):
    case = forecasts(dates=60, horizon=7, width=0.5)
    together = rolling_calibration(*case, LEVELS, 30, method="adaptive")
    monkeypatch.setattr("rnnapps.series.calibration.AT_ONCE", 1)
    np.testing.assert_array_equal(rolling_calibration(*case, LEVELS, 30, method="adaptive"), together)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "method must be one of none, rolling, adaptive, is 'magic'"),
        ({"sides": "left"}, 'sides must be "both" or "each", is \'left\''),
        ({"window": 19}, "window must be at least 20 dates, is 19"),
        ({"gamma": 0.0}, "gamma must be above 0, is 0"),
    ],
)
def test_a_bad_option_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        rolling_calibration(*forecasts(dates=30), LEVELS, **options)


def test_times_of_another_size_are_an_error():
    quantiles, outcomes, made, known = forecasts(dates=30)
    with pytest.raises(
        ValueError, match=r"outcomes has the shape \(90, 2\), but there are 90 origin times and outcome"
    ):
        rolling_calibration(quantiles, outcomes, made, known[:, :1], LEVELS)


def test_offsets_from_no_forecast_are_an_error():
    with pytest.raises(ValueError, match="no forecast to learn offsets from"):
        conformal_offsets(np.zeros((0, 1, 1)), np.zeros((0, 1)), [0.5])


def test_only_levels_by_themselves_mend_forecasts_that_lie_too_high():
    quantiles, outcomes, made, known = forecasts(dates=400, series=10)
    late = made >= days(100)
    for sides, expected in (("both", 0.84), ("each", 0.5)):  # Phi(1) = .84
        found = rolling_calibration(quantiles + 1.0, outcomes, made, known, LEVELS, sides=sides)
        np.testing.assert_allclose(coverage_of_levels(found[late], outcomes[late], LEVELS)[:, 2], expected, atol=0.02)
