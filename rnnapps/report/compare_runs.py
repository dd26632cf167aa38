"""Several runs side by side: where their options differ, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnapps.report.config_tables import option_values, told
from rnnapps.report.contents import Contents, Result, Table, contents_of
from rnnapps.report.later_version import later_version
from rnnapps.report.page import rendered
from rnnapps.run_folder import RunFolder
from rnnapps.text_table import table

# In the terminal; longer ones would push the columns apart.
LONGEST = 28


@dataclass(frozen=True)
class ComparedRuns:
    """What `compare_runs` found.

    Fields:
        names: of the runs.
        results: a row for each figure, with a star at the best.
        options: a row for each option that differs.
        notes: what a reader must know.
    """

    names: tuple[str, ...]
    results: Table
    options: Table
    notes: tuple[str, ...]

    def text(self) -> str:
        """For a terminal."""
        parts = [_text(one) for one in (self.results, self.options) if one.rows]
        return "\n\n".join([*parts, *self.notes])

    def write(self, path: str | Path) -> Path:
        """Writes the same as a page that needs nothing beside it."""
        from rnnapps.training import write_atomically

        page = rendered("compare", compared=self)
        return write_atomically(Path(path), lambda file: file.write(page.encode("utf-8")))


def compare_runs(folders: Sequence[RunFolder]) -> ComparedRuns:
    """Sets runs of one application side by side.

    Args:
        folders: two or more.
    Raises:
        ValueError: fewer than two runs, the same one twice, or one that has not ended or is damaged.
    """
    if len(folders) < 2:
        raise ValueError(f"name two runs or more to compare, found {len(folders)}")
    paths = [folder.path.resolve() for folder in folders]
    if twice := [path for path in paths if paths.count(path) > 1]:
        raise ValueError(f"{twice[0]}: named twice")
    found = [contents_of(folder) for folder in folders]
    names = _names(paths)
    later = [later_version(folder, one) for folder, one in zip(folders, found, strict=True)]
    notes = [_data_note(names, found), *(f"{name}: {note}" for name, note in zip(names, later, strict=True) if note)]
    return ComparedRuns(names, _results(names, found), _options(names, folders), tuple(notes))


def _results(names: tuple[str, ...], found: Sequence[Contents]) -> Table:
    ranked = found[0].scored_data is not None and len({one.scored_data for one in found}) == 1
    rows = []
    for figure in dict.fromkeys(name for one in found for name in one.results):
        results = [one.results.get(figure) for one in found]
        best = _best(results) if ranked else []
        rows.append([figure, *("-" if one is None else f"{one}{' *' if one in best else ''}" for one in results)])
    starred = any(cell.endswith("*") for row in rows for cell in row)
    return Table("Results", ("", *names), rows, note="* the best; small differences may be chance." if starred else "")


def _best(results: Sequence[Result | None]) -> list[Result]:
    """The best ones, unless all are equal."""
    known = [one for one in results if one is not None and not math.isnan(one.value)]
    if len({str(one) for one in known}) < 2 or known[0].better == "neither":
        return []
    value = (max if known[0].better == "higher" else min)(one.value for one in known)
    return [one for one in known if one.value == value]


def _options(names: tuple[str, ...], folders: Sequence[RunFolder]) -> Table:
    values = [option_values(folder.config()) for folder in folders]
    rows = [
        [option, *(told(of_run[option]) for of_run in values)]
        for option in values[0]
        if any(of_run[option] != values[0][option] for of_run in values[1:])
    ]
    title = f"{len(rows)} options differ" if len(rows) != 1 else "1 option differs"
    return Table(title, ("option", *names), rows)


def _data_note(names: tuple[str, ...], found: Sequence[Contents]) -> str:
    """Whether the figures are of the same data, as far as that is known."""
    first = found[0]
    others = [
        f"{name} on {'others of that description' if one.scored_on == first.scored_on else one.scored_on}"
        for name, one in zip(names[1:], found[1:], strict=True)
        if _differ(first, one)
    ]
    if others:
        return (
            f"The figures are not of the same data: {names[0]} was scored on {first.scored_on}, {', '.join(others)}. "
            "They cannot be compared; evaluate the runs on the same data."
        )
    if unknown := [name for name, one in zip(names, found, strict=True) if one.scored_data is None]:
        return (
            "Whether the figures are of the same data is not known: metrics.json does not say what exactly was scored "
            f"of {', '.join(unknown)}, as training now writes there. Evaluate the runs on the same data."
        )
    return f"All were scored on {first.scored_on}."


def _differ(one: Contents, other: Contents) -> bool:
    if None in (one.scored_data, other.scored_data):
        return one.scored_on != other.scored_on
    return one.scored_data != other.scored_data


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    """As short as tells them apart."""
    for length in (1, 2, 3):
        names = ["/".join(path.parts[-length:]) for path in paths]
        if len(set(names)) == len(names):
            return tuple(names)
    return tuple(map(str, paths))


def _text(one: Table) -> str:
    rows = [[row[0], *_shortened(row[1:])] for row in one.rows]
    header = ["", *_shortened(one.header[1:])]
    return "\n".join(filter(None, [one.title, table(header, rows), one.note]))


def _shortened(cells: Sequence[str]) -> list[str]:
    """Long ones without their middle, for names differ at their ends; whole where that would make two the same."""
    half = LONGEST // 2
    short = [cell if len(cell) <= LONGEST else f"{cell[: half - 1]}…{cell[-half:]}" for cell in cells]
    return short if len(set(short)) == len(set(cells)) else list(cells)
