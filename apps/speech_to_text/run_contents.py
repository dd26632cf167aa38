"""What there is to say of a recogniser's run: for its report, and beside other runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnapps.audio.recording import Recording
from rnnapps.digest import digest
from rnnapps.report import Contents, Example, Result, Table, save_examples

from .aligned_errors import aligned
from .edit_counts import count
from .run_folder import RunFolder

LABELS = {"wer": "words wrong", "cer": "characters wrong", "right": "recordings right", "accuracy": "labels right"}
SHOWN = 3
CURVES = {
    "cer": "characters wrong, percent",
    "wer": "words wrong, percent",
    "blank": "share of frames without a symbol",
}


def run_contents(folder: RunFolder) -> Contents:
    """Of a run that has ended."""
    metrics = folder.read_metrics()
    side = "test" if "test" in metrics else "validation"
    scored, data = metrics[side], metrics["data"]
    figures = {name: label for name, label in LABELS.items() if name in scored}
    methods = {"model": scored, **scored["baselines"]}
    table = Table(
        f"{scored['recordings']:,} {side} recordings, in percent",
        ("", *figures.values()),
        [[name, *(f"{of[figure]:.1f}" for figure in figures)] for name, of in methods.items()],
        note="Words and characters wrong: lower is better. Right: higher is better.",
        strong="model",
    )
    sides = data["recordings"]
    first = next(iter(figures))
    return Contents(
        kind="Recogniser",
        verdict=_verdict(scored, side),
        scores=[table],
        data=[Table("Recordings", ("", *sides), [["recordings", *(f"{number:,}" for number in sides.values())]])],
        sources=[f"{data['name']}.", f"Licence: {data['licence']}"],
        results={
            label: Result(scored[name], "lower" if name in ("wer", "cer") else "higher", 1, " %")
            for name, label in figures.items()
        }
        | {
            f"{figures[first]}: {name}": Result(found[first], "neither", 1, " %")
            for name, found in scored["baselines"].items()
        }
        | {"parameters": Result(metrics["parameters"], "neither", digits=0)},
        scored_on=f"{scored['recordings']:,} {side} recordings of {data['name']}",
        scored_data=metrics.get("scored_data"),
        curves=CURVES,
        captions={"utterance*": "A recording, the words heard in it and the probability of every symbol."},
    )


def scored_data(recordings: Sequence[Recording]) -> str:
    """The same for the same recordings with the same texts, wherever their folder is and in whatever order they are."""
    return digest(sorted((Path(one.name).name, one.text, round(one.duration, 3)) for one in recordings))


def save_example_recordings(
    folder: RunFolder, recordings: Sequence, waveforms: Sequence, transcripts: Sequence, write
) -> None:
    """Keeps the best and the worst recordings for the report, with their sound.

    Args:
        folder: of the run.
        recordings, waveforms, transcripts: of the side that is scored.
        write: (recording, waveform, name) -> writes examples/name.wav.
    """
    counts = count([one.text for one in transcripts], [one.text for one in recordings])
    errors, said = counts.words.errors, counts.words.rows[:, 3]
    confidences = np.array([one.confidence for one in transcripts])
    # Many errors first, the surest of them before others; of the right ones the longest.
    worst = [row for row in np.lexsort((-confidences, -errors)) if errors[row]][:SHOWN]
    best = [row for row in np.lexsort((-confidences, -said)) if counts.right[row]][:SHOWN]
    groups = {}
    for group, rows in (("worst", worst), ("best", best)):
        groups[group] = []
        for number, row in enumerate(map(int, rows), 1):
            write(recordings[row], waveforms[row], f"{group}/{number}")
            wrong = "all right" if counts.right[row] else f"{errors[row]} of {said[row]} words wrong"
            texts = {"said": recordings[row].text, "heard": transcripts[row].text}
            if errors[row]:
                texts["errors"] = _errors(counts.words, row)
            texts["recording"] = recordings[row].name
            example = Example(f"{wrong}, confidence {confidences[row]:.2f}", texts, f"examples/{group}/{number}.wav")
            groups[group].append(example)
    save_examples(folder, **groups)


def _errors(words, row: int) -> str:
    told = {
        "inserted": lambda pair: f"{pair.heard} not said",
        "deleted": lambda pair: f"{pair.said} not heard",
    }
    wrong = [pair for pair in aligned(words, row) if pair.said != pair.heard]
    return ", ".join(told.get(pair.kind, lambda pair: f"{pair.said} as {pair.heard}")(pair) for pair in wrong)


def _verdict(scored: dict, side: str) -> list[str]:
    if "accuracy" in scored:
        lines = [f"{scored['accuracy']:.1f} % of the labels are right."]
        name, higher = "accuracy", True
    else:
        lines = [
            f"{scored['wer']:.1f} % of the words and {scored['cer']:.1f} % of the characters are wrong; "
            f"{scored['right']:.1f} % of the recordings are right to the last character."
        ]
        name, higher = "wer", False
    if math.isnan(scored[name]):
        return [f"{LABELS[name].capitalize()}: not a number, so it cannot be compared with anything."]
    beaten = [one[name] for one in scored["baselines"].values()]
    if beaten and (scored[name] <= max(beaten) if higher else scored[name] >= min(beaten)):
        lines.append("That is no better than a baseline: train longer, or on more recordings.")
    if side == "validation":
        lines.append("There is no test side: the run was chosen on these recordings, others will have more errors.")
    return lines
