"""What positions earn: one account per series, trades at the open after the signal, costs at every trade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Account:
    """One series as it can be traded: the forecast at the close of bar t is acted on at the open of bar t + 1.

    Fields:
        name: of the series.
        signal_times: (n,) close at which the forecast of each trade was made.
        times: (n + 1,) when trades happen, the first after the first signal; at the last all is sold.
        prices: (n + 1,) what is paid and got, before slippage.
    """

    name: str
    signal_times: np.ndarray
    times: np.ndarray
    prices: np.ndarray

    @property
    def returns(self) -> np.ndarray:
        """(n,) what the price does from one trade to the next."""
        return self.prices[1:] / self.prices[:-1] - 1


def growth(positions: np.ndarray, returns: np.ndarray, cost: float) -> tuple[np.ndarray, np.ndarray]:
    """How an account grows from trade to trade.

    With p_i held from trade i on, r_i the price's return until the next trade and c the cost,
    traded_i = |p_i - p'_{i-1}|,  p'_i = p_i (1 + r_i) / (1 + p_i r_i)         what the market has made of p_i
    growth_i = (1 - c traded_i) (1 + p_i r_i);  at the end p'_{n-1} is sold:   growth_n = 1 - c |p'_{n-1}|

    Args:
        positions: (..., n) shares of the account's money, -1 to 1.
        returns: (n,).
        cost: of every unit that is traded.
    Returns:
        growth (..., n + 1) and traded (..., n + 1). An account that a short position has emptied stays empty.
    """
    factor = np.maximum(1 + positions * returns, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        drifted = np.where(factor > 0, positions * (1 + returns) / factor, 0.0)
    ends = np.zeros((*positions.shape[:-1], 1))
    traded = np.abs(np.concatenate([positions, ends], -1) - np.concatenate([ends, drifted], -1))
    return np.maximum(1 - cost * traded, 0.0) * np.concatenate([factor, ends + 1], -1), traded


@dataclass(frozen=True)
class Equity:
    """The money of all accounts together, of 1 in equal shares at the start.

    Fields:
        times: (D,) every time at which any account trades.
        values: (..., D) worth at these times, before the trade of that time but for the last, where all is sold.
        traded: (...,) how often the money was turned over: what was bought and sold, in units of the account, mean.
        hits: (...,) share of the bars with a position that earned something before costs; NaN where there are none.
    """

    times: np.ndarray
    values: np.ndarray
    traded: np.ndarray
    hits: np.ndarray


def equity(accounts: Sequence[Account], positions: Sequence[np.ndarray], cost: float) -> Equity:
    """Runs every account and adds them up.

    Args:
        accounts: K of them, each on its own calendar.
        positions: K arrays (..., n_k).
        cost: of every unit that is traded.
    """
    times = np.unique(np.concatenate([account.times for account in accounts]))
    total, traded, hits, held = 0.0, 0.0, 0, 0
    for account, shares in zip(accounts, positions, strict=True):
        grown, turned = growth(shares, account.returns, cost)
        before = np.ones((*shares.shape[:-1], 1))
        # The value seen at trade i is what the trades before it have made of the money; the last sale is counted.
        worth = np.concatenate([before, np.cumprod(grown[..., :-1], -1)], -1)
        worth[..., -1] *= grown[..., -1]
        # An account is worth 1 until it opens, and between its own bars what it was worth at the last of them.
        latest = np.searchsorted(account.times, times, side="right") - 1
        total = total + np.where(latest < 0, 1.0, worth[..., np.maximum(latest, 0)])
        traded = traded + turned.sum(-1)
        hits = hits + (shares * account.returns > 0).sum(-1)
        held = held + (shares != 0).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(held > 0, np.divide(hits, held), np.nan)
    return Equity(times, total / len(accounts), np.asarray(traded / len(accounts)), share)


def performance(curve: Equity) -> dict[str, np.ndarray]:
    """What is said of equity curves, each figure of shape (...,).

    Returns:
        total, percent in all; yearly, percent per year; volatility, percent per year; sharpe, mean over standard
        deviation of the returns per bar, per year, without a riskless rate; drawdown, percent below the highest value
        before; turnover, times the capital per year; hit_rate, percent.
    """
    years = bars_and_years(curve.times)[1]
    values = curve.values
    with np.errstate(divide="ignore", invalid="ignore"):
        returns = np.where(values[..., :-1] > 0, values[..., 1:] / values[..., :-1] - 1, 0.0)
        per_year = (values.shape[-1] - 1) / years
        spread = returns.std(-1, ddof=1) if returns.shape[-1] > 1 else np.zeros(returns.shape[:-1])
        sharpe = np.where(spread > 1e-15, returns.mean(-1) / spread * np.sqrt(per_year), 0.0)
    return {
        "total": 100 * (values[..., -1] - 1),
        "yearly": 100 * (values[..., -1] ** (1 / years) - 1),
        "volatility": 100 * spread * np.sqrt(per_year),
        "sharpe": sharpe,
        "drawdown": 100 * drawdown(values).max(-1),
        "turnover": curve.traded / years,
        "hit_rate": 100 * curve.hits,
    }


def drawdown(values: np.ndarray) -> np.ndarray:
    """(..., D) share by which each value is below the highest one up to it."""
    return 1 - values / np.maximum.accumulate(values, -1)


def bars_and_years(times: np.ndarray) -> tuple[int, float]:
    """Bars from the first time to the last and the years between them."""
    seconds = (times[-1] - times[0]) / np.timedelta64(1, "s")
    return len(times) - 1, max(float(seconds) / (365.25 * 24 * 3600), 1e-9)


def moved(accounts: Sequence[Account], positions: Sequence[np.ndarray], draws: int, seed: int) -> list[np.ndarray]:
    """The same positions at other dates, `draws` times: what luck would make of them.

    All positions are moved on by the same number of dates, those beyond the last date to the first ones. Unlike
    positions in random order they follow each other as they did, and so pay the same costs.

    Args:
        accounts, positions: K each, positions (n_k,).
        draws: S; no more than there are other dates to begin at, and these once each.
        seed: of the draws.
    Returns:
        K arrays (S, n_k), in every row the positions of that series, moved.
    """
    times = np.unique(np.concatenate([account.signal_times for account in accounts]))
    steps = 1 + np.random.default_rng(seed).permutation(max(1, len(times) - 1))[:draws]
    found = []
    for account, shares in zip(accounts, positions, strict=True):
        own = np.full(len(times), -1)
        own[np.searchsorted(times, account.signal_times)] = np.arange(len(shares))
        orders = [np.roll(own, step) for step in steps]
        found.append(np.stack([shares[order[order >= 0]] for order in orders]))
    return found
