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
    recording: str | None = None,
    layer: str | None = None,
    units: str | None = None,
    output: str | None = None,
) -> list[Path]:
    """Writes a picture of what happens inside a recogniser as PNG, and its numbers as NPZ.

    Args:
        run: path or name of a run.
        look: attention, at which frames the decoder looked for each symbol (of a CTC head, its soft alignment); gates,
            what opens and closes in a layer over time; saliency, which sounds speak for what was heard, by integrated
            gradients; units, which sounds drive the units of a layer most, over the test side.
        recording: file of sound, 30 seconds at most; not of units. Default: the first of the run's examples.
        layer: of gates and units. Default: the first; an unknown name lists them.
        units: numbers of the units to show, with commas between. Default: those that vary most, or are most selective.
        output: PNG, PDF or SVG file to write; by default in the folder plots/ of the run, named after the recording.
    """

    def subject(folder):
        from .inspected import inspected

        return inspected(folder, recording)

    return inspect_run(RunFolder, run, subject, look, layer, units, output, {"--recording": recording})
