"""The figures of an evaluation as text that reads without explanation."""

from __future__ import annotations

from collections.abc import Sequence

from rnnapps.text_table import table

from .aligned_errors import Pair, draw
from .score import FEWEST_SPEAKERS

SPEAKERS, LABELS = 12, 40
NOTHING = "(nothing)"
SPACE = "(space)"


def full_report(figures: dict) -> str:
    """All figures of `evaluate_texts` or `evaluate_labels`."""
    parts = _of_labels(figures) if "accuracy" in figures else _of_texts(figures)
    return "\n\n".join(part for part in parts if part)


def _of_texts(figures: dict) -> list[str]:
    words, characters, right = figures["wer"], figures["cer"], figures["right"]
    rows = [
        [label, _one(found["rate"]), _range(found["interval"]), *(f"{found[kind]:,}" for kind in KINDS)]
        for label, found in (("words (WER)", words), ("characters (CER)", characters))
    ]
    header = ["", "wrong, %", "95 % interval", "said", "heard as another", "not heard", "not said"]
    total = (
        f"{right['right']:,} of {right['of']:,} recordings are right to the last character: {_one(right['rate'])} %, "
        f"95 % interval {_range(right['interval'])}"
    )
    return [
        table(header, rows),
        total,
        _speakers(figures["by_speaker"]),
        _confused("Words wrong most often", figures["words_confused"]),
        _confused("Characters wrong most often", figures["characters_confused"]),
        _bins("words", figures["confidence"]),
        _worst("Worst recordings, by words wrong (S heard as another, D not heard, I not said)", figures["worst"]),
    ]


KINDS = ("said", "substitutions", "deletions", "insertions")


def _of_labels(figures: dict) -> list[str]:
    found = figures["accuracy"]
    rows = [
        [name, f"{one['said']:,}", _one(one["recall"]), f"{one['found']:,}", _one(one["precision"])]
        for name, one in figures["labels"].items()
    ]
    left = f"\n... and {len(rows) - LABELS:,} more" if len(rows) > LABELS else ""
    by_speaker = figures["by_speaker"] and table(
        ["speaker", "recordings", "right, %", "95 % interval"],
        [
            [row["speaker"], f"{row['recordings']:,}", _one(row["accuracy"]), _range(row["interval"])]
            for row in figures["by_speaker"]
        ],
    )
    return [
        f"{found['right']:,} of {found['of']:,} recordings are right: {_one(found['rate'])} %, 95 % interval "
        f"{_range(found['interval'])}",
        table(["label", "said", "of them heard, %", "heard", "of them right, %"], rows[:LABELS]) + left,
        by_speaker,
        _confused("Labels wrong most often", figures["labels_confused"]),
        _bins("labels", figures["confidence"]),
        _worst("Wrong ones that the model was surest of", figures["worst"]),
    ]


def _speakers(found: dict | None) -> str:
    if found is None:
        return ""
    rows = [
        [
            row["speaker"],
            f"{row['utterances']:,}",
            f"{row['words']:,}",
            _one(row["wer"]),
            _range(row["interval"]),
            _one(row["cer"]),
        ]
        for row in found["speakers"]
    ]
    lines = [
        table(
            ["speaker", "recordings", "words", "words wrong, %", "95 % interval", "characters wrong, %"],
            rows[:SPEAKERS],
        )
    ]
    if len(rows) > SPEAKERS:
        lines.append(f"... and {len(rows) - SPEAKERS:,} with fewer errors")
    if found["interval"]:
        lines.append(f"words wrong, for other speakers like these {len(rows)}: {_range(found['interval'])}")
    else:
        lines.append(f"fewer than {FEWEST_SPEAKERS} speakers: too few to tell how it does on others")
    return "\n".join(lines)


def _confused(title: str, errors: Sequence[dict]) -> str:
    if not errors:
        return ""
    rows = [
        [
            _unit(one["said"]),
            _unit(one["heard"]),
            f"{one['times']:,}",
            "" if one["share"] is None else _one(one["share"]),
        ]
        for one in errors
    ]
    return f"{title}\n" + table(["said", "heard", "times", "% of the said"], rows, left=(0, 1))


def _bins(what: str, found: dict | None) -> str:
    if found is None:
        return ""
    rows = [
        [f"{one['from']:.2f} to {one['to']:.2f}", f"{one['count']:,}", _one(one["confidence"]), _one(one["right"])]
        for one in found["bins"]
    ]
    return (
        f"Confidence of {what}, beside how many are right\n"
        + table(["confidence", what, "mean, %", "right, %"], rows)
        + f"\n{_one(found['error'])} percentage points apart in the mean"
    )


def _worst(title: str, worst: Sequence[dict]) -> str:
    if not worst:
        return ""
    lines = [title]
    for found in worst:
        about = [f"{_one(found['wer'])} % wrong"] if "wer" in found else []
        about += [f"{found['seconds']:.1f} s"] if found["seconds"] is not None else []
        about += [found["speaker"]] if found["speaker"] else []
        about.append(f"confidence {found['confidence']:.2f}")
        lines.append(f"  {found['number']}. {found['name']}: {', '.join(about)}")
        if "alignment" in found:
            lines.append(draw([Pair(*pair) for pair in found["alignment"]], margin="    "))
        else:
            lines += [f"    said   {found['said']}", f"    heard  {found['heard']}"]
    return "\n".join(lines)


def _unit(unit: str) -> str:
    return {"": NOTHING, " ": SPACE}.get(unit, unit)


def _one(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _range(interval: Sequence[float] | None) -> str:
    if interval is None:
        return "-"  # too few to tell
    low, high = interval
    return f"[{low:.1f}, {high:.1f}]"
