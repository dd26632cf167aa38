"""Dates of any usual way of writing."""

import numpy as np
import pandas
import pytest

from rnnapps.series.parse_times import parse_times


def parsed(*cells, **options):
    return [str(time) for time in parse_times(pandas.Series(list(cells)), **options)]


@pytest.mark.parametrize(
    "cells",
    [
        ("2020-01-30", "2020-02-03"),
        ("2020/01/30", "2020/02/03"),
        ("2020.01.30", "2020.02.03"),
        ("20200130", "20200203"),
        ("01/30/2020", "02/03/2020"),
        ("1/30/2020", "2/3/2020"),
        ("30/01/2020", "03/02/2020"),
        ("30.01.2020", "03.02.2020"),
        ("30-01-2020", "03-02-2020"),
        ("30-Jan-2020", "03-Feb-2020"),
        ("30-Jan-20", "03-Feb-20"),
        ("Jan 30, 2020", "Feb 3, 2020"),
        ("30 January 2020", "3 February 2020"),
        ("2020-01-30T00:00:00", "2020-02-03T00:00:00"),
        ("2020-01-30 00:00:00-05:00", "2020-02-03 00:00:00-05:00"),
        ("2020-01-30T00:00:00Z", "2020-02-03T00:00:00Z"),
        ("2020-01-30T00:00:00.000+0100", "2020-02-03T00:00:00.000+0100"),
        (20200130, 20200203),
        (1580342400, 1580688000),
        ("1580342400", "1580688000"),
        (1580342400000, 1580688000000),
    ],
)
def test_usual_ways_of_writing_a_day(cells):
    assert parsed(*cells) == ["2020-01-30T00:00:00", "2020-02-03T00:00:00"]


@pytest.mark.parametrize(
    "cell", ["2020-01-30 14:05:00", "01/30/2020 14:05", "30.01.2020 14:05:00", "01/30/2020 2:05 PM"]
)
def test_usual_ways_of_writing_a_time_of_day(cell):
    assert parsed(cell) == ["2020-01-30T14:05:00"]


def test_years_alone_are_their_first_day():
    assert parsed(2019, 2020) == ["2019-01-01T00:00:00", "2020-01-01T00:00:00"]


def test_a_zone_is_dropped_and_its_clock_kept():
    assert parsed("2020-07-01 09:30:00-04:00", "2020-12-01 09:30:00-05:00") == [
        "2020-07-01T09:30:00",
        "2020-12-01T09:30:00",
    ]


def test_a_zone_is_converted_where_utc_is_asked_for():
    assert parsed("2020-07-01 09:30:00-04:00", "2020-12-01 09:30:00-05:00", time_zone="utc") == [
        "2020-07-01T13:30:00",
        "2020-12-01T14:30:00",
    ]


@pytest.mark.parametrize(("zone", "hour"), [("local", "09"), ("utc", "14")])
def test_typed_times_with_a_zone_are_treated_like_text(zone, hour):
    cells = pandas.Series(pandas.to_datetime(["2020-12-01 09:30"]).tz_localize("America/New_York"))
    assert str(parse_times(cells, time_zone=zone)[0]) == f"2020-12-01T{hour}:30:00"


def test_a_format_can_be_given():
    assert parsed("03/02/2020", time_format="%d/%m/%Y") == ["2020-02-03T00:00:00"]


def test_a_format_with_a_zone_keeps_the_clock():
    assert parsed("03/02/2020 10:00:00 +0500", time_format="%d/%m/%Y %H:%M:%S %z") == ["2020-02-03T10:00:00"]


def test_days_and_months_that_could_be_either_are_an_error():
    with pytest.raises(ValueError, match=r"'01/02/2020' can be read as .*%m.*say which with --data.time_format"):
        parsed("01/02/2020", "01/03/2020", option="--data.")


def test_numbers_of_unknown_meaning_are_an_error():
    with pytest.raises(ValueError, match="'17' and the like are neither dates such as 20120531 nor seconds"):
        parsed(17, 18)


def test_words_are_an_error():
    with pytest.raises(ValueError, match="'soon' is not a date"):
        parsed("soon", "later")


def test_a_format_that_fits_nothing_is_an_error():
    with pytest.raises(ValueError, match=r"'2020-01-02' is not written as time_format '%d.%m.%Y' says"):
        parsed("2020-01-02", time_format="%d.%m.%Y")


@pytest.mark.parametrize("cell", ["now", "today", "-1", "-2012-05-31"])
def test_words_and_years_before_christ_are_no_dates(cell):
    assert parsed("2012-05-30", "2012-05-31", cell)[2] == "NaT"


def test_single_cells_without_a_date_are_nat():
    found = parse_times(pandas.Series(["2020-01-02", "", None, "oops", "2020-02-30", "2020-01-03", "2020-01-06"]))
    assert np.isnat(found).tolist() == [False, True, True, True, True, False, False]
