"""The linear baseline: ordinary least squares, found again from sums."""

import numpy as np
import pytest
import statsmodels.api as sm

from rnnapps.series.baselines import LinearLags
from rnnapps.series.windows import windows_between

from .made_walks import day, panel_of, walks

LEVELS = (0.05, 0.5, 0.95)


def waves(rows=300, seed=0):
    """x_t = 1.6 x_{t-1} - .9 x_{t-2} + noise: its changes follow from the two before."""
    rng = np.random.default_rng(seed)
    levels = np.zeros(rows)
    for t in range(2, rows):
        levels[t] = 1.6 * levels[t - 1] - 0.9 * levels[t - 2] + 0.1 * rng.normal()
    return levels


def test_without_a_penalty_it_is_least_squares_of_statsmodels():
    levels = waves()
    panel = panel_of(levels)
    windows = windows_between(panel, 4, 2, start=day(200))
    found = LinearLags(LEVELS, lags=3, ridge=0.0).fit(panel, 2, day(200)).points(windows)
    steps = np.diff(levels)
    lagged = sm.add_constant(np.stack([steps[2 - i : 299 - i] for i in range(3)], 1))  # origins 3 .. 299
    for h in (1, 2):
        ahead = levels[3 + h : 200] - levels[3 : 200 - h]
        # Origins 3 .. 197 in both: the longer lead time bounds them.
        fitted = sm.OLS(ahead[:195], lagged[:195]).fit()
        np.testing.assert_allclose(found[:, h - 1], fitted.predict(lagged[windows.rows - 3]), rtol=1e-8, atol=1e-10)


def test_sums_over_chunks_are_those_of_all_windows(monkeypatch):
    panel = walks()
    windows = windows_between(panel, 20, 3, start=day(270))
    together = LinearLags(LEVELS, lags=10).fit(panel, 3, day(270)).changes(windows)
    monkeypatch.setattr("rnnapps.series.baselines.linear_lags.AT_ONCE", 100)
    np.testing.assert_allclose(LinearLags(LEVELS, lags=10).fit(panel, 3, day(270)).changes(windows), together)


def test_series_of_other_sizes_share_one_model():
    # The second series is a thousand times the first: in units of their volatility they are the same.
    panel = panel_of(waves(), 1000 * waves())
    windows = windows_between(panel, 4, 2, start=day(200))
    found = LinearLags(LEVELS, lags=3).fit(panel, 2, day(200)).changes(windows)
    half = len(windows) // 2
    np.testing.assert_allclose(found[half:], 1000 * found[:half], rtol=1e-9)


def test_it_forecasts_what_follows_from_the_lags():
    panel = panel_of(waves(1500))
    windows = windows_between(panel, 4, 1, start=day(1000))
    errors = LinearLags(LEVELS, lags=20, ridge=0.0).fit(panel, 1, day(1000)).points(windows) - windows.outcomes
    assert errors.std() == pytest.approx(0.1, rel=0.1)
    assert windows.outcomes.std() > 0.2


def test_the_points_are_the_median():
    panel = walks()
    windows = windows_between(panel, 20, 3, start=day(270))
    baseline = LinearLags(LEVELS, lags=10).fit(panel, 3, day(270))
    np.testing.assert_array_equal(baseline.changes(windows)[..., 1], baseline.points(windows))


def test_a_strong_penalty_repeats_the_last_value_plus_the_mean_change():
    panel = panel_of(waves() + np.arange(300))
    windows = windows_between(panel, 4, 1, start=day(200))
    points = LinearLags(LEVELS, lags=3, ridge=1e9).fit(panel, 1, day(200)).points(windows)
    np.testing.assert_allclose(points, np.diff(panel.levels[3:200]).mean(), rtol=1e-6)


def test_lags_follow_the_season_and_the_length():
    hourly = panel_of(np.random.default_rng(0).normal(size=1200), step="h")
    before = np.datetime64("2002-01-01", "s")
    assert LinearLags(LEVELS).fit(hourly, 1, before)._lags == 14 * 24
    assert LinearLags(LEVELS).fit(hourly.between(None, hourly.times[300]), 1, before)._lags == 100


@pytest.mark.parametrize(("options", "message"), [({"lags": 0}, "lags must be"), ({"ridge": -1.0}, "ridge must be")])
def test_a_bad_option_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        LinearLags(LEVELS, **options)
