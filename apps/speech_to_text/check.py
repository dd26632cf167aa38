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
        report: file to write all faults to, as a table with tabs between columns; what is printed is the first of
            each kind.
    """
    from .corpus_faults import check_corpus
    from .data import read_corpus
    from .describe_corpus import describe_corpus
    from .units import build_units
    from .with_rate import with_rate

    with reading_input():
        corpus = read_corpus(config.data)
        print("\n".join(corpus.report), flush=True)
        config = with_rate(config, corpus)
        units = build_units(config, corpus.training)
        checked = check_corpus(corpus, units, config)
    print("\n".join(["", *describe_corpus(checked, units, config), *_listed(checked.faults)]))
    if report is not None:
        with reading_input():
            write_faults(checked.faults, report)
        print(f"\nall faults: {report}")
    errors, warnings, notes = (len(checked.of(level)) for level in ("error", "warning", "note"))
    if errors or warnings:
        first = (checked.of("error") or checked.of("warning"))[0]
        refused = "training would refuse the errors" if errors else "training would go on"
        raise BadInput(
            f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')} ({refused}), first: {first.message}"
        )
    print("\nnothing that training would refuse" + (f"; {_counted(notes, 'note')} above" if notes else ""))


def write_faults(faults, path: str | Path) -> None:
    """Writes a line for each fault: level, kind, side, recording, what is wrong."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(["level", "kind", "side", "recording", "message"])
        table.writerows([fault.level, fault.kind, fault.side, fault.name, fault.message] for fault in faults)


def _listed(faults) -> Iterator[str]:
    """The faults kind by kind: how many, and the first of them."""
    for (level, kind), group in itertools.groupby(faults, key=lambda fault: (fault.level, fault.kind)):
        found = list(group)
        yield f"\n{level} {kind}: {len(found):,}"
        yield from (f"  {fault.message}" for fault in found[:SHOWN])
        if len(found) > SHOWN:
            yield f"  and {len(found) - SHOWN:,} more; --report FILE writes all"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
