"""What became of the trials of a search: as rows, as a table and as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnapps.text_table import table
from rnnapps.tuning.search_folder import SearchFolder
from rnnapps.tuning.space import Space
from rnnapps.tuning.tunable import Objective


@dataclass(frozen=True)
class TrialRow:
    """One configuration and what became of it.

    Fields:
        name: of the trial that began it, and of its folder.
        values: of the options that vary.
        value: the objective, or None where it failed.
        epochs: that it was trained for; where it was trained several times, those of the longest.
        seconds: of all its training.
        state: "trained" to its end, "paused" by hyperband, "pruned" by the median rule, "failed", or "unfinished".
        message: why it failed.
    """

    name: str
    values: Mapping[str, Any]
    value: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    state: str = "unfinished"
    message: str = ""


def trial_rows(oracle, folder: SearchFolder, space: Space, objective: Objective) -> list[TrialRow]:
    """All configurations of a search, the best first, those without a value last.

    Args:
        oracle: of the search.
        folder: of the search.
        space: of the search.
        objective: of the search.
    """
    latest = {}
    for trial in sorted(oracle.trials.values(), key=lambda each: each.trial_id):
        latest.setdefault(oracle.first_of(trial), []).append(trial)
    rows = [_row(name, trials, folder, space) for name, trials in latest.items()]
    sign = -1 if objective.direction == "max" else 1
    return sorted(rows, key=lambda row: (row.value is None, sign * (row.value or 0), row.name))


def outcome(folder: Path) -> dict[str, Any]:
    """What the trial in a folder has come to, or nothing if it has not ended."""
    path = folder / "outcome.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def rows_table(rows: Sequence[TrialRow], objective: Objective) -> str:
    """The trials for a terminal."""
    names = list(rows[0].values)
    cells = [[row.name, *(told(row.values[name]) for name in names), *_figures(row)] for row in rows]
    header = ["trial", *(name.partition(".")[2] for name in names), objective.told, "epochs", "seconds", ""]
    return table(header, cells, left=(0, len(header) - 1))


def rows_csv(rows: Sequence[TrialRow], objective: Objective) -> str:
    """The trials as CSV, numbers in full."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = list(rows[0].values)
    writer.writerow(["trial", *names, objective.name, "epochs", "seconds", "state", "message"])
    for row in rows:
        values = [row.values[name] for name in names]
        writer.writerow([row.name, *values, row.value, row.epochs, row.seconds, row.state, row.message])
    return text.getvalue()


def told(value: Any) -> str:
    """A value of an option or an objective for reading."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def figure(value: float) -> str:
    """An objective for reading, with as many digits as those below it.

    >>> figure(0.573), figure(100)
    ('0.5730', '100.0')
    """
    return f"{value:#.4g}"


def _figures(row: TrialRow) -> list[str]:
    value = "" if row.value is None else figure(row.value)
    return [value, str(row.epochs), f"{row.seconds:.0f}", "" if row.state == "trained" else row.state]


def _row(name: str, trials: Sequence, folder: SearchFolder, space: Space) -> TrialRow:
    values = space.rounded(trials[0].hyperparameters.values)
    found = outcome(folder.trial(name))
    known = {key: found[key] for key in ("value", "epochs", "seconds", "state", "message") if key in found}
    if not any(trial.status in ("COMPLETED", "FAILED") for trial in trials):
        known = {}
    return TrialRow(name, values, **known)
