"""What an application has to say of a run: for its report, and for setting runs side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rnnapps.run_folder import RunFolder


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Fields:
        title: what it is.
        header: of the columns; the first column names the rows.
        rows: cells as they are to be read.
        note: below it.
        strong: first cell of the row that the others are compared with, such as "model".
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    strong: str = ""

    def __post_init__(self):
        if wrong := [row for row in self.rows if len(row) != len(self.header)]:
            raise ValueError(f"{self.title}: {len(self.header)} columns, but a row has {len(wrong[0])}: {wrong[0]}")


@dataclass(frozen=True)
class Result:
    """A figure by which runs are compared.

    Fields:
        value: of the run.
        better: which way is better.
        digits: after the point.
        unit: behind the number.
    """

    value: float
    better: Literal["higher", "lower", "neither"]
    digits: int = 2
    unit: str = ""

    def __post_init__(self):
        math.isfinite(self.value)  # a TypeError for what is no number

    def __str__(self) -> str:
        return "not a number" if math.isnan(self.value) else f"{self.value:,.{self.digits}f}{self.unit}"


@dataclass(frozen=True)
class Contents:
    """What the report of a run holds beyond what every run has.

    Fields:
        kind: what the run trained: "Translator".
        verdict: how good it is, in sentences, the most important first.
        scores: tables of scores, baselines among the rows.
        data: tables of what it was trained on.
        sources: name of the data and its licence, as sentences.
        results: name -> figure that runs are compared by.
        scored_on: what `results` were measured on, in words.
        scored_data: `rnnapps.digest` of exactly that; runs with another cannot be compared. None where it is not known.
        later: version of the SavedModel after the first, which is what was scored -> how it came about, as the end of
            the sentence "Version 2, the latest, ...".
        curves: metric of the history -> what it is, where its name does not say.
        captions: pattern of a plot's file name -> what it shows, in the order in which they come.
    """

    kind: str
    verdict: Sequence[str]
    scores: Sequence[Table]
    data: Sequence[Table]
    sources: Sequence[str]
    results: Mapping[str, Result]
    scored_on: str
    scored_data: str | None
    later: Mapping[int, str] = field(default_factory=dict)
    curves: Mapping[str, str] = field(default_factory=dict)
    captions: Mapping[str, str] = field(default_factory=dict)


class DamagedRun(ValueError):
    """A file of a run that cannot be used; the message names it."""


def contents_of(folder: RunFolder) -> Contents:
    """What an application says of a run of its own.

    Raises:
        ValueError: the run is another application's, or has not ended, or its metrics.json is damaged or of another
            version.
    """
    folder.config()
    if not folder.read_metrics():
        raise ValueError(f"{folder.path}: has no {folder.metrics.name}: finish its training with train --resume")
    with reading_metrics(folder):
        return folder.contents()


@contextmanager
def reading_metrics(folder: RunFolder) -> Iterator[None]:
    """What is missing in metrics.json, or is not what it should be, becomes one line that names the file."""
    try:
        yield
    except DamagedRun:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise DamagedRun(
            f"{folder.metrics}: does not hold what a report needs ({error!r}); it is damaged or of another version"
        ) from None
