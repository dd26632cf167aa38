"""A run on one page."""

from __future__ import annotations

from pathlib import Path

from rnnapps.command_line import reading_input

from .run_folder import RunFolder


def report(run: str, output: str | None = None, looks: bool = False) -> Path:
    """Writes a run's report again: one HTML file with configuration, data, curves, scores, examples and pictures.

    Pictures that the command inspect has drawn since the training are in it.

    Args:
        run: path or name of a run.
        output: HTML file to write. Default: report.html in the run's folder.
        looks: first draw what inspect draws, of one example; takes up to a minute.
    """
    from rnnapps.report import write_report

    from .run_contents import run_contents

    with reading_input():
        folder = RunFolder.open(run)
        if looks:
            from rnnapps.inspection.look import all_looks

            from .inspected import inspected

            all_looks(inspected(folder, None), folder.plots)
        path = write_report(folder, run_contents, output)
    print(path)
    return path
