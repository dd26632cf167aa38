"""Dates and times of any usual way of writing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas

DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%d %b %Y", "%d %b %y", "%d %B %Y")
DAYS += ("%b %d %Y", "%B %d %Y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
# After a time of day only: 2020-01-02 ends in no zone.
ZONE = r"(?<=:\d\d)(?:\.\d+)?\s*(?:Z|UTC|[+-]\d\d:?(?:\d\d)?)$"
SAMPLE = 2000


def parse_times(
    cells: pandas.Series,
    time_format: str | None = None,
    time_zone: Literal["local", "utc"] = "local",
    option: str = "",
) -> np.ndarray:
    """Times of the cells.

    Understood without a format: ISO 8601 with or without a time of day and a zone; day, month and year in figures with
    / . or - between, where the file leaves one order only; months by their English names; the numbers 20120531 and
    years; seconds and milliseconds since 1970, where all numbers have 9 or 10, or 12 or 13 digits.

    Args:
        cells: (R,) pandas.Series of text, numbers or times.
        time_format: as for strptime; None tells it from the cells.
        time_zone: what is done with a zone such as +01:00 in the cells: "local" drops it and keeps the clock time that
            is written, which is the exchange's own; "utc" converts. Times without a zone stay as they are.
        option: what stands before an option's name in messages.
    Returns:
        (R,) datetime64[s]; NaT where a cell is empty or no date.
    Raises:
        ValueError: dates that can be read in two ways, numbers of unknown meaning, or a format that fits no cell.
    """
    import pandas

    if isinstance(cells.dtype, pandas.DatetimeTZDtype):
        cells = cells.dt.tz_convert("UTC").dt.tz_localize(None) if time_zone == "utc" else cells.dt.tz_localize(None)
    if np.issubdtype(getattr(cells.dtype, "type", object), np.datetime64):
        return cells.to_numpy().astype("datetime64[s]")
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    codes, distinct = pandas.factorize(text)
    words = pandas.Series(distinct, dtype=str)
    empty = words.str.lower().isin(("", "nan", "nat", "none", "null", "na", "<na>")).to_numpy()
    found = np.full(len(words), "NaT", "datetime64[s]")
    if not empty.all():
        found[~empty] = _parse(words[~empty].reset_index(drop=True), time_format, time_zone, option)
    return found[codes]


def _parse(words: pandas.Series, time_format: str | None, time_zone: str, option: str) -> np.ndarray:
    if time_format is not None:
        if "%z" in time_format and time_zone == "local":
            time_format, words = time_format.replace("%z", "").rstrip(), words.str.replace(ZONE, "", regex=True)
        found = _as_seconds(words, time_zone, format=time_format)
        if np.isnat(found).all():
            raise ValueError(f"{words[0]!r} is not written as {option}time_format {time_format!r} says")
        return found
    if words.str.fullmatch(r"\d+(\.0+)?").mean() > 0.5:
        return _numbers(words, option)
    zoned = words.str.contains(ZONE)
    if zoned.any() and time_zone == "local":
        words = words.str.replace(ZONE, "", regex=True)
    iso = words.str.replace(r"^(\d{4})[./](\d{1,2})[./](\d{1,2})", r"\1-\2-\3", regex=True)
    # pandas knows "now" and "today", which are no dates of rows, and years before Christ.
    found = _as_seconds(iso.where(iso.str.match(r"\d")), time_zone, format="ISO8601")
    if np.isnat(found).mean() < 0.5:
        return found
    return _other(words, option)


def _numbers(words: pandas.Series, option: str) -> np.ndarray:
    import pandas

    whole = pandas.to_numeric(words, errors="coerce").to_numpy()
    given = whole[~np.isnan(whole)]
    ways: dict[tuple[float, float], Callable] = {
        (1500, 2500): lambda: _as_seconds(_digits(whole), "local", format="%Y"),
        (15000101, 25001231): lambda: _as_seconds(_digits(whole), "local", format="%Y%m%d"),
        (1e8, 9999999999): lambda: _since_1970(whole, 1),
        (1e11, 9999999999999): lambda: _since_1970(whole, 1000),
    }
    for (lowest, highest), way in ways.items():
        if ((given >= lowest) & (given <= highest)).all():
            return way()
    raise ValueError(
        f"{words[0]!r} and the like are neither dates such as 20120531 nor seconds since 1970; "
        f"say how they are written with {option}time_format"
    )


def _digits(whole: np.ndarray) -> pandas.Series:
    import pandas

    return pandas.Series(["" if np.isnan(number) else str(int(number)) for number in whole], dtype=str)


def _since_1970(whole: np.ndarray, per_second: int) -> np.ndarray:
    seconds = np.where(np.isnan(whole), 0, whole // per_second).astype("int64").astype("datetime64[s]")
    return np.where(np.isnan(whole), np.datetime64("NaT"), seconds)


def _other(words: pandas.Series, option: str) -> np.ndarray:
    """Dates that are not ISO's: the one format that most of them fit."""
    plain = words.str.replace(r"(?<=\w)[.,-]\s?(?=\w)|,\s", "/", regex=True)
    named = plain.str.contains("[A-Za-z]{3}", regex=True)
    plain = plain.where(~named, plain.str.replace("/", " "))
    formats = [day + clock for day in DAYS for clock in CLOCKS]
    sample = plain.iloc[:: max(1, len(plain) // SAMPLE)].reset_index(drop=True)
    fits = {form: int((~np.isnat(_as_seconds(sample, "local", format=form))).sum()) for form in formats}
    best = max(fits.values())
    tried = {form: _as_seconds(plain, "local", format=form) for form, fit in fits.items() if fit == best > 0}
    if not tried:
        raise ValueError(f"{words[0]!r} is not a date as usual; say how it is written with {option}time_format")
    count = {form: int((~np.isnat(found)).sum()) for form, found in tried.items()}
    chosen = max(count, key=count.get)
    for form, found in tried.items():
        if count[form] == count[chosen] and not np.array_equal(found, tried[chosen], equal_nan=True):
            raise ValueError(f"{words[0]!r} can be read as {chosen} and as {form}; say which with {option}time_format")
    return tried[chosen]


def _as_seconds(words: pandas.Series, time_zone: str, **how) -> np.ndarray:
    import pandas

    zoned = time_zone == "utc" or "%z" in how["format"]
    found = pandas.to_datetime(words, errors="coerce", utc=zoned, **how)
    if zoned:
        found = found.dt.tz_localize(None)
    return found.to_numpy().astype("datetime64[s]")
