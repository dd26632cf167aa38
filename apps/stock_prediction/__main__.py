"""The forecaster's command line: `python -m apps.stock_prediction <command>`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rnnapps.command_line import run_command_line

VERBS = {
    "train": "train on the embedded prices or on your own table",
    "evaluate": "scores of a run beside baselines, and a verdict in words",
    "forecast": "dated quantiles past the last row, as CSV and fan charts",
    "backtest": "a trading rule on the forecasts, with costs",
    "detect": "dated anomalies in trading patterns",
    "tune": "search for better options, trial by trial",
    "export": "write a run's SavedModel again, or its LiteRT model",
    "check": "check a table of prices, or audit a run for leaks",
    "update": "continue a run's training on new rows",
    "inspect": "attention, gates, saliency of a forecast, and what drives hidden units",
    "report": "a run on one page: report.html",
    "compare": "runs side by side: what differs in options and results",
    "serve": "forecast over HTTP, with a page to drop a table on",
}
PRESETS = dict.fromkeys(("train", "tune", "check"), Path(__file__).parent / "presets")
DATA = {"--data": "--data.path", "--dataset": "--data.dataset"}
SHORTHANDS = dict.fromkeys(("train", "tune", "check"), DATA)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    return run_command_line("stock_prediction", VERBS, __package__, argv, SHORTHANDS, PRESETS)


if __name__ == "__main__":
    sys.exit(main())
