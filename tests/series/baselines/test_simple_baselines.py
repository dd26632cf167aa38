"""Repeat last, drift and seasonal naive: numbers worked out by hand."""

import numpy as np
import pytest

from rnnapps.series.baselines import Drift, RepeatLast, SeasonalNaive
from rnnapps.series.windows import windows_between

from .made_walks import day, panel_of, walks

LEVELS = (0.25, 0.5, 0.75)
TOOTH = np.tile([0.0, 1.0, 5.0, 2.0], 15)


def test_repeat_last_forecasts_no_change():
    panel = walks()
    windows = windows_between(panel, 5, 4, start=day(200))
    baseline = RepeatLast(LEVELS).fit(panel, 4, day(200))
    assert not baseline.points(windows).any()
    assert not baseline.changes(windows)[..., 1].any()


def test_repeat_last_has_the_quantiles_of_past_changes_about_their_median():
    panel = walks("linear", rows=(100,))
    levels = panel.levels[:60]
    windows = windows_between(panel, 5, 4, start=day(60))
    found = RepeatLast(LEVELS).fit(panel, 4, day(60)).changes(windows)
    ahead = levels[3:] - levels[:-3]
    np.testing.assert_allclose(found[0, 2], np.quantile(ahead, LEVELS) - np.median(ahead))


def test_changes_of_prices_are_logarithms():
    panel = walks("log", rows=(100,))
    logarithms = np.log(panel.levels[:60])
    found = RepeatLast(LEVELS).fit(panel, 1, day(60)).changes(windows_between(panel, 5, 1, start=day(60)))
    steps = np.diff(logarithms)
    np.testing.assert_allclose(found[0, 0], np.quantile(steps, LEVELS) - np.median(steps))


def test_drift_goes_on_at_the_mean_pace_of_each_series():
    # 0 to 98 in 49 steps; 0 to -24.5
    panel = panel_of(2.0 * np.arange(60), -0.5 * np.arange(60))
    windows = windows_between(panel, 5, 3, start=day(50), end=day(53))
    points = Drift(LEVELS).fit(panel, 3, day(50)).points(windows)
    np.testing.assert_allclose(points, [[2.0, 4.0, 6.0], [-0.5, -1.0, -1.5]])


def test_drift_of_a_straight_line_has_no_spread():
    panel = panel_of(2.0 * np.arange(60))
    windows = windows_between(panel, 5, 3, start=day(50))
    assert np.ptp(Drift(LEVELS).fit(panel, 3, day(50)).changes(windows), axis=-1).max() < 1e-12


def test_seasonal_naive_repeats_the_season_before():
    panel = panel_of(TOOTH)
    windows = windows_between(panel, 8, 6, start=day(44))
    baseline = SeasonalNaive(LEVELS, season=4).fit(panel, 6, day(44))
    np.testing.assert_array_equal(baseline.points(windows), windows.outcomes)
    assert not np.ptp(baseline.changes(windows), axis=-1).any()


def test_a_lead_time_beyond_the_season_repeats_the_same_season():
    # Season 2: from 7, 9 on, 7 comes at lead times 1 and 3 and 9 at 2.
    levels = np.concatenate([np.random.default_rng(0).normal(size=48), [7.0, 9.0, 0.0, 0.0, 0.0]])
    windows = windows_between(panel_of(levels), 5, 3, start=day(50))
    points = SeasonalNaive(LEVELS, season=2).fit(windows.panel, 3, day(50)).points(windows)
    assert points.tolist() == [[-2.0, 0.0, -2.0]]


def test_an_origin_without_a_season_behind_it_repeats_its_last_value():
    panel = panel_of(TOOTH)
    windows = windows_between(panel, 1, 2, end=day(6))
    points = SeasonalNaive(LEVELS, season=4).fit(panel, 2, day(44)).points(windows)
    # Origins 0 .. 3; only the last has 4 rows up to it: 0 and 1 come after 2.
    assert points.tolist() == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [-2.0, -1.0]]


def test_the_errors_of_the_seasonal_naive_are_those_of_its_past():
    levels = np.random.default_rng(0).normal(size=60)
    panel = panel_of(levels)
    found = SeasonalNaive(LEVELS, season=7).fit(panel, 1, day(50)).changes(windows_between(panel, 8, 1, start=day(50)))
    errors = levels[7:50] - levels[:43]
    np.testing.assert_allclose(np.diff(found[0, 0]), np.diff(np.quantile(errors, LEVELS)))


def test_a_season_below_one_is_an_error():
    with pytest.raises(ValueError, match="season must be at least 1 row, is 0"):
        SeasonalNaive(LEVELS, season=0)
