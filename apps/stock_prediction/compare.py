"""Runs side by side."""

from __future__ import annotations

from .run_folder import RunFolder


def compare(*runs: str, output: str | None = None) -> str:
    """Shows where the options of runs differ and what came of it, as a table; as a page too if asked for.

    Args:
        runs: paths or names of two runs or more.
        output: HTML file to write.
    """
    from rnnapps.report import print_comparison

    from .run_contents import run_contents

    return print_comparison(RunFolder, runs, run_contents, output)
