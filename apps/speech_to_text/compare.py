"""Runs side by side."""

from __future__ import annotations

from pathlib import Path

from rnnapps.command_line import reading_input

from .run_folder import RunFolder


def compare(*runs: str, output: str | None = None) -> str:
    """Shows where the options of runs differ and what came of it, as a table; as a page too if asked for.

    Args:
        runs: paths or names of two runs or more.
        output: HTML file to write.
    """
    from rnnapps.report import compare_runs

    from .run_contents import run_contents

    with reading_input():
        found = compare_runs([RunFolder.open(run) for run in runs], run_contents)
        print(found.text())
        if output is not None:
            print(f"page: {found.write(Path(output))}")
    return found.text()
