"""What recordings are like and what is wrong with them, before any time is spent on training."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

from rnnapps.command_line import BadInput, reading_input

from .config import SpeechConfig

SHOWN = 10


def check(config: SpeechConfig, report: str | None = None) -> None:
    """Checks recordings and their texts; exit code 2 where something is wrong with them.

    Args:
        config: every option, as for training.
        report: file to write all faults to, as a table with tabs between columns; what is printed is all errors, and
            the first warnings and notes of each kind.
    """
    from .corpus_faults import check_corpus, in_one_line
    from .data import list_corpus
    from .describe_corpus import describe_corpus
    from .resolve_options import resolve_options
    from .units import build_units

    with reading_input():
        corpus = list_corpus(config.data)
        print("\n".join(corpus.report), flush=True)
        config = resolve_options(config, corpus)
        units = build_units(config, corpus.training)
        checked = check_corpus(corpus, units, config)
    print("\n".join(["", *describe_corpus(checked, units, config), *_listed(checked.faults)]))
    if report is not None:
        with reading_input():
            write_faults(checked.faults, report)
        print(f"\nall faults: {report}")
    errors, warnings, notes = (checked.of(level) for level in ("error", "warning", "note"))
    if errors or warnings:
        counts = f"{_counted(len(errors), 'error')} and {_counted(len(warnings), 'warning')}"
        refused = "training refuses errors" if errors else "training would go on"
        raise BadInput(f"{counts} ({refused}): {in_one_line(errors or warnings)}")
    print("\nnothing that training would refuse" + (f"; {_counted(len(notes), 'note')} above" if notes else ""))


def write_faults(faults, path: str | Path) -> None:
    """Writes a line for each fault: level, kind, side, recording, what is wrong."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(["level", "kind", "side", "recording", "message"])
        table.writerows([fault.level, fault.kind, fault.side, fault.name, fault.message] for fault in faults)


def _listed(faults) -> Iterator[str]:
    """The faults kind by kind: how many, and which."""
    for (level, kind), group in itertools.groupby(faults, key=lambda fault: (fault.level, fault.kind)):
        found = list(group)
        shown = len(found) if level == "error" else SHOWN
        yield f"\n{level} {kind}: {len(found):,}"
        yield from (f"  {fault.message}" for fault in found[:shown])
        if len(found) > shown:
            yield f"  and {len(found) - shown:,} more; --report FILE writes all"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
