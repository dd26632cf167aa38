"""What an application has to say of a run: for its report, and for setting runs side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

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

    def __str__(self) -> str:
        return f"{self.value:,.{self.digits}f}{self.unit}"


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
        scored_on: what `results` were measured on; runs with another cannot be compared.
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
    curves: Mapping[str, str] = field(default_factory=dict)
    captions: Mapping[str, str] = field(default_factory=dict)


def contents_of(folder: RunFolder, declare: Callable[[RunFolder], Contents]) -> Contents:
    """What an application's `declare` says of a run.

    Raises:
        ValueError: the run has not ended, or its metrics.json is damaged or of another version.
    """
    try:
        return declare(folder)
    except (LookupError, TypeError, AttributeError) as error:
        message = (
            f"{folder.metrics}: does not hold what a report needs ({error!r}); it is damaged or of another version"
        )
        raise ValueError(message) from None
