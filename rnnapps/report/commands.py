"""What the commands report and compare do in every application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnapps.command_line import reading_input
from rnnapps.report.compare_runs import compare_runs
from rnnapps.report.contents import Contents
from rnnapps.report.run_report import write_report
from rnnapps.run_folder import RunFolder

if TYPE_CHECKING:
    from rnnapps.inspection.look import Subject


def report_again(
    folders: type[RunFolder],
    run: str,
    declare: Callable[[RunFolder], Contents],
    output: str | None = None,
    subject: Callable[[RunFolder], Subject] | None = None,
) -> Path:
    """Writes a run's report, prints where it is, and returns that.

    Args:
        folders: what the application's runs are.
        run: path or name of a run.
        declare: see `write_report`.
        output: HTML file to write. Default: report.html in the run's folder.
        subject: what to draw every look of first; None draws nothing.
    Raises:
        BadInput: no such run, or it is damaged.
    """
    with reading_input():
        folder = folders.open(run)
        if subject is not None:
            from rnnapps.inspection.look import all_looks

            all_looks(subject(folder), folder.plots)
        path = write_report(folder, declare, output)
    print(path)
    return path


def print_comparison(
    folders: type[RunFolder], runs: Sequence[str], declare: Callable[[RunFolder], Contents], output: str | None = None
) -> str:
    """Prints where runs differ and what came of it, and returns that.

    Args:
        folders: what the application's runs are.
        runs: paths or names of two runs or more.
        declare: see `write_report`.
        output: HTML file to write too; None writes none.
    Raises:
        BadInput: no such run, it is damaged, or there are too few.
    """
    with reading_input():
        found = compare_runs([folders.open(run) for run in runs], declare)
        print(found.text())
        if output is not None:
            print(f"page: {found.write(Path(output))}")
    return found.text()
