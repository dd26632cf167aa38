"""The recogniser's command line: `python -m apps.speech_to_text <command>`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rnnapps.command_line import run_command_line

VERBS = {
    "train": "train on the embedded digits or on your own recordings",
    "evaluate": "word and character errors of a run, with intervals and the worst utterances",
    "transcribe": "recordings to text, JSON with times, or subtitles",
    "tune": "search for better options, trial by trial",
    "export": "write a run's SavedModel again, with other decoding options, or its LiteRT model",
    "check": "what is wrong with recordings, file by file, before training on them",
    "inspect": "attention, gates, saliency of a recording, and what drives hidden units",
    "report": "a run on one page: report.html",
    "compare": "runs side by side: what differs in options and results",
    "serve": "transcribe over HTTP, with a page to record and listen",
}
PRESETS = dict.fromkeys(("train", "tune", "check"), Path(__file__).parent / "presets")
DATA = {"--data": "--data.path", "--dataset": "--data.dataset"}
SHORTHANDS = dict.fromkeys(("train", "tune", "check"), DATA)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    return run_command_line("speech_to_text", VERBS, __package__, argv, SHORTHANDS, PRESETS)


if __name__ == "__main__":
    sys.exit(main())
