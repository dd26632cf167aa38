"""The data report as a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .line_numbers import listed

if TYPE_CHECKING:
    from .data_report import DataReport, SideReport

LANGUAGES = ("source", "target")
TOKENISED = 5_000  # tokenising more would take longer than it would tell
LABEL, COLUMN = 52, 16


def report_lines(report: DataReport) -> list[str]:
    """The report as lines of text of at most about 100 characters, file names aside."""
    lines = [f"Data report: {report.name}", *_table(report)]
    if report.warnings:
        lines += ["", "Warnings", *(f"  {warning}" for warning in report.warnings)]
    doubtful = [line for name, side in report.sides.items() for line in _findings(name, side)]
    if doubtful:
        lines += ["", "Pairs to look at (all are used as they are; data_report.json lists every line)", *doubtful]
    return lines


def _table(report: DataReport) -> Iterator[str]:
    sides = list(report.sides.values())

    def row(label: str, value: Callable[[SideReport], str]) -> str:
        return f"  {label:<{LABEL - 2}}" + "".join(f"{value(side):>{COLUMN}}" for side in sides)

    def rows(value: Callable[[SideReport, str], str], keys=LANGUAGES) -> Iterator[str]:
        for key in keys:
            yield row(key, lambda side, key=key: value(side, key))

    def heading(text: str) -> str:
        return f"{text:<{LABEL}}"

    yield heading("(source: what is translated, target: into what)") + "".join(
        f"{name:>{COLUMN}}" for name in report.sides
    )
    yield row("pairs", lambda side: f"{side.pairs:,}")
    yield row("  different source sentences", lambda side: f"{side.different['source']:,}")
    yield row("  different target sentences", lambda side: f"{side.different['target']:,}")
    yield row("  exact copies of an earlier pair", lambda side: f"{side.copies:,}")
    yield row("  known source, another translation", lambda side: f"{side.other_translations:,}")
    yield "words per sentence: median / 95 % have at most / longest"
    yield from rows(lambda side, key: _spread(side.words[key]))
    yield f"tokens per sentence, on up to {TOKENISED:,} pairs of a side: median / 95 % have at most / longest"
    yield from rows(lambda side, key: _spread(side.tokens[key]))
    yield "sentences that are in training too; above 0, scores are too good"
    yield from rows(lambda side, key: _or_dash(side.in_training, key, "{:,}"), (*LANGUAGES, "pairs"))
    yield "words that training never shows (out of vocabulary), of all words"
    yield from rows(lambda side, key: _or_dash(side.new_words, key, "{:.1%}"))
    yield "unknown tokens: characters that the vocabulary lacks, of all tokens"
    yield from rows(lambda side, key: f"{side.unknown[key]:.2%}")


def _findings(name: str, side: SideReport) -> Iterator[str]:
    if not side.findings:
        return
    yield f"  {name}: {side.files}"
    for what, lines in zip(side.findings, side.lines, strict=True):
        yield f"    {len(lines):>6,}  {what}: {listed(lines)}"


def _spread(lengths: tuple[int, int, int]) -> str:
    return " / ".join(f"{length:,}" for length in lengths)


def _or_dash(values: dict | None, key: str, form: str) -> str:
    return "-" if values is None else form.format(values[key])
