"""Scoring a run: error rates with intervals, the worst recordings, what is heard for what, and pictures."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed
from rnnapps.significance import FEWEST_RESAMPLES, RESAMPLES

from .check_decoding import check_decoding
from .config import DecodingChoice
from .run_folder import RunFolder


def evaluate(
    run: str,
    /,
    decoding: DecodingChoice,
    *,
    data: str | None = None,
    side: Literal["test", "validation"] | None = None,
    worst: int = 5,
    plot: str | None = None,
    resamples: int = RESAMPLES,
    output: str | None = None,
) -> dict:
    """Scores a run on recordings whose texts are known: words and characters wrong, or labels right.

    Printed are both error rates with 95 % intervals, figures for each speaker, what was wrong most often, whether
    confidences mean what they say, and the worst recordings with their errors aligned. Written are figures.json,
    transcripts.jsonl with a line for each recording, confusion.png, and a picture of each recording asked for.

    Args:
        run: path or name of a run.
        decoding: options that are to be other than the run's.
        data: manifest, table or folder of other recordings than the run's own; all of them are scored.
        side: of the run's own data. Default: test, where there is one, else validation.
        worst: recordings to show, the worst first.
        plot: recordings to draw, with commas between: numbers as the report and transcripts.jsonl give them, names of
            files, or worst, those that are shown.
        resamples: bootstrap resamples for the intervals, at least 40.
        output: folder to write to. Default: evaluation/SIDE, or evaluation/NAME of other data, in the run's folder.
    """
    decode = decoding.given()
    with reading_input():
        _check(worst, resamples, data, side, output)
        asked = names_listed("--plot", plot)
        folder = RunFolder.open(run)
        config = folder.config()
        check_decoding(folder, decode)
        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        from .evaluation import evaluate_labels, evaluate_texts
        from .evaluation_report import full_report
        from .export import load_trained
        from .plot_confusion import plot_confusion
        from .scored_recordings import draw_recordings, find_recordings, scored_recordings, transcribe_recordings

        scored = scored_recordings(config, data, side)
        numbers = find_recordings([name for name in asked if name != "worst"], scored.recordings)
        recognition = load_trained(folder, decode)
        transcripts = transcribe_recordings(recognition.transcriber(), scored.recordings)
    labels = config.model.head == "keyword"
    found = (evaluate_labels if labels else evaluate_texts)(scored.recordings, transcripts, resamples, worst)
    notes = [*scored.notes, *unknown_characters(recognition.units, scored.recordings)]
    figures = {"run": str(folder.path), "data": scored.name, "decode": decode, "notes": notes, **found.figures}
    title = ", ".join([scored.name, f"{len(transcripts):,} recordings", *(f"{k} {v}" for k, v in decode.items())])
    print(f"{folder.path.name}: {title}", *notes, "", sep="\n")
    print(full_report(figures))
    if "worst" in asked:
        numbers = list(dict.fromkeys([*numbers, *(one["number"] - 1 for one in figures["worst"])]))
    place = Path(output) if output else folder.path / "evaluation" / scored.short_name
    try:
        place.mkdir(parents=True, exist_ok=True)
        _write(place / "figures.json", json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
        _write(place / "transcripts.jsonl", "".join(_lines(scored.recordings, transcripts)))
        plots = [plot_confusion(found.confusion, place / "confusion.png", "label" if labels else "character")]
        with reading_input():
            plots += draw_recordings(recognition, scored.recordings, transcripts, numbers, place)
    except OSError as error:
        raise BadInput(str(error)) from error
    print(f"\nfigures:     {place / 'figures.json'}\ntranscripts: {place / 'transcripts.jsonl'}")
    print(f"plots:       {', '.join(map(str, plots))}", file=sys.stderr)
    return figures


def unknown_characters(units, recordings: Sequence) -> list[str]:
    """A note where texts hold what the model cannot write, which is always an error."""
    found = [recording for recording in recordings if units.unknown(recording.text)]
    if not found:
        return []
    each = dict.fromkeys(letter for recording in found for letter in units.unknown(recording.text))
    shown = ", ".join(map(repr, list(each)[:8])) + (", ..." if len(each) > 8 else "")
    return [f"{len(found):,} texts hold what the model cannot write and gets wrong therefore: {shown}"]


def _check(worst: int, resamples: int, data: str | None, side: str | None, output: str | None) -> None:
    if worst < 0:
        raise ValueError(f"--worst must be at least 0, is {worst}")
    if resamples < FEWEST_RESAMPLES:
        raise ValueError(f"--resamples must be at least {FEWEST_RESAMPLES}, is {resamples}")
    if data is not None and side is not None:
        raise ValueError(f"--side {side} is a side of the run's own data; leave it out with --data")
    if output is not None and Path(output).is_file():
        raise ValueError(f"--output {output}: is a file; give the name of a folder")


def _lines(recordings: Sequence, transcripts: Sequence):
    for number, (recording, transcript) in enumerate(zip(recordings, transcripts, strict=True), 1):
        found = {"number": number, "name": recording.name, "speaker": recording.speaker, "said": recording.text}
        heard = transcript.as_dict()
        text = json.dumps({**found, "heard": heard.pop("text"), **heard}, ensure_ascii=False)
        yield re.sub("[\u2028\u2029]", " ", text) + "\n"


def _write(path: Path, text: str) -> None:
    from rnnapps.training import write_atomically

    write_atomically(path, lambda file: file.write(text.encode("utf-8")))
