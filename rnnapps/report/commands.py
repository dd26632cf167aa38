"""The commands report and compare, which are the same in every application."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from rnnapps.command_line import reading_input
from rnnapps.report.compare_runs import compare_runs
from rnnapps.report.run_report import write_report
from rnnapps.run_folder import RunFolder


def report_command(kind: type[RunFolder]) -> Callable[..., Path]:
    """The command report of an application.

    Args:
        kind: what its runs are.
    """

    def report(run: str, output: str | None = None, looks: bool = False) -> Path:
        """Writes a run's report again: one HTML file with configuration, data, curves, scores, examples and pictures.

        Pictures that the command inspect has drawn since the training are in it.

        Args:
            run: path or name of a run.
            output: HTML file to write. Default: report.html in the run's folder.
            looks: first draw what inspect draws, of one example; takes up to a minute.
        """
        with reading_input():
            folder = kind.open(run)
            folder.config()  # a run of another application is no reason to leave looks out
            if looks:
                _draw_looks(folder)
            path = write_report(folder, output)
        print(path)
        return path

    return report


def compare_command(kind: type[RunFolder]) -> Callable[..., str]:
    """The command compare of an application.

    Args:
        kind: what its runs are.
    """

    def compare(*runs: str, output: str | None = None) -> str:
        """Shows where the options of runs differ and what came of it, as a table; as a page too if asked for.

        Args:
            runs: paths or names of two runs or more.
            output: HTML file to write.
        """
        with reading_input():
            found = compare_runs([kind.open(run) for run in runs])
            print(found.text())
            if output is not None:
                print(f"page: {found.write(Path(output))}")
        return found.text()

    return compare


def renew_report(folder: RunFolder) -> None:
    """Writes report.html again after something in the run has changed; where that is not possible, says why.

    A run without scores has no report.
    """
    try:
        if folder.read_metrics():
            write_report(folder)
    except (OSError, ValueError) as error:
        print(f"the report stays as it was: {error}", file=sys.stderr)


def _draw_looks(folder: RunFolder) -> None:
    from rnnapps.inspection.look import all_looks

    try:
        subject = folder.subject()
    except (OSError, ValueError) as error:
        print(f"all looks are left out: {error}", file=sys.stderr)
        return
    all_looks(subject, folder.plots)
