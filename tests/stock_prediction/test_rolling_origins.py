"""Who knows what when forecasts roll on."""

import dataclasses

import numpy as np
import pytest

from apps.stock_prediction.rolling_origins import baselines, origins_between, rolling_origins
from rnnapps.series.baselines import Garch
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

LEVELS = (0.1, 0.5, 0.9)


def days(count: int, start: int = 0) -> np.ndarray:
    return np.datetime64("2020-01-01T00:00:00", "s") + np.arange(start, start + count) * np.timedelta64(86400, "s")


@pytest.fixture
def panel() -> Panel:
    """Two series of 60 and 50 rows that end on the same day."""
    steps = np.random.default_rng(0).normal(0, 0.01, 110)
    values = 100 * np.exp(np.cumsum(steps))[:, None]
    times = np.concatenate([days(60), days(50, 10)])
    return Panel(("a", "b"), ("value",), values, times, np.array([0, 60, 110]))


class Recorder:
    """Forecasts the number of its fit, and remembers what it was given."""

    def __init__(self):
        self.fits = []

    def fit(self, panel, before):
        self.fits.append((panel, before))
        number = len(self.fits)

        class Fixed:
            def changes(self, windows):
                return np.full((len(windows), windows.horizon, 3), number)

        return Fixed()


def test_without_refit_one_fit_serves_all_origins(panel):
    recorder, windows = Recorder(), windows_between(panel, 3, 2, days(60)[40])
    found = rolling_origins(windows, {"recorder": recorder.fit})["recorder"]
    assert len(recorder.fits) == 1
    assert found.shape == (len(windows), 2, 3)
    assert (found == 1).all()


def test_a_fit_sees_no_row_after_the_first_origin_that_it_serves(panel):
    recorder, windows = Recorder(), windows_between(panel, 3, 2, days(60)[40])
    found = rolling_origins(windows, {"recorder": recorder.fit}, refit_every=5)["recorder"][:, 0, 0].astype(int)
    assert len(recorder.fits) == 4  # origins of 19 days
    for number, (known, before) in enumerate(recorder.fits, 1):
        earliest = windows.origin_times[found == number].min()
        assert known.times.max() == earliest
        assert before == earliest + 1


def test_a_fit_serves_as_many_dates_as_asked(panel):
    recorder, windows = Recorder(), windows_between(panel, 3, 2, days(60)[40])
    found = rolling_origins(windows, {"recorder": recorder.fit}, refit_every=5)["recorder"][:, 0, 0]
    for number in (1, 2, 3):
        assert len(np.unique(windows.origin_times[found == number])) == 5
    assert len(np.unique(windows.origin_times[found == 4])) == 4


def test_refitted_forecasts_keep_the_order_of_the_windows(panel):
    windows = windows_between(panel, 3, 2, days(60)[40])

    class Last:
        def changes(self, chunk):
            return np.tile(chunk.last[:, None, None], (1, 2, 3))

    found = rolling_origins(windows, {"last": lambda panel, before: Last()}, refit_every=3)["last"]
    np.testing.assert_array_equal(found[:, 1, 2], windows.last)


def test_rows_after_an_origin_change_no_forecast_up_to_it(panel):
    names = ["repeat_last", "drift", "seasonal_naive", "ewma_simulation"]
    cut = days(60)[50]
    later = dataclasses.replace(panel, values=np.where((panel.times > cut)[:, None], panel.values * 3, panel.values))
    found = []
    for version in (panel, later):
        windows = windows_between(version, 3, 2, days(60)[45])
        found.append(rolling_origins(windows, baselines(names, LEVELS, 2), refit_every=4))
    early = windows.origin_times <= cut
    for name in names:
        np.testing.assert_array_equal(found[0][name][early], found[1][name][early])
        if name != "repeat_last":
            assert not np.array_equal(found[0][name][~early], found[1][name][~early])


def test_refitting_changes_what_a_baseline_says(panel):
    windows = windows_between(panel, 3, 2, days(60)[40])
    fixed, rolled = (rolling_origins(windows, baselines(["drift"], LEVELS, 2), every)["drift"] for every in (None, 5))
    first = windows.origin_times < days(60)[44]
    np.testing.assert_array_equal(fixed[first], rolled[first])
    assert not np.array_equal(fixed[~first], rolled[~first])


def test_origins_between_two_times(panel):
    windows = windows_between(panel, 3, 2)
    found = origins_between(windows, days(60)[20], days(60)[23])
    np.testing.assert_array_equal(found.origin_times, np.tile(days(3, 20), 2))
    np.testing.assert_array_equal(found.series, [0, 0, 0, 1, 1, 1])


def test_origins_between_keep_their_stride(panel):
    windows = windows_between(panel, 3, 2, stride=4)
    found = origins_between(windows, days(60)[20], None)
    kept = windows.origin_times >= days(60)[20]
    np.testing.assert_array_equal(found.rows, windows.rows[kept])


def test_an_unknown_baseline_is_named():
    with pytest.raises(ValueError, match="--methods: 'prophet' is not one of repeat_last, drift"):
        baselines(["prophet"], LEVELS, 2)


def test_an_empty_side_is_refused(panel):
    with pytest.raises(ValueError, match="nothing to forecast"):
        rolling_origins(windows_between(panel, 3, 2, days(80)[79]), {})


def test_refitting_less_than_every_row_is_refused(panel):
    with pytest.raises(ValueError, match="--refit_every must be at least 1, is 0"):
        rolling_origins(windows_between(panel, 3, 2), {}, refit_every=0)


def test_garch_without_its_package_is_refused(monkeypatch):
    monkeypatch.setattr(Garch, "is_available", staticmethod(lambda: False))
    with pytest.raises(ValueError, match="--methods garch: needs the package arch"):
        baselines(["garch"], LEVELS, 2)
