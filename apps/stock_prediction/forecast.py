"""Dated quantiles of what comes after the last row."""

from __future__ import annotations

import sys
from pathlib import Path

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed

from .config.data import DataConfig
from .run_folder import RunFolder

MOST_CHARTS = 40


def forecast(
    run: str,
    data: str | None = None,
    tickers: str | None = None,
    output: str | None = None,
    charts: str | None = None,
    batch_size: int = 1024,
) -> None:
    """Forecasts the rows after the last one: quantiles with their dates as CSV, and a fan chart of each ticker.

    The numbers are those of the run's SavedModel.

    Args:
        run: path or name of a run, or path of a SavedModel.
        data: file, or folder of files, with the newest rows, of the form that the run was trained on; it needs no more
            rows than the model's window. Default: the rows that the run saw last.
        tickers: the series to forecast, with commas between. Default: all that the data have.
        output: CSV file to write; - is standard output. Default: forecast.csv in the run folder.
        charts: folder for the fan charts; none draws none. Default: plots in the run folder, or none with --output -.
        batch_size: windows forecast together.
    """
    with reading_input():
        if batch_size < 1:
            raise ValueError(f"--batch_size must be at least 1, is {batch_size}")
        folder = run_of(RunFolder.locate(run))
        if folder is None and (data is None or output is None):
            raise ValueError(f"{run}: a SavedModel outside of its run; give --data and --output")

        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        from .forecast_table import dated_forecasts, example_lines, plot_fans, table, write_table
        from .load import load_forecaster

        forecaster = load_forecaster(run)
        config = DataConfig() if folder is None else folder.config().data
        panel, notes = _newest_rows(forecaster, folder, config, data, tickers)
        forecasts = dated_forecasts(forecaster, panel, batch_size)
    for note in notes:
        print(note, file=sys.stderr)
    if output == "-":
        print(table(forecasts), end="")
    try:
        if output != "-":
            path = write_table(forecasts, output or folder.path / "forecast.csv")
            print("\n".join(example_lines(forecasts, len(forecasts))))
            print(f"forecasts:  {path}")
        if place := _chart_folder(charts, output, folder):
            drawn = plot_fans(forecasts[:MOST_CHARTS], panel, place)
            more = f" (the first {MOST_CHARTS} of {len(forecasts)})" if len(forecasts) > MOST_CHARTS else ""
            print(f"fan charts: {', '.join(str(path) for path in drawn)}{more}", file=sys.stderr)
    except OSError as error:
        raise BadInput(str(error)) from error


def run_of(path: Path) -> RunFolder | None:
    """The run that a folder is, or of which it is a version; None for a SavedModel on its own."""
    for place in (path, path.resolve().parent):
        if (place / "config.yaml").is_file():
            return RunFolder(place)
    return None


def _newest_rows(forecaster, folder: RunFolder | None, config: DataConfig, data: str | None, tickers: str | None):
    """The panel to forecast from, with the model's own numbers of the series, and what was noticed."""
    wanted = names_listed("--tickers", tickers) or None
    if data is None:
        panel = folder.state().panel
        if unknown := [name for name in wanted or () if name not in panel.names]:
            raise ValueError(f"--tickers: {unknown[0]!r} is unknown to the model, which knows {', '.join(panel.names)}")
        return (panel if wanted is None else panel.select(wanted)), []
    from .data import read_for

    found = read_for(config, forecaster.tickers, forecaster.columns, data, wanted, forecaster.window)
    return found.panel, found.report[1:]


def _chart_folder(charts: str | None, output: str | None, folder: RunFolder | None) -> Path | None:
    if charts == "none" or (charts is None and (folder is None or output == "-")):
        return None
    return Path(charts) if charts else folder.plots
