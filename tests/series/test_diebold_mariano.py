"""The test of two forecasts: by hand, as statsmodels has it, and at its nominal size."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from rnnapps.series.diebold_mariano import diebold_mariano, mean_by_date


def moving_average(rng, dates, order):
    """Differences of mean 0 whose neighbours share `order` - 1 of `order` shocks, as forecasts that far ahead do."""
    return np.convolve(rng.normal(size=dates + order - 1), np.ones(order), "valid")


def test_one_step_ahead_by_hand():
    # Differences 1, 2, 3, 2: mean 2, variance 1/2, standard error sqrt(1/8); corrected by sqrt(3/4): sqrt(24)
    found = diebold_mariano(np.zeros(4), np.array([1.0, 2.0, 3.0, 2.0]), np.arange(4), horizon=1)
    assert (found.difference, found.dates) == (2.0, 4)
    assert found.statistic == pytest.approx(np.sqrt(24))
    assert found.p_value == pytest.approx(2 * student.sf(np.sqrt(24), 3))


def test_two_steps_ahead_by_hand():
    # Deviations -1, 0, 1, 0, -1, 1: autocovariances 4/6 and -1/6, long-run variance 4/6 - 2/6, of the mean 1/18;
    # correction (6 + 1 - 4 + 2/6) / 6 = 5/9.
    losses = 2 + np.array([-1.0, 0.0, 1.0, 0.0, -1.0, 1.0])
    found = diebold_mariano(np.zeros(6), losses, np.arange(6), horizon=2)
    assert found.statistic == pytest.approx(np.sqrt(5 / 9) * 2 / np.sqrt(1 / 18))


def test_with_more_lags_it_is_newey_and_west_of_statsmodels():
    differences = moving_average(np.random.default_rng(0), 80, 3) + 0.4
    found = diebold_mariano(np.zeros(80), differences, np.arange(80), horizon=3, lags=8)
    options = {"maxlags": 8, "use_correction": False}
    theirs = sm.OLS(differences, np.ones(80)).fit(cov_type="HAC", cov_kwds=options)
    correction = np.sqrt((80 + 1 - 6 + 6 / 80) / 80)
    assert found.statistic == pytest.approx(correction * theirs.tvalues[0])


def test_a_variance_that_is_not_positive_is_replaced_by_newey_and_wests():
    differences = 1.0 + np.tile([3.0, -3.0], 10)
    found = diebold_mariano(np.zeros(20), differences, np.arange(20), horizon=2)
    # autocovariances 9 and -9 * 19/20: 9 - 18 * .95 < 0, but 9 - 2 * .5 * 9 * .95 = .45
    correction = np.sqrt((20 + 1 - 4 + 2 / 20) / 20)
    assert found.statistic == pytest.approx(correction / np.sqrt(0.45 / 20))


def test_losses_of_one_date_are_one_observation():
    rng = np.random.default_rng(0)
    by_date = rng.normal(size=30)
    many = np.repeat(by_date, 50)[:, None, None] + np.zeros((1500, 2, 3))
    once = diebold_mariano(np.zeros(30), by_date, np.arange(30), horizon=1)
    often = diebold_mariano(np.zeros(many.shape), many, np.repeat(np.arange(30), 50), horizon=1)
    assert often.dates == 30
    assert often.p_value == pytest.approx(once.p_value)


def test_means_by_date_are_in_the_order_of_time():
    times = np.array(["2001-01-03", "2001-01-02", "2001-01-03"], "datetime64[D]")
    assert mean_by_date(np.array([[1.0, 3.0], [5.0, 7.0], [4.0, 4.0]]), times).tolist() == [6.0, 3.0]


def test_a_second_forecast_that_loses_less_has_a_small_one_sided_p_value():
    first = np.random.default_rng(0).normal(size=100) ** 2
    found = diebold_mariano(first, first - 0.5 + 0.1 * np.sin(np.arange(100)), np.arange(100), horizon=1)
    assert found.difference < 0
    assert found.p_better < 1e-6


def test_the_order_of_two_forecasts_changes_only_the_sign():
    first, second = np.random.default_rng(0).normal(size=(2, 60))
    there, back = (diebold_mariano(*pair, np.arange(60), horizon=3) for pair in ((first, second), (second, first)))
    assert there.statistic == pytest.approx(-back.statistic)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.p_better == pytest.approx(1 - back.p_better)


def test_a_forecast_does_not_differ_from_itself():
    losses = np.random.default_rng(0).normal(size=50)
    found = diebold_mariano(losses, losses, np.arange(50), horizon=5)
    assert (found.difference, found.statistic, found.p_value, found.p_better) == (0.0, 0.0, 1.0, 0.5)


def test_a_difference_that_never_varies_is_certain():
    found = diebold_mariano(np.ones(50), np.zeros(50), np.arange(50), horizon=5)
    assert (found.difference, found.statistic, found.p_value, found.p_better) == (-1.0, -np.inf, 0.0, 0.0)


@pytest.mark.parametrize("horizon", [1, 5])
def test_equal_forecasts_look_different_once_in_twenty(horizon):
    rng = np.random.default_rng(3)
    small = sum(
        diebold_mariano(np.zeros(250), moving_average(rng, 250, horizon), np.arange(250), horizon).p_value < 0.05
        for _ in range(400)
    )
    assert 8 <= small <= 33  # 400 x 5 % = 20, and three standard deviations


def test_without_the_overlap_the_test_would_be_too_sure():
    rng = np.random.default_rng(3)
    small = sum(
        diebold_mariano(np.zeros(250), moving_average(rng, 250, 5), np.arange(250), 1).p_value < 0.05
        for _ in range(100)
    )
    assert small > 25


def test_no_more_dates_than_the_horizon_are_an_error():
    with pytest.raises(ValueError, match="losses 5 dates ahead needs more dates than that, found 5"):
        diebold_mariano(np.zeros(5), np.ones(5), np.arange(5), horizon=5)


def test_losses_that_do_not_pair_are_an_error():
    with pytest.raises(ValueError, match=r"first has the shape \(5,\) and second \(4,\)"):
        diebold_mariano(np.zeros(5), np.ones(4), np.arange(5), horizon=1)


def test_a_loss_that_is_no_number_is_an_error():
    with pytest.raises(ValueError, match="not finite"):
        diebold_mariano(np.zeros(5), np.full(5, np.nan), np.arange(5), horizon=1)
