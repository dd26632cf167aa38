"""Options of the data: where bars or other series come from, how they are read, and where they are divided in time."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import names_listed, one_of, within

DATES = ("start", "validation_start", "test_start", "end")


@dataclass(frozen=True)
class DataConfig:
    """Where the series come from and how they are divided in time.

    With neither `path` nor `dataset`, the embedded daily prices are read. Column names are compared without regard
    to case; those that are not given are found by their usual names.

    Args:
        path: CSV (gzip allowed) or Parquet file, or a folder of one CSV file for each ticker.
        dataset: bokeh, the embedded daily prices of AAPL, GOOG, IBM and MSFT until March 2013. Default: these, where
            there is no `path`.
        format: long, one row for each ticker and time; wide, one column for each series; folder, one file of bars
            for each ticker, called after it; auto tells them apart by what is there.
        ticker_column: column of a long file that names the ticker. Default: ticker, symbol or the like; a file
            without one holds one ticker, called after the file.
        time_column: column of dates or times; two columns, date and time of day, as date,time. Default: date, time,
            datetime, timestamp or the like.
        time_format: how dates are written, in the letters of strptime, such as %d/%m/%Y. Default: told from the file;
            an error says where that is not clear.
        time_zone: of times that carry one: local drops it and keeps the clock time that is written, utc converts.
        open_column: column of the first price of a bar. Default: open.
        high_column: column of the highest price of a bar. Default: high.
        low_column: column of the lowest price of a bar. Default: low.
        close_column: column of the last price of a bar. Default: close.
        volume_column: column of the traded volume; none reads files without one, as 0. Default: volume.
        adjusted_column: column of closing prices adjusted for splits and dividends, by which the other prices are
            scaled; none leaves prices as they are. Default: adj_close or the like, where there is one.
        target: wide files: the columns to forecast, with commas between. Default: every numeric column that is not a
            covariate.
        tickers: the series to read, with commas between. Default: all.
        past_covariates: further columns, known up to the day of the forecast, with commas between.
        future_covariates: further columns, known for the days to come too, with commas between. Rows after the last
            price, with these columns only, say what is to come.
        scale: what a change is: log, the logarithm of a ratio, for prices; linear, a difference; auto is log for bars
            and linear for wide files.
        start: date of the first row to use. Default: the first.
        end: date that no row used reaches. Default: none.
        validation_start: date of the first row that validation forecasts. Default: by `validation_fraction`.
        test_start: date of the first row that the test forecasts. Default: by `test_fraction`.
        validation_fraction: share of the dates, the last before the test's, in (0, 0.5).
        test_fraction: share of the dates, the last, in (0, 0.5).
        jump_limit: factor between two closing prices in a row that is taken for an unadjusted split, > 1; 0 allows
            any.
        sort: put rows in the order of their times; else rows that are not in order are an error.
        faulty: what happens to rows that cannot be right, such as a high below the low: stop with an error, leave
            them out (drop_rows; a bar less, none is made up), or leave out their tickers (drop_tickers); what was
            left out is reported.
    """

    path: str | None = None
    dataset: str | None = None
    format: Literal["auto", "long", "wide", "folder"] = "auto"
    ticker_column: str | None = None
    time_column: str | None = None
    time_format: str | None = None
    time_zone: Literal["local", "utc"] = "local"
    open_column: str | None = None
    high_column: str | None = None
    low_column: str | None = None
    close_column: str | None = None
    volume_column: str | None = None
    adjusted_column: str | None = None
    target: str | None = None
    tickers: str | None = None
    past_covariates: str | None = None
    future_covariates: str | None = None
    scale: Literal["auto", "log", "linear"] = "auto"
    start: str | None = None
    end: str | None = None
    validation_start: str | None = None
    test_start: str | None = None
    validation_fraction: float = 0.15
    test_fraction: float = 0.15
    jump_limit: float = 9.0
    sort: bool = False
    faulty: Literal["stop", "drop_rows", "drop_tickers"] = "stop"

    def __post_init__(self):
        one_of(self, "data", "format", ("auto", "long", "wide", "folder"))
        one_of(self, "data", "scale", ("auto", "log", "linear"))
        one_of(self, "data", "time_zone", ("local", "utc"))
        one_of(self, "data", "faulty", ("stop", "drop_rows", "drop_tickers"))
        if self.dataset is not None:
            one_of(self, "data", "dataset", ("bokeh",))
            if self.path is not None:
                raise ValueError(
                    f"data.path: {self.path!r} cannot be given together with data.dataset, {self.dataset!r}; "
                    "leave one of them out"
                )
        within(self, "data", "validation_fraction", above=0, below=0.5)
        within(self, "data", "test_fraction", above=0, below=0.5)
        within(self, "data", "jump_limit", least=0)
        if 0 < self.jump_limit <= 1:
            raise ValueError(f"data.jump_limit: {self.jump_limit} must be a factor above 1, or 0 to allow any jump")
        self._check_dates()
        for name in ("target", "tickers", "past_covariates", "future_covariates", "time_column"):
            self.listed(name)

    @property
    def embedded(self) -> bool:
        """Whether the embedded prices are read."""
        return self.path is None

    def listed(self, name: str) -> tuple[str, ...]:
        """The names that an option such as `tickers` lists; none when it is not given.

        Raises:
            ValueError: an empty name, or one twice.
        """
        return names_listed(f"data.{name}", getattr(self, name))

    def date(self, name: str) -> datetime.datetime | None:
        """The date that an option such as `test_start` gives, without time zone; None when it is not given."""
        text = getattr(self, name)
        if text is None:
            return None
        try:
            found = datetime.datetime.fromisoformat(str(text))
        except ValueError:
            raise ValueError(f"data.{name}: {text!r} is not a date such as 2012-05-31 or 2012-05-31T14:00") from None
        if found.tzinfo is not None:
            raise ValueError(
                f"data.{name}: {text!r} has a time zone; give the clock time of the rows, see data.time_zone"
            )
        return found

    def _check_dates(self) -> None:
        given = [(name, self.date(name)) for name in DATES if getattr(self, name) is not None]
        for (earlier, first), (later, second) in itertools.pairwise(given):
            if first >= second:
                raise ValueError(
                    f"data.{later}: {getattr(self, later)} must be later than data.{earlier}, {getattr(self, earlier)}"
                )
