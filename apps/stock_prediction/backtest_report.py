"""A backtest as text, tables and a picture; the words come first."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnapps.text_table import table

from .backtest_figures import Backtest, words
from .equity_curve import drawdown
from .evaluation_report import WIDTH

COLUMNS = {
    "yearly": ("a year", "{:+.1f} %"),
    "total": ("in all", "{:+.1f} %"),
    "volatility": ("volatility", "{:.1f} %"),
    "sharpe": ("Sharpe", "{:.2f}"),
    "drawdown": ("drawdown", "{:.1f} %"),
    "turnover": ("turnover", "{:.1f}"),
    "hit_rate": ("hits", "{:.1f} %"),
}
STRATEGY, HOLDING, LUCK = "#1f5fa8", "#d95f02", "0.6"


def backtest_report(figures: Mapping) -> str:
    """Words, the strategy beside holding and luck, and how it was traded."""
    null = figures["null"]
    rows = [
        [label, *(_cell(form, figures[name][key]) for key, (_, form) in COLUMNS.items())]
        for label, name in (("strategy", "strategy"), ("buy and hold", "buy_and_hold"))
    ]
    for label, key in (
        ("random dates, 5 %", "low"),
        ("random dates, median", "median"),
        ("random dates, 95 %", "high"),
    ):
        cells = {name: null[name][key] for name in ("yearly", "total", "sharpe")}
        rows.append([label, *(_cell(form, cells.get(name)) for name, (_, form) in COLUMNS.items())])
    days = [figures[name].replace("T00:00:00", "") for name in ("start", "end")]
    parts = [
        "\n".join(["VERDICT", *(line for said in words(figures) for line in textwrap.wrap(said, WIDTH))]),
        f"{len(figures['series'])} series, {figures['bars']:,} bars, {days[0]} to {days[1]}, after costs\n"
        + table(["", *(title for title, _ in COLUMNS.values())], rows),
        "\n".join(line for said in _how(figures) for line in textwrap.wrap(said, WIDTH)),
    ]
    return "\n\n".join(parts)


def write_tables(found: Backtest, folder: Path) -> list[Path]:
    """positions.csv, a row per trade and series, and equity.csv, a row per date."""
    positions, curves = folder / "positions.csv", folder / "equity.csv"
    with positions.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["series", "forecast_at", "traded_at", "price", "signal", "position"])
        for account, signals, held in zip(found.accounts, found.signals, found.positions, strict=True):
            for i in range(len(held)):
                made, traded = _when(account.signal_times[i]), _when(account.times[i])
                rows.writerow([account.name, made, traded, f"{account.prices[i]:.10g}", f"{signals[i]:.6g}",
                               f"{held[i]:.6g}"])  # fmt: skip
            rows.writerow([account.name, "", _when(account.times[-1]), f"{account.prices[-1]:.10g}", "", "0"])
    low, middle, high = np.quantile(found.null.values, [0.05, 0.5, 0.95], axis=0)
    series = [found.strategy.values, drawdown(found.strategy.values), found.holding.values, low, middle, high]
    with curves.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "strategy", "drawdown", "buy_and_hold", "random_5", "random_50", "random_95"])
        for i, time in enumerate(found.strategy.times):
            rows.writerow([_when(time), *(f"{curve[i]:.8g}" for curve in series)])
    return [positions, curves]


def plot_equity(found: Backtest, path: Path) -> Path:
    """Draws what 1 became, between what luck makes of the same trades, and below it how far it was under water."""
    # Figure rather than pyplot: nothing global, no window.
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    times = found.strategy.times
    low, high = np.quantile(found.null.values, [0.05, 0.95], axis=0)
    above.fill_between(
        times, low, high, color=LUCK, alpha=0.3, linewidth=0, label="same trades, random dates: 5 to 95 %"
    )
    above.plot(times, found.holding.values, color=HOLDING, linewidth=1.3, linestyle="--", label="buy and hold")
    above.plot(times, found.strategy.values, color=STRATEGY, linewidth=1.8, label="strategy")
    above.set_ylabel("worth of 1, after costs")
    above.legend(frameon=False, fontsize=8, loc="best")
    above.set_title(textwrap.fill(words(found.figures)[0], 90), fontsize=10)
    below.fill_between(times, -100 * drawdown(found.strategy.values), 0, color=STRATEGY, alpha=0.4, linewidth=0)
    below.plot(times, -100 * drawdown(found.holding.values), color=HOLDING, linewidth=1, linestyle="--")
    below.set_ylabel("drawdown, %")
    locator = AutoDateLocator(minticks=4, maxticks=8)
    below.xaxis.set_major_locator(locator)
    below.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    for axes in (above, below):
        axes.margins(x=0.01)
        axes.grid(color="0.92", linewidth=0.7)
        axes.set_axisbelow(True)
    figure.savefig(path, dpi=130)
    return path


def _how(figures: Mapping) -> list[str]:
    rule, null = figures["rule"], figures["null"]
    bars = "1 bar" if rule["hold"] == 1 else f"{rule['hold']} bars, in {rule['hold']} shares"
    sides = "long or out" if rule["sides"] == "long_flat" else "long or short"
    scaled = f", scaled to {rule['target_volatility']:g} % volatility" if rule["target_volatility"] else ""
    threshold = f" above {rule['threshold']:g}" if rule["signal"] == "probability" else ""
    return [
        f"Rule: {rule['signal']}{threshold}, {sides}, held {bars}{scaled}; each forecast is traded at the "
        f"{figures['traded_at'].replace('open', 'open of the next bar')}, {figures['cost_per_side_bp']:g} basis points "
        f"a side; {figures['trades']:,} changes of a position, on average {figures['exposure']:.0f} % invested.",
        "Turnover is what is bought and sold a year, in multiples of the money. Sharpe ratios are without a riskless "
        "rate, and cash earns nothing.",
        f"Random dates: all positions moved on by the same number of dates, from the end to the beginning, "
        f"{null['shuffles']:,} times; they turn over {null['turnover']:.1f} times a year.",
        *figures["notes"],
    ]


def _cell(form: str, value: float | None) -> str:
    return "-" if value is None else form.format(value)


def _when(time: np.datetime64) -> str:
    return str(time).removesuffix("T00:00:00")
