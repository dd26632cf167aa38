"""What trading on a run's forecasts would have earned, beside holding and beside luck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed

from .trading_rule import TradingRule


def backtest(
    run: str,
    /,
    *,
    data: str | None = None,
    tickers: str | None = None,
    side: Literal["test", "validation"] = "test",
    start: str | None = None,
    end: str | None = None,
    signal: Literal["median", "probability", "always"] = "median",
    sides: Literal["long_flat", "long_short"] = "long_flat",
    hold: int | None = None,
    threshold: float = 0.55,
    target_volatility: float = 0.0,
    commission: float = 2.0,
    slippage: float = 3.0,
    shuffles: int = 500,
    seed: int = 1,
    output: str | None = None,
) -> dict:
    """Trades a run's forecasts at the next bar's open, with costs, beside buying and holding and random dates.

    A forecast made at the close of a bar is acted on at the open of the next. Every ticker has an account with an equal
    share of the money. The first lines say whether the signal is better than the same trades at random dates. Not
    investment advice.

    Args:
        run: path or name of a run.
        data: file or folder of other bars than the run's own, such as newer years; only bars after the run's
            validation side are traded.
        tickers: series to trade, with commas between. Default: all.
        side: which side of the run's own data.
        start: first date of an outcome that is traded.
        end: date that no outcome reaches.
        signal: median, long where the median change until `hold` bars ahead is more than buying and selling costs;
            probability, long where a rise is likelier than `threshold`; always, long at every bar, for use with
            `target_volatility`.
        sides: long_flat, or long_short to sell short where the signal says a fall.
        hold: bars that each signal's share of the money, one of `hold`, is kept in its position. Default: the run's
            horizon.
        threshold: probability in [0.5, 1) for the signal probability.
        target_volatility: percent per year; positions are scaled by it over the forecast volatility, to 1 at most. 0
            does not scale.
        commission: basis points of what is traded, at each purchase and each sale.
        slippage: the same, for prices that are worse than the open's.
        shuffles: how often the positions are laid on other dates, to see what luck makes of them; at most once for each
            date.
        seed: of the draw of these dates.
        output: folder for the figures, the positions and equity as CSV and the plot. Default: the folder `backtest` of
            the run.
    """
    with reading_input():
        rule = TradingRule(signal, sides, hold or 1, threshold, target_volatility, commission, slippage)
        if hold is not None and hold < 1:
            raise ValueError(f"--hold must be at least 1 bar, is {hold}")
        if shuffles < 1:
            raise ValueError(f"--shuffles must be at least 1, is {shuffles}")
        if output is not None and Path(output).is_file():
            raise ValueError(f"--output {output}: is a file; give the name of a folder")

        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        import dataclasses

        from .backtest_figures import run_backtest
        from .backtest_report import backtest_report, plot_equity, write_tables
        from .calibrated_forecasts import calibrated_changes
        from .scored_side import folder_for, scored_side

        judged = scored_side(run, data, names_listed("--tickers", tickers) or None, side, start, end)
        rule = dataclasses.replace(rule, hold=hold or judged.config.model.horizon)
        _, quantiles = calibrated_changes(judged.model, judged.windows, judged.config.forecast, judged.earlier)
        found = run_backtest(judged.windows, quantiles, judged.config.forecast.levels, rule, shuffles, seed)
    figures = {"run": str(judged.folder.path), "data": judged.name, "rule": dataclasses.asdict(rule)} | found.figures
    figures["notes"] = list(judged.notes)
    print(f"{judged.folder.path.name}: {judged.name}\n{backtest_report(figures)}")
    folder = Path(output) if output else folder_for(judged, "backtest", data, side)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figures.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
        written = [*write_tables(found, folder), plot_equity(found, folder / "equity.png")]
    except OSError as error:
        raise BadInput(str(error)) from error
    print(f"\nwritten: {', '.join(str(path) for path in (folder / 'figures.json', *written))}")
    return figures
