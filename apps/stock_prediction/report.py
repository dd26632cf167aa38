"""A run on one page."""

from __future__ import annotations

from pathlib import Path

from .run_folder import RunFolder


def report(run: str, output: str | None = None, looks: bool = False) -> Path:
    """Writes a run's report again: one HTML file with configuration, data, curves, scores, examples and pictures.

    Pictures that the command inspect has drawn since the training are in it.

    Args:
        run: path or name of a run.
        output: HTML file to write. Default: report.html in the run's folder.
        looks: first draw what inspect draws, of one example; takes up to a minute.
    """
    from rnnapps.report import report_again

    from .run_contents import run_contents

    return report_again(RunFolder, run, run_contents, output, _subject if looks else None)


def _subject(folder: RunFolder):
    from .inspected import inspected

    return inspected(folder, None, None)
