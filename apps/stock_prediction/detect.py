"""Dated anomalies: bars, and stretches of bars, that the model's own forecasts did not allow for."""

from __future__ import annotations

from pathlib import Path

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed

from .anomalies import KINDS, Anomaly, Scored, Watch, anomalies, score_bars, write_anomalies
from .file_name import file_name

MOST_PLOTS = 40


def detect(
    run: str,
    /,
    *,
    data: str | None = None,
    tickers: str | None = None,
    start: str | None = None,
    end: str | None = None,
    rate: float = 0.004,
    span: int = 10,
    lookback: int = 750,
    lead_time: int = 1,
    shown: int = 20,
    output: str | None = None,
) -> list[Anomaly]:
    """Finds what a run's calibrated forecasts did not allow for: shocks, stretches too wild, prices that stand still.

    Every bar after the training side is scored by how unlikely its forecast made it; an anomaly exceeds a threshold
    that is taken from the ticker's own earlier scores. Those of the test side, or from `start` on, are reported: the
    most unlikely ones on the screen, all of them as CSV, and a plot of each ticker.

    Args:
        run: path or name of a run.
        data: file or folder of other rows than the run's own, such as newer ones.
        tickers: series to look at, with commas between. Default: all.
        start: first date that is reported. Default: that of the test side.
        end: date that no reported bar reaches.
        rate: share of bars, above 0 and at most 0.1, that may raise an alarm of each kind by chance; 0.004 of daily
            bars is one a year.
        span: bars, at least 2, that are judged together as a stretch.
        lookback: earlier scores that the threshold is taken from.
        lead_time: rows ahead that the scored forecast was made, at least 1 and at most the run's horizon.
        shown: anomalies to print.
        output: folder for anomalies.csv and the plots. Default: the folder `detect` of the run.
    """
    with reading_input():
        watch = Watch(rate, span, lookback, lead_time)
        if shown < 0:
            raise ValueError(f"--shown must be at least 0, is {shown}")
        if output is not None and Path(output).is_file():
            raise ValueError(f"--output {output}: is a file; give the name of a folder")

        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        import numpy as np

        from .bar_forecasts import bar_forecasts
        from .scored_side import folder_for, scored_side

        judged = scored_side(run, data, names_listed("--tickers", tickers) or None, "test", start, end)
        bars = judged.model, judged.windows.panel, judged.config, judged.training_end
        windows, changes = bar_forecasts(*bars, lead_time)
        scored = score_bars(windows, changes, judged.config.forecast.levels, watch)
    log = windows.panel.scale == "log"
    period = judged.windows.outcome_times.min(), None if end is None else np.datetime64(end, "s")
    found = anomalies(scored, *period)
    print(
        "\n".join([f"{judged.folder.path.name}: {judged.name}", *judged.notes, *_counts(found, scored, watch, period)])
    )
    if found and shown:
        print("\nThe most unlikely:" if len(found) > shown else "")
        print("\n".join(f"  {one.line(percent=log)}" for one in found[:shown]))
    folder = Path(output) if output else folder_for(judged, "detect", data)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_anomalies(found, folder / "anomalies.csv")
        plots = _plot(scored, found, folder, period, log)
    except OSError as error:
        raise BadInput(str(error)) from error
    print(f"\nanomalies: {folder / 'anomalies.csv'}")
    print(f"plots:     {', '.join(str(path) for path in plots) or 'none'}")
    return found


def _counts(found: list[Anomaly], scored: list[Scored], watch: Watch, period) -> list[str]:
    """How many alarms there were of each kind, beside what chance alone gives."""
    bars = sum(int(one.within(*period).sum()) for one in scored)
    lines = [f"{bars:,} bars of {len(scored)} series; chance alone gives {watch.rate * bars:.1f} alarms of each kind"]
    for kind, name in KINDS.items():
        alarms = sum(int((one.alarms(kind) & one.within(*period)).sum()) for one in scored)
        events = sum(one.kind == kind for one in found)
        lines.append(f"  {name}: {alarms} alarms" + ("" if kind == "shock" else f", {events} stretches"))
    return lines


def _plot(scored: list[Scored], found: list[Anomaly], folder: Path, period, log: bool) -> list[Path]:
    """A plot of each series with an anomaly, those with the most unlikely ones first."""
    from .plot_anomalies import plot_anomalies

    names = list(dict.fromkeys(one.ticker for one in found))[:MOST_PLOTS]
    by_name = {one.name: one for one in scored}
    paths = []
    for name in names:
        paths.append(folder / f"anomalies_{file_name(name)}.png")
        plot_anomalies(by_name[name], paths[-1], *period, log=log)
    return paths
