"""What every baseline keeps: the past alone, both scales, and quantiles that are about right where nothing is known."""

import dataclasses

import numpy as np
import pytest

from rnnapps.series.baselines import Drift, EwmaSimulation, Garch, LinearLags, RepeatLast, SeasonalNaive
from rnnapps.series.forecast_metrics import coverage
from rnnapps.series.windows import windows_between

from .made_walks import day, panel_of, walks

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
HORIZON = 3


def make(kind):
    return kind(LEVELS, lags=10) if kind is LinearLags else kind(LEVELS)


def installed(kind):
    if kind is Garch:
        pytest.importorskip("arch")


@pytest.fixture(
    params=[RepeatLast, Drift, SeasonalNaive, LinearLags, EwmaSimulation, Garch], ids=lambda kind: kind.name
)
def kind(request):
    installed(request.param)
    return request.param


def corrupted(panel, after, value):
    """Another panel whose rows with time > after are spoilt, every series' alike."""
    values = panel.values.copy()
    values[panel.times > after] = value
    return dataclasses.replace(panel, values=values)


@pytest.mark.parametrize("value", [np.nan, 1e9, -3.0])
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_nothing_after_the_origin_changes_a_bit_of_the_forecast(kind, scale, value):
    panel = walks(scale)
    windows = windows_between(panel, 20, HORIZON, start=day(270))
    baseline = make(kind).fit(panel, HORIZON, day(270))
    expected, points = baseline.changes(windows), baseline.points(windows)
    for cut in (day(269), day(280)):
        spoilt = dataclasses.replace(windows, panel=corrupted(panel, cut, value))
        early = windows.origin_times <= cut
        assert early.any()
        with np.errstate(all="ignore"):
            found = baseline.changes(spoilt), baseline.points(spoilt)
        assert found[0][early].tobytes() == expected[early].tobytes()
        assert found[1][early].tobytes() == points[early].tobytes()


@pytest.mark.parametrize("value", [np.nan, 1e9, -3.0])
def test_nothing_from_the_split_on_changes_a_bit_of_the_fit(kind, value):
    panel = walks()
    windows = windows_between(panel, 20, HORIZON, start=day(270))
    expected = make(kind).fit(panel, HORIZON, day(270)).changes(windows)
    spoilt = corrupted(panel, day(269), value)
    assert make(kind).fit(spoilt, HORIZON, day(270)).changes(windows).tobytes() == expected.tobytes()


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_quantiles_of_a_random_walk_cover_what_they_say(kind, scale):
    panel = walks(scale, rows=(900,) * 8)
    windows = windows_between(panel, 20, HORIZON, start=day(500))
    quantiles = make(kind).fit(panel, HORIZON, day(500)).changes(windows)
    np.testing.assert_allclose(coverage(quantiles, windows.outcomes, LEVELS), 0.9, atol=0.04)


def test_quantiles_rise_and_have_their_shape(kind):
    panel = walks()
    windows = windows_between(panel, 20, HORIZON, start=day(270))
    quantiles = make(kind).fit(panel, HORIZON, day(270)).changes(windows)
    assert quantiles.shape == (len(windows), HORIZON, len(LEVELS))
    assert (np.diff(quantiles, axis=-1) > 0).all()


def test_a_series_without_a_past_gets_the_spread_of_the_others(kind):
    # The second series is listed after the split.
    old, new = walks(rows=(400, 30)).levels[:400], walks(rows=(30,), seed=1).levels
    panel = panel_of(old, new, scale="log")
    panel = dataclasses.replace(panel, times=np.concatenate([panel.times[:400], panel.times[370:400]]))
    windows = windows_between(panel, 20, HORIZON, start=day(370))
    quantiles = make(kind).fit(panel, HORIZON, day(370)).changes(windows)
    assert set(windows.series) == {0, 1}
    assert np.isfinite(quantiles).all()
    widths = [np.ptp(quantiles[windows.series == k], axis=-1).mean() for k in (0, 1)]
    assert widths[1] == pytest.approx(widths[0], rel=0.5)


def test_fitting_twice_is_fitting_anew(kind):
    panel = walks()
    windows = windows_between(panel, 20, HORIZON, start=day(270))
    baseline = make(kind).fit(panel, HORIZON, day(260))
    again = baseline.fit(panel, HORIZON, day(270)).changes(windows)
    assert again.tobytes() == make(kind).fit(panel, HORIZON, day(270)).changes(windows).tobytes()


def test_too_little_history_is_an_error(kind):
    with pytest.raises(ValueError, match="give more history"):
        make(kind).fit(walks(), HORIZON, day(15))
