"""Tables of prices that were drawn, for runs that take seconds."""

import numpy as np

NAMES = ("ABC", "DEF", "GHI")
ROWS = 260
HEADER = "ticker,date,open,high,low,close,volume"


def working_days(count, start="2010-01-04"):
    """(count,) datetime64[D], Monday to Friday."""
    return np.busday_offset(np.datetime64(start), np.arange(count))


def drawn_bars(count, seed):
    """(count, 5) open, high, low, close, volume, of which each bar keeps the order low <= open, close <= high."""
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    opening = close * np.exp(rng.normal(0, 0.005, count))
    spread = np.exp(np.abs(rng.normal(0, 0.005, count)))
    high, low = np.maximum(opening, close) * spread, np.minimum(opening, close) / spread
    return np.column_stack([opening, high, low, close, rng.integers(1000, 9000, count)])


def csv_of(names=NAMES, start=0, stop=ROWS, factor=1.0):
    """A long CSV of the rows start .. stop - 1 of each ticker; prices times `factor`."""
    days = working_days(ROWS + 60)
    lines = [HEADER]
    for name in names:
        bars = drawn_bars(ROWS + 60, seed=sum(map(ord, name)))
        bars[:, :4] *= factor
        lines += [
            ",".join([name, str(days[row]), *(f"{value:.6f}" for value in bars[row])]) for row in range(start, stop)
        ]
    return "\n".join(lines) + "\n"
