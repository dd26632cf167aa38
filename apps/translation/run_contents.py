"""What there is to say of a translator's run: for its report, and beside other runs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from rnnapps.digest import digest
from rnnapps.report import Contents, DamagedRun, Example, Result, Table, load_examples, save_examples

from .run_folder import RunFolder
from .score import best_and_worst, count

LABELS = {"bleu": "BLEU", "chrf": "chrF"}
BASELINE = "copying the nearest training sentence's translation"
SIDES = ("training", "validation", "test")
FIGURES = {"pairs": "pairs", "copies": "exact copies of an earlier pair"}
LENGTHS = ("median", "95 % have at most", "longest")
CURVES = {"bleu": "BLEU", "chrf": "chrF", "token accuracy": "share of tokens right"}


def run_contents(folder: RunFolder) -> Contents:
    """Of a run that has ended."""
    metrics = folder.read_metrics()
    test, data = metrics["test"], metrics["data"]
    baseline = test.get("baseline", {})
    methods = {"model": test} | ({BASELINE: baseline} if baseline else {})
    scores = Table(
        f"{test['sentences']:,} held-out sentences",
        ("", *LABELS.values(), "length ratio"),
        [
            [name, *(f"{of[metric]['score']:.2f}" for metric in LABELS), f"{of.get('length_ratio', 0):.3f}"]
            for name, of in methods.items()
        ],
        note="Higher is better, 100 is the reference itself. " + "; ".join(test[m]["signature"] for m in LABELS),
        strong="model",
    )
    return Contents(
        kind="Translator",
        verdict=_verdict(test, baseline),
        scores=[scores],
        data=_data(folder, data),
        sources=[f"{data['name']}.", f"Licence: {data['licence']}"],
        results={label: Result(test[metric]["score"], "higher") for metric, label in LABELS.items()}
        | ({"BLEU: baseline": Result(baseline["bleu"]["score"], "neither")} if baseline else {})
        | {"parameters": Result(metrics["parameters"], "neither", digits=0)},
        scored_on=f"{test['sentences']:,} test sentences of {data['name']}",
        scored_data=metrics.get("scored_data"),
        curves=CURVES,
    )


def scored_data(pairs) -> str:
    """The same for the same sentences with the same references."""
    return digest([pairs.source, pairs.target])


def save_example_sentences(folder: RunFolder, pairs, translations: Sequence[str]) -> None:
    """Keeps the best and the worst translations of the test side for the report."""
    found = best_and_worst(pairs, translations, count(translations, pairs.target))
    groups = {
        side: [
            Example(f"chrF {one['chrf']:.1f}", {name: one[name] for name in ("source", "translation", "reference")})
            for one in found[side]
        ]
        for side in ("worst", "best")
    }
    save_examples(folder, **groups)


def well_translated(folder: RunFolder) -> str:
    """A test sentence that the run translates best, as far as that was kept."""
    from .data import read_corpus

    best = load_examples(folder).get("best")
    return best[0].texts["source"] if best else read_corpus(folder.config().data).test.source[0]


def _verdict(test: dict, baseline: dict) -> list[str]:
    score = test["bleu"]["score"]
    if math.isnan(score):
        return ["BLEU is not a number, so it cannot be compared with anything."]
    if not baseline:
        return [f"BLEU {score:.2f}; there is no baseline beside it."]
    copied = baseline["bleu"]["score"]
    if score > copied:
        return [f"BLEU {score:.2f}, {score - copied:.2f} above {BASELINE}."]
    return [f"BLEU {score:.2f}, no better than {BASELINE} ({copied:.2f}): train longer, or on more pairs."]


def _data(folder: RunFolder, data: dict) -> list[Table]:
    file = folder.path / "data_report.json"
    if not file.is_file():
        rows = [["pairs", *(f"{data['pairs'][side]:,}" for side in SIDES)]]
        return [Table("Sentence pairs", ("", *SIDES), rows)]
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        sides = [found["sides"][side] for side in SIDES]
        rows = [[label, *(f"{side[name]:,}" for side in sides)] for name, label in FIGURES.items()]
        for language in ("source", "target"):
            for place, label in enumerate(LENGTHS):
                rows.append([f"{language} words: {label}", *(f"{side['words'][language][place]:,}" for side in sides)])
            rows.append([f"{language}: unknown tokens", *(f"{side['unknown'][language]:.2%}" for side in sides)])
        known = [side["in_training"] for side in sides]
        rows.append(
            ["source sentences in training too", *("" if one is None else f"{one['source']:,}" for one in known)]
        )
        return [Table("Sentence pairs", ("", *SIDES), rows, note=" ".join(f"{line}." for line in found["warnings"]))]
    except (ValueError, LookupError, TypeError) as error:
        raise DamagedRun(f"{file}: damaged ({error})") from None
