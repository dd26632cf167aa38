"""Three sides in time: no outcome of a side lies outside of its period."""

import numpy as np
import pytest

from apps.stock_prediction.config.data import DataConfig
from apps.stock_prediction.data import split, split_dates
from rnnapps.series.panel import Panel


def days(start, end, step=1):
    return np.arange(start, end, step, dtype="datetime64[D]").astype("datetime64[s]")


def panel_of(*calendars):
    times = np.concatenate(calendars)
    starts = np.concatenate([[0], np.cumsum([len(calendar) for calendar in calendars])])
    names = tuple("ABCDEF"[: len(calendars)])
    return Panel(names, ("value",), np.arange(1.0, len(times) + 1)[:, None], times, starts)


@pytest.fixture
def three():
    """Daily, every second day, and every third day from April on to May only."""
    return panel_of(
        days("2020-01-01", "2020-07-01"), days("2020-01-02", "2020-07-01", 2), days("2020-04-01", "2020-06-01", 3)
    )


CONFIG = DataConfig(validation_start="2020-05-01", test_start="2020-06-01")


@pytest.mark.parametrize("horizon", [1, 4])
def test_all_outcomes_lie_in_the_period_of_their_side(three, horizon):
    sides = split(three, CONFIG, window=5, horizon=horizon)
    validation, test = np.datetime64("2020-05-01", "s"), np.datetime64("2020-06-01", "s")
    assert sides.training.outcome_times.max() < validation
    assert sides.validation.outcome_times.min() == validation
    assert sides.validation.outcome_times.max() < test
    assert sides.test.outcome_times.min() == test
    assert sides.test.outcome_times.max() == np.datetime64("2020-06-30", "s")


def test_outcomes_belong_to_the_series_of_their_origin(three):
    for windows in split(three, CONFIG, window=5, horizon=4)[:3]:
        for row, outcomes in zip(windows.rows, windows.levels, strict=True):
            assert outcomes.tolist() == [row + 2, row + 3, row + 4, row + 5]
            assert three.series[row] == three.series[row + 4]


def test_every_forecast_that_fits_is_there():
    # 10 days: 1..4 January train, 5..7 validate, 8..10 test; a window of 2 and a horizon of 2.
    config = DataConfig(validation_start="2020-01-05", test_start="2020-01-08")
    sides = split(panel_of(days("2020-01-01", "2020-01-11")), config, window=2, horizon=2)
    assert [windows.rows.tolist() for windows in sides[:3]] == [[1], [3, 4], [6, 7]]


def test_a_series_that_ends_early_has_no_window_later_on(three):
    sides = split(three, CONFIG, window=5, horizon=1)
    assert sides.test.counts.tolist() == [30, 15, 0]


def test_shares_count_the_distinct_dates_of_all_series():
    panel = panel_of(days("2020-01-01", "2020-01-11"), days("2020-01-06", "2020-01-21"))
    found = split_dates(panel, DataConfig(validation_fraction=0.25, test_fraction=0.2))
    assert [str(time)[:10] for time in found] == ["2020-01-12", "2020-01-17"]


def test_a_share_of_validation_lies_before_a_test_that_is_given():
    found = split_dates(panel_of(days("2020-01-01", "2020-01-21")), DataConfig(test_start="2020-01-11"))
    assert [str(time)[:10] for time in found] == ["2020-01-08", "2020-01-11"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"test_start": "2020-07-01"},
            "2020-07-01 leaves nothing to test, the last row is of 2020-06-30",
        ),
        (
            {"test_start": "2020-06-29"},
            "leaves no test period: the longest series has 2 rows from 2020-06-29",
        ),
        (
            {"validation_start": "2020-05-31", "test_start": "2020-06-02"},
            "test_start: 2020-06-02 leaves no validation",
        ),
        ({"validation_start": "2019-12-01"}, "data.validation_start: 2019-12-01 leaves nothing to learn from"),
        ({"validation_start": "2020-01-08"}, "data.validation_start: 2020-01-08 leaves no training period"),
        ({"validation_start": "2020-06-29"}, "leaves nothing to validate on before data.test_start"),
    ],
)
def test_a_side_without_windows_is_an_error(three, options, message):
    with pytest.raises(ValueError) as error:
        split(three, DataConfig(**options), window=5, horizon=4)
    assert message in str(error.value)


def test_a_window_longer_than_the_history_is_an_error(three):
    with pytest.raises(ValueError, match="a window of 500 rows and a horizon of 4 need 504 rows, but the longest"):
        split(three, CONFIG, window=500, horizon=4)


@pytest.mark.parametrize("name", ["window", "horizon"])
def test_a_window_or_horizon_of_0_is_an_error(three, name):
    with pytest.raises(ValueError, match=f"model.{name}: 0 must be at least 1"):
        split(three, CONFIG, **({"window": 5, "horizon": 4} | {name: 0}))
