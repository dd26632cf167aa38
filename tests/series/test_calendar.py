"""Dates of rows to come."""

import numpy as np
import pandas
import pytest

from rnnapps.series.calendar import next_times


def seconds(*texts):
    return np.array(texts, "datetime64[s]")


def days(times):
    return [str(time) for time in times.astype("datetime64[D]")]


def test_business_days_skip_the_weekend():
    bars = pandas.bdate_range("2013-01-01", "2013-03-01").to_numpy()  # ends on a Friday
    assert days(next_times(bars, 3)) == ["2013-03-04", "2013-03-05", "2013-03-06"]


def test_a_holiday_in_the_past_does_not_close_its_weekday():
    bars = pandas.bdate_range("2013-01-01", "2013-03-28").to_numpy().astype("datetime64[D]")
    mondays_off = bars[~np.isin(bars, np.array(["2013-01-21", "2013-02-18"], "datetime64[D]"))]
    # Good Friday, 29 March, is not known beforehand.
    assert days(next_times(mondays_off, 2)) == ["2013-03-29", "2013-04-01"]


def test_days_of_the_year_that_are_always_left_out_stay_free():
    bars = pandas.bdate_range("2006-01-02", "2012-12-24")
    bars = bars[[(day.month, day.day) not in ((12, 25), (1, 1)) for day in bars]].to_numpy()
    # Both are Tuesdays; 2 January has had rows.
    assert days(next_times(bars, 6))[:2] == ["2012-12-26", "2012-12-27"]
    assert days(next_times(bars, 6))[-2:] == ["2013-01-02", "2013-01-03"]


def test_a_day_left_out_twice_is_no_holiday_yet():
    bars = pandas.bdate_range("2009-01-01", "2012-12-24").to_numpy().astype("datetime64[D]")
    bars = bars[~np.isin(bars, np.array(["2009-12-25", "2011-12-25", "2010-12-25"], "datetime64[D]"))]
    # Christmas was a Friday once, and fell on a weekend twice.
    assert days(next_times(bars, 1)) == ["2012-12-25"]


def test_a_market_that_never_closes_goes_on_at_the_weekend():
    bars = pandas.date_range("2020-01-01", "2020-02-07", freq="D").to_numpy()  # ends on a Friday
    assert days(next_times(bars, 2)) == ["2020-02-08", "2020-02-09"]


def test_the_observed_weekdays_are_kept():
    sunday_to_thursday = pandas.date_range("2020-01-01", "2020-03-05", freq="D")
    bars = sunday_to_thursday[~sunday_to_thursday.day_of_week.isin([4, 5])].to_numpy()  # ends on a Thursday
    assert days(next_times(bars, 2)) == ["2020-03-08", "2020-03-09"]


def test_one_saturday_does_not_open_saturdays():
    bars = np.sort(np.append(pandas.bdate_range("2020-01-01", "2020-02-28").to_numpy(), np.datetime64("2020-02-08")))
    assert days(next_times(bars, 1)) == ["2020-03-02"]


def test_two_days_before_a_weekend_are_business_days():
    assert days(next_times(seconds("2020-01-02", "2020-01-03"), 1)) == ["2020-01-06"]


def test_daily_rows_keep_the_clock_of_the_last():
    times = pandas.bdate_range("2020-01-01", "2020-01-31").to_numpy() + np.timedelta64(16, "h")
    assert str(next_times(times, 1)[0]) == "2020-02-03T16:00:00"


def test_hours_around_the_clock_keep_their_step():
    times = pandas.date_range("2018-02-20 20:00", periods=4, freq="h").to_numpy()
    assert list(next_times(times, 2)) == list(seconds("2018-02-21T00:00", "2018-02-21T01:00"))


def sessions(end):
    """Hours from 9:30 to 15:30 on business days."""
    found = pandas.bdate_range("2020-01-06", end)
    return np.concatenate([day.to_numpy() + np.arange(570, 931, 60).astype("timedelta64[m]") for day in found])


def test_hours_of_an_exchange_stop_at_night_and_over_the_weekend():
    assert list(next_times(sessions("2020-01-31"), 2)) == list(seconds("2020-02-03T09:30", "2020-02-03T10:30"))


def test_hours_of_an_exchange_go_on_within_the_day():
    times = sessions("2020-01-31")[:-3]  # last row: Friday, 12:30
    found = next_times(times, 4)
    assert list(found[:3]) == list(seconds("2020-01-31T13:30", "2020-01-31T14:30", "2020-01-31T15:30"))
    assert found[3] == np.datetime64("2020-02-03T09:30")


def test_a_short_day_does_not_shorten_the_next():
    times = np.concatenate([sessions("2020-01-30"), seconds("2020-01-31T09:30")])
    assert next_times(times, 7)[-1] == np.datetime64("2020-02-03T09:30")


def test_weekly_rows_return_to_their_weekday_after_a_holiday():
    fridays = pandas.date_range("2013-01-04", "2013-03-22", freq="W-FRI").to_numpy()
    times = np.append(fridays, np.datetime64("2013-03-28"))  # Thursday before Good Friday
    assert days(next_times(times, 2)) == ["2013-04-05", "2013-04-12"]


@pytest.mark.parametrize(
    ("freq", "start", "end", "expected"),
    [
        ("MS", "2019-01-01", "2020-01-01", ["2020-02-01", "2020-03-01"]),
        ("ME", "2019-01-31", "2020-01-31", ["2020-02-29", "2020-03-31"]),
        ("BME", "2019-01-31", "2020-01-31", ["2020-02-28", "2020-03-31"]),
        ("BMS", "2019-01-01", "2020-01-01", ["2020-02-03", "2020-03-02"]),
        ("QE", "2018-03-31", "2019-12-31", ["2020-03-31", "2020-06-30"]),
        ("YS", "2010-01-01", "2020-01-01", ["2021-01-01", "2022-01-01"]),
    ],
)
def test_months_quarters_and_years(freq, start, end, expected):
    assert days(next_times(pandas.date_range(start, end, freq=freq).to_numpy(), 2)) == expected


def test_every_third_day_goes_on_so():
    times = pandas.date_range("2020-01-01", periods=20, freq="3D").to_numpy()  # ends on 27 February
    assert days(next_times(times, 2)) == ["2020-03-01", "2020-03-04"]


def test_one_time_is_no_calendar():
    with pytest.raises(ValueError, match="at least 2 times, found 1"):
        next_times(seconds("2020-01-01"), 1)


def test_times_that_fall_are_refused():
    with pytest.raises(ValueError, match="2020-01-01T00:00:00 follows 2020-01-02T00:00:00"):
        next_times(seconds("2020-01-02", "2020-01-01"), 1)


def test_no_rows_to_come_are_refused():
    with pytest.raises(ValueError, match="n must be at least 1, is 0"):
        next_times(seconds("2020-01-01", "2020-01-02"), 0)
