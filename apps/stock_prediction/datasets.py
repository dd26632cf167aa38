"""The embedded prices; nothing is downloaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnapps.series.read_bars import parse_bars
from rnnapps.series.read_table import Table
from rnnapps.series.reading import Reading
from rnnapps.series.table_format import TableFormat

TICKERS = ("AAPL", "GOOG", "IBM", "MSFT")
NAME = "embedded daily prices of AAPL, GOOG, IBM and MSFT until 2013-03-01 (bokeh-sampledata)"
LICENCE = (
    "public domain (Quandl WIKI prices, which the publisher gave to the public), as the package bokeh-sampledata "
    "distributes and describes them"
)


def read_embedded(how: TableFormat) -> Reading:
    """Daily bars of four American companies from 2000 (GOOG: August 2004) to March 2013.

    They come with the package bokeh-sampledata. Its prices are not adjusted for splits and dividends, but adjusted
    closing prices are there, by which open, high, low and close are scaled. FB is left out: listed in May 2012, it has
    less than a year of rows.

    Args:
        how: options such as the covariates; the columns are ticker, date, open, high, low, close, volume, adj_close.
    Raises:
        ModuleNotFoundError: bokeh-sampledata is not installed.
    """
    import pandas
    from bokeh_sampledata import stocks

    frames = [pandas.DataFrame(getattr(stocks, ticker)).assign(ticker=ticker) for ticker in TICKERS]
    frame = pandas.concat(frames, ignore_index=True)
    return parse_bars(Table(frame, np.arange(1, len(frame) + 1), Path("bokeh-sampledata"), "row"), how)
