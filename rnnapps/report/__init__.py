"""A run on one page, and several runs side by side: HTML files that need nothing beside them."""

from rnnapps.report.commands import print_comparison, report_again
from rnnapps.report.compare_runs import compare_runs
from rnnapps.report.contents import Contents, Result, Table
from rnnapps.report.examples import Example, load_examples, save_examples
from rnnapps.report.run_report import write_report

__all__ = [
    "Contents",
    "Example",
    "Result",
    "Table",
    "compare_runs",
    "load_examples",
    "print_comparison",
    "report_again",
    "save_examples",
    "write_report",
]
