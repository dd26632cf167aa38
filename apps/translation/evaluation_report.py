"""The figures of an evaluation as text that reads without explanation."""

import textwrap
from collections.abc import Sequence

from rnnapps.text_table import table

from .paired_comparison import LABELS, LEVEL
from .score import FEW_SENTENCES

WIDTH = 100


def report(scores: dict) -> str:
    """Each metric of the model beside its interval and the baseline, where they are known, and the signatures.

    Args:
        scores: what `score` or `score_in_detail` gave, and under "baseline" what `score_baseline` gave.
    """
    header, rows = ["", "score"], [[label, _two(scores[metric]["score"])] for metric, label in LABELS.items()]
    if "interval" in scores["bleu"]:
        header.append("95 % interval")
        for metric, row in zip(LABELS, rows, strict=True):
            row.append(_range(scores[metric]["interval"]))
    if baseline := scores.get("baseline"):
        header.append("baseline")
        for metric, row in zip(LABELS, rows, strict=True):
            row.append(_two(baseline[metric]["score"]))
    if "length_ratio" in scores:
        rows.append(["length ratio", f"{scores['length_ratio']:.3f}", *[""] * (len(header) - 2)])
        if baseline:
            rows[-1][-1] = f"{baseline['length_ratio']:.3f}" if "length_ratio" in baseline else ""
    lines = [table(header, rows), ""]
    if "equal_to_reference" in scores:
        lines.append(f"{scores['equal_to_reference']:,} translations equal their reference")
    if baseline:
        lines.append("baseline: copying the translation of the nearest training sentence")
    return "\n".join([*lines, *_signatures(scores)])


def full_report(scores: dict) -> str:
    """`report` of one system, then BLEU by sentence length and the best and worst sentences."""
    classes = [
        [row["words"], f"{row['sentences']:,}", _two(row["bleu"]), _range(row["interval"]) if row["interval"] else "*"]
        for row in scores["by_length"]
    ]
    parts = [
        f"{scores['name']}\n{_where(scores)}",
        report(scores),
        "BLEU by words in the source sentence\n"
        + table(["words", "sentences", "BLEU", "95 % interval"], classes)
        + _few(scores["by_length"]),
    ]
    for side in ("best", "worst"):
        if scores[side]:
            parts.append(f"{side.capitalize()} sentences, by chrF\n" + "\n".join(map(_sentence, scores[side])))
    return "\n\n".join(parts)


def comparison_report(figures: dict) -> str:
    """Two systems side by side, the verdicts, BLEU by length, and where they differ most."""
    a, b = figures["systems"]
    alike = f"{figures['same_translations']:,} of them translated alike"
    title = f"A  {a['name']}\nB  {b['name']}\n{_where(figures)}, {alike}"
    rows = []
    for metric, label in LABELS.items():
        found = figures["difference"][metric]
        row = [label]
        for system in (a, b):
            row += [_two(system[metric]["score"]), _range(system[metric]["interval"])]
        rows.append([*row, f"{found['difference']:+.2f}", _range(found["interval"], "+"), f"{found['p_value']:.3f}"])
    ratios = [a["length_ratio"], b["length_ratio"]]
    rows.append(["length ratio", f"{ratios[0]:.3f}", "", f"{ratios[1]:.3f}", "", f"{ratios[1] - ratios[0]:+.3f}"])
    rows[-1] += ["", ""]
    header = ["", "A", "95 % interval", "B", "95 % interval", "B - A", "95 % interval", "p"]
    verdicts = [found["verdict"] for found in figures["difference"].values()]
    method = (
        f"p: two-sided, paired {figures['test']}, {figures['resamples']:,} resamples; a difference counts where p is "
        f"below {LEVEL:g}. It holds for other sentences like these, not for training again with another seed."
    )
    classes = []
    for row in figures["by_length"]:
        before, after = row["bleu"]
        scores = [_two(before), _two(after), f"{after - before:+.2f}"]
        classes.append([row["words"], f"{row['sentences']:,}", *scores, _mark(row)])
    parts = [
        title,
        table(header, rows),
        "\n".join(verdicts),
        "\n".join([*textwrap.wrap(method, WIDTH), *_signatures(a)]),
        "BLEU by words in the source sentence\n"
        + table(["words", "sentences", "A", "B", "B - A", ""], classes)
        + _few(figures["by_length"]),
    ]
    for side, better in (("gained", "B"), ("lost", "A")):
        if figures[side]:
            parts.append(f"Where {better} is better by most chrF\n" + "\n".join(map(_two_translations, figures[side])))
    return "\n\n".join(parts)


def _sentence(found: dict) -> str:
    texts = {"source": found["source"], "translation": found["translation"], "reference": found["reference"]}
    return _texts(f"{found['chrf']:5.1f}", found, texts)


def _two_translations(found: dict) -> str:
    a, b = found["translations"]
    texts = {"source": found["source"], "A": a, "B": b, "reference": found["reference"]}
    before, after = found["chrf"]
    return _texts(f"{after - before:+6.1f}", found, texts)


def _texts(score: str, found: dict, texts: dict[str, str]) -> str:
    margin = " " * len(score)
    lines = []
    for index, (label, text) in enumerate(texts.items()):
        start = f"{margin if index else score}  {label:<11}  "
        lines += textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [
            start.rstrip()
        ]
    return "\n".join(lines)


def _signatures(scores: dict) -> list[str]:
    return [f"{label}  {scores[metric]['signature']}" for metric, label in LABELS.items()]


def _where(figures: dict) -> str:
    decoding = "".join(f", {name} {value:g}" for name, value in figures.get("decoding", {}).items())
    return f"{_sentences(figures['sentences'])}, {figures['data']}{decoding}"


def _two(value: float) -> str:
    return f"{value:.2f}"


def _range(interval: Sequence[float], sign: str = "") -> str:
    low, high = interval
    return f"[{low:{sign}.2f}, {high:{sign}.2f}]"


def _sentences(number: int) -> str:
    return "1 sentence" if number == 1 else f"{number:,} sentences"


def _mark(row: dict) -> str:
    return "*" if row["few"] else ""


def _few(classes: Sequence[dict]) -> str:
    if not any(row["few"] for row in classes):
        return ""
    return f"\n* fewer than {FEW_SENTENCES} sentences, too few to tell"
