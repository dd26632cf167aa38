"""Runs side by side."""

from rnnapps.report import compare_command

from .run_folder import RunFolder

compare = compare_command(RunFolder)
