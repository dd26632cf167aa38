"""What a rule would have earned on past bars, beside holding and beside luck; no look ahead by construction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnapps.series.windows import Windows

from .equity_curve import Account, Equity, bars_and_years, equity, moved, performance
from .trading_rule import TradingRule

LEVEL = 0.05


@dataclass(frozen=True)
class Backtest:
    """A rule's trades and what became of them.

    Fields:
        rule: what was traded.
        accounts: K series.
        signals, positions: K arrays (n_k,), what each forecast asked for and what was held after it.
        strategy, holding: the equity of the rule and of buying at the first trade and holding.
        null: equity of the same positions at other dates, values (S, D).
        figures: everything that is said of them, for JSON.
    """

    rule: TradingRule
    accounts: list[Account]
    signals: list[np.ndarray]
    positions: list[np.ndarray]
    strategy: Equity
    holding: Equity
    null: Equity
    figures: dict


def run_backtest(
    windows: Windows,
    quantiles: np.ndarray,
    levels: np.ndarray,
    rule: TradingRule,
    shuffles: int = 500,
    seed: int = 1,
) -> Backtest:
    """Trades the forecasts of `windows` at the bar after each origin.

    A forecast is made at the close of its origin t; what it asks for is bought at the open of t + 1 and held to the
    open of t + 2 at least. Every series has an account with an equal share of the money at the start.

    Args:
        windows: the origins, every bar of a side (stride 1).
        quantiles: (N, H, Q) of log changes from each origin.
        levels: (Q,) rising.
        rule: what is traded.
        shuffles: S, how often the positions are laid on other dates, at least 1; at most as many as there are dates.
        seed: of the draw of these dates.
    Raises:
        ValueError: no price to trade at, fewer than two trades, or a rule that does not fit the forecasts.
    """
    if shuffles < 1:
        raise ValueError(f"--shuffles must be at least 1, is {shuffles}")
    accounts, numbers = _accounts(windows)
    trades = np.unique(np.concatenate([account.times for account in accounts]))
    bars, years = bars_and_years(trades)
    signals, positions = [], []
    for own in numbers:
        signals.append(rule.signals(quantiles[own], levels, bars / years))
        positions.append(rule.positions(signals[-1]))
    strategy = equity(accounts, positions, rule.cost)
    holding = equity(accounts, [np.ones(len(shares)) for shares in positions], rule.cost)
    null = equity(accounts, moved(accounts, positions, shuffles, seed), rule.cost)
    figures = {
        "start": str(trades[0]),
        "end": str(trades[-1]),
        "bars": bars,
        "years": years,
        "series": [account.name for account in accounts],
        "cost_per_side_bp": rule.commission + rule.slippage,
        "traded_at": "open" if windows.panel.is_bars else "value of the next row",
        "strategy": _plain(performance(strategy)),
        "buy_and_hold": _plain(performance(holding)),
        "exposure": 100 * float(np.mean(np.concatenate(positions))),
        "in_the_market": 100 * float(np.mean(np.concatenate(positions) != 0)),
        "trades": int(sum(np.count_nonzero(np.diff(shares, prepend=0.0, append=0.0)) for shares in positions)),
        "null": _null(performance(strategy), performance(null), seed),
    }
    figures["null"]["same"] = all(np.ptp(shares) == 0 for shares in positions)
    return Backtest(rule, accounts, signals, positions, strategy, holding, null, figures)


def words(figures: dict) -> list[str]:
    """What a backtest says of the signal, in sentences; the figures of `Backtest.figures`."""
    mine, held, null = figures["strategy"], figures["buy_and_hold"], figures["null"]
    if figures["trades"] == 0:
        return ["The rule never trades: no forecast asked for a position that its costs allow."]
    return [_timing(null), _against_holding(mine, held)]


def _timing(null: dict) -> str:
    if null["same"]:
        return "The position never changes, so there is no timing to judge: this is buying and holding by another name."
    by_return, by_sharpe = null["total"]["p_value"], null["sharpe"]["p_value"]
    found = f"(p = {_p(by_return)} by return, {_p(by_sharpe)} by Sharpe ratio)"
    if max(by_return, by_sharpe) < LEVEL:
        return f"The signal is better than the same trades at random dates {found}."
    if min(by_return, by_sharpe) < LEVEL:
        name, other = ("return", "Sharpe ratio") if by_return < by_sharpe else ("Sharpe ratio", "return")
        return f"The signal beats the same trades at random dates by {name}, but not by {other} {found}."
    return f"The signal is no better than the same trades at random dates {found}."


def _against_holding(mine: dict, held: dict) -> str:
    more = mine["yearly"] > held["yearly"], mine["sharpe"] > held["sharpe"]
    judged = {
        (True, True): "More than buying and holding, by return and by Sharpe ratio",
        (False, False): "Less than buying and holding, by return and by Sharpe ratio",
        (True, False): "More than buying and holding by return, less by Sharpe ratio",
        (False, True): "Less than buying and holding by return, more by Sharpe ratio",
    }[more]
    return (
        f"{judged}: {mine['yearly']:+.1f} % a year after costs against {held['yearly']:+.1f} %, "
        f"Sharpe ratio {mine['sharpe']:.2f} against {held['sharpe']:.2f}."
    )


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")


def _accounts(windows: Windows) -> tuple[list[Account], list[np.ndarray]]:
    """The account of every series that has a trade, and which forecasts are its signals."""
    panel, rows, series = windows.panel, windows.rows, windows.series
    if panel.scale != "log":
        raise ValueError("these values may be zero or negative, so they cannot be traded; a backtest needs prices")
    prices = panel.values[:, panel.columns.index("open")] if panel.is_bars else panel.levels
    accounts, numbers = [], []
    for k, name in enumerate(panel.names):
        own = np.flatnonzero(series == k)
        # The last trade needs a bar to be sold at.
        own = own[rows[own] + 2 < panel.starts[k + 1]]
        if not len(own):
            continue
        if np.any(np.diff(rows[own]) != 1):
            raise ValueError("a backtest needs the forecast of every bar: windows with a stride of 1")
        trades = np.append(rows[own] + 1, rows[own[-1]] + 2)
        accounts.append(Account(name, panel.times[rows[own]], panel.times[trades], prices[trades]))
        numbers.append(own)
    if not accounts:
        raise ValueError("no bar follows the forecasts that they could be traded at; choose an earlier --start")
    return accounts, numbers


def _null(mine: dict, others: dict, seed: int) -> dict:
    shuffles = len(others["total"])
    found: dict = {"shuffles": shuffles, "seed": seed}
    found["turnover"] = float(np.mean(others["turnover"]))
    for name in ("total", "yearly", "sharpe"):
        drawn = others[name]
        # A hair's breadth, so that sums in another order do not make equal luck look smaller.
        as_good = int(np.sum(drawn >= mine[name] - 1e-9))
        found[name] = {
            "p_value": (1 + as_good) / (1 + shuffles),
            "percentile": 100 * float(np.mean(drawn < mine[name] - 1e-9)),
            "low": float(np.quantile(drawn, 0.05)),
            "median": float(np.median(drawn)),
            "high": float(np.quantile(drawn, 0.95)),
        }
    return found


def _plain(figures: dict) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else float(value) for name, value in figures.items()}
