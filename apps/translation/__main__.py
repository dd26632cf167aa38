"""The translator's command line: `python -m apps.translation <command>`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rnnapps.command_line import run_command_line

VERBS = {
    "train": "train on the embedded phrasebook or on your own pairs",
    "evaluate": "BLEU and chrF of a run with intervals, or a paired test of two",
    "translate": "translate a text, a file or standard input",
    "tune": "search for better options, trial by trial",
    "export": "write a run's SavedModel again, with other decoding options, or its LiteRT model",
    "inspect": "attention, gates, saliency of a translation, and what drives hidden units",
    "report": "a run on one page: report.html",
    "compare": "runs side by side: what differs in options and results",
    "serve": "answer translations over HTTP, with a page to try them",
}
PRESETS = dict.fromkeys(("train", "tune"), Path(__file__).parent / "presets")
DATA = {"--data": "--data.path", "--dataset": "--data.dataset"}
SHORTHANDS = {
    "train": {**DATA, "--init_from": "--train.init_from"},
    "tune": DATA,
    "evaluate": {"--data.columns": "--columns"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    return run_command_line("translation", VERBS, __package__, argv, SHORTHANDS, PRESETS)


if __name__ == "__main__":
    sys.exit(main())
