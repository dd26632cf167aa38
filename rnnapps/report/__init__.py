"""A run on one page, and several runs side by side: HTML files that need nothing beside them."""

from rnnapps.report.commands import compare_command, renew_report, report_command
from rnnapps.report.compare_runs import compare_runs
from rnnapps.report.contents import Contents, DamagedRun, Result, Table
from rnnapps.report.examples import Example, load_examples, save_examples
from rnnapps.report.run_report import write_report

__all__ = [
    "Contents",
    "DamagedRun",
    "Example",
    "Result",
    "Table",
    "compare_command",
    "compare_runs",
    "load_examples",
    "renew_report",
    "report_command",
    "save_examples",
    "write_report",
]
