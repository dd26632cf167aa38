"""A look inside a run: attention, gates, saliency, and what drives its units."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rnnapps.inspection.inspect_run import inspect_run

from .run_folder import RunFolder


def inspect(
    run: str,
    /,
    look: Literal["attention", "gates", "saliency", "units"] = "attention",
    data: str | None = None,
    ticker: str | None = None,
    layer: str | None = None,
    units: str | None = None,
    output: str | None = None,
) -> list[Path]:
    """Writes a picture of what happens inside a forecaster as PNG, and its numbers as NPZ.

    Args:
        run: path or name of a run.
        look: attention, which dates the forecast of each row ahead looked at; gates, what opens and closes in a layer
            over the window; saliency, which dates and features move the median forecast, by integrated gradients;
            units, which stretches of the series drive the units of a layer most, over the run's data.
        data: file, or folder of files, with the newest rows, of the form that the run was trained on. Default: the
            rows that the run saw last. Not of units, nor is the ticker.
        ticker: the series to look at. Default: the first.
        layer: of gates and units. Default: the first; an unknown name lists them.
        units: numbers of the units to show, with commas between. Default: those that vary most, or are most selective.
        output: PNG, PDF or SVG file to write; by default in the folder plots/ of the run, named after the series.
    """

    def subject(folder):
        from .inspected import inspected

        return inspected(folder, data, ticker)

    return inspect_run(RunFolder, run, subject, look, layer, units, output, {"--data": data, "--ticker": ticker})
