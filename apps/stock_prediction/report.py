"""A run on one page."""

from rnnapps.report import report_command

from .run_folder import RunFolder

report = report_command(RunFolder)
