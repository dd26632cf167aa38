"""The times of rows to come, from the calendar that the rows so far keep."""

from __future__ import annotations

import numpy as np

RECENT = 1000
DAY = 86400  # seconds
WEEKEND = {5, 6}  # as `weekdays` counts


def next_times(times: np.ndarray, n: int) -> np.ndarray:
    """The times of the n rows after the last, as far as the rows' own habit tells.

    - Rows with one step throughout, such as hours around the clock: that step.
    - Several rows a day: the times of day that are usual on each weekday, so that nights, weekends and lunch breaks of
      an exchange stay free.
    - A row a day: the weekdays that are usual; weekends where they occur. Days of the year that have been left out each
      time they fell on such a weekday, three times at least, are left out again: 25 December, but not Easter.
    - A row every one or more weeks: the usual weekday, also where the last row was moved to another one by a holiday.
    - A row every one or more months: the same day of the month, its last day, its last or first working day.

    Other public holidays ahead are not known: a forecast made on a day before one carries the holiday's date. Nor are
    changes of the clock, where times are in UTC and an exchange is not.

    Args:
        times: (T,) datetime64, T >= 2, rising; the last 1,000 count, and for days left out all of them.
        n: int >= 1.
    Returns:
        (n,) datetime64[s], all after the last of `times`.
    Raises:
        ValueError: fewer than two times, times that do not rise, or n below 1.

    >>> next_times(np.array(["2013-02-27", "2013-02-28", "2013-03-01"], "datetime64[s]"), 2).astype("datetime64[D]")
    array(['2013-03-04', '2013-03-05'], dtype='datetime64[D]')
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, is {n}")
    if len(times) < 2:
        raise ValueError(f"a calendar needs at least 2 times, found {len(times)}")
    recent = np.asarray(times)[-RECENT:].astype("datetime64[s]")
    steps = np.diff(recent).astype("int64")
    if not (steps > 0).all():
        at = int(np.flatnonzero(~(steps > 0))[0])
        raise ValueError(f"times must rise, but {recent[at + 1]} follows {recent[at]}")

    usual = int(np.median(steps))
    dates = recent.astype("datetime64[D]")
    several_a_day = usual < DAY and len(np.unique(dates)) < len(dates)
    if several_a_day:
        return _by_step(recent, usual, n) if (steps == usual).all() else _by_clock(recent, usual, n)
    clock = recent[-1] - dates[-1]
    if usual >= 27 * DAY:
        return _by_month(dates, round(usual / (30.4375 * DAY)), n) + clock
    if usual >= 6 * DAY:
        return _by_week(dates, round(usual / (7 * DAY)), n) + clock
    if usual > 1.5 * DAY and (steps == usual).all():
        return _by_step(recent, usual, n)
    return _by_day(dates, _left_out(np.asarray(times).astype("datetime64[D]")), n) + clock


def weekdays(dates: np.ndarray) -> np.ndarray:
    """0 for Monday .. 6 for Sunday, of datetime64 values."""
    # 1970-01-01 was a Thursday.
    return (dates.astype("datetime64[D]").astype("int64") + 3) % 7


def _by_step(times: np.ndarray, step: int, n: int) -> np.ndarray:
    return times[-1] + np.arange(1, n + 1) * np.timedelta64(step, "s")


def _by_clock(times: np.ndarray, step: int, n: int) -> np.ndarray:
    """The times of day that at least half of the days with the same weekday have."""
    dates = times.astype("datetime64[D]")
    days = np.unique(dates)
    open_on = set(_usual_weekdays(days).tolist())
    clocks = (times - dates).astype("int64")
    last_day, last_clock = dates[-1], clocks[-1]
    # The day that is not over yet cannot say what is usual in its afternoon.
    whole = dates < last_day if len(days) > 1 else np.ones(len(dates), bool)
    of_row = weekdays(dates)
    sessions = {}
    for weekday in open_on:
        like = whole & (of_row == weekday)
        if not like.any():  # a weekday that has not been seen yet: as any other
            like = whole
        found, counts = np.unique(clocks[like], return_counts=True)
        sessions[weekday] = found[2 * counts >= len(np.unique(dates[like]))]
    if not any(len(session) for session in sessions.values()):
        return _by_step(times, step, n)
    coming: list[np.datetime64] = []
    day, after = last_day, last_clock
    while len(coming) < n:
        session = sessions.get(int(weekdays(day)), np.zeros(0, "int64"))
        coming += [day.astype("datetime64[s]") + np.timedelta64(int(clock), "s") for clock in session[session > after]]
        day, after = day + 1, -1
    return np.array(coming[:n])


def _by_day(dates: np.ndarray, left_out: np.ndarray, n: int) -> np.ndarray:
    usual = _usual_weekdays(dates)
    # Per year, 40 days are left out at most, which is less than one in eight weeks.
    weeks = n // len(usual) * 8 // 7 + 45
    ahead = dates[-1] + np.arange(1, 7 * weeks + 1)
    return ahead[np.isin(weekdays(ahead), usual) & ~np.isin(_day_of_year(ahead), left_out)][:n].astype("datetime64[s]")


def _left_out(dates: np.ndarray) -> np.ndarray:
    """Days of the year, as `_day_of_year`, that no row has though they fell on a usual weekday three times."""
    span = np.arange(dates[0], dates[-1] + 1)
    span = span[np.isin(weekdays(span), _usual_weekdays(dates[-RECENT:]))]
    had, missed = (np.bincount(_day_of_year(days), minlength=1300) for days in (dates, np.setdiff1d(span, dates)))
    found = np.flatnonzero((had == 0) & (missed >= 3))
    return found if len(found) < 40 else found[:0]


def _day_of_year(dates: np.ndarray) -> np.ndarray:
    """100 * month + day, from 101 to 1231."""
    month = dates.astype("datetime64[M]")
    return 100 * (month.astype("int64") % 12 + 1) + (dates - month.astype("datetime64[D]")).astype("int64") + 1


def _usual_weekdays(dates: np.ndarray) -> np.ndarray:
    """Those with at least half of the rows of the most frequent; rows of less than two weeks do not tell."""
    found, counts = np.unique(weekdays(dates), return_counts=True)
    if (dates[-1] - dates[0]).astype("int64") < 13:
        return np.arange(7) if set(found.tolist()) & WEEKEND else np.arange(5)
    return found[2 * counts >= counts.max()]


def _by_week(dates: np.ndarray, weeks: int, n: int) -> np.ndarray:
    found, counts = np.unique(weekdays(dates), return_counts=True)
    # The usual weekday nearest to the last row: a Thursday before a holiday stands for its Friday.
    away = (int(found[counts.argmax()]) - int(weekdays(dates[-1])) + 3) % 7 - 3
    return (dates[-1] + away + 7 * weeks * np.arange(1, n + 1)).astype("datetime64[s]")


def _by_month(dates: np.ndarray, months: int, n: int) -> np.ndarray:
    month = dates.astype("datetime64[M]")
    ahead = month[-1] + months * np.arange(1, n + 1)
    first, last = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]") - 1
    first_ahead, last_ahead = ahead.astype("datetime64[D]"), (ahead + 1).astype("datetime64[D]") - 1
    day = (dates - first).astype("int64")
    if (day == day[0]).all():
        coming = np.minimum(first_ahead + day[0], last_ahead)
    elif (dates == last).all():
        coming = last_ahead
    elif _mostly(dates == np.busday_offset(last, 0, roll="backward")):
        coming = np.busday_offset(last_ahead, 0, roll="backward")
    elif _mostly(dates == np.busday_offset(first, 0, roll="forward")):
        coming = np.busday_offset(first_ahead, 0, roll="forward")
    else:
        coming = np.minimum(first_ahead + int(np.median(day)), last_ahead)
    return coming.astype("datetime64[s]")


def _mostly(found: np.ndarray) -> bool:
    return 2 * int(found.sum()) > len(found)
