"""The end of a search: the best configuration beside the one it started from, said as it is."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from typing import Any

from rnnapps.command_line import BadInput
from rnnapps.significance import paired_bootstrap
from rnnapps.text_table import table
from rnnapps.training import write_atomically
from rnnapps.tuning.plot_trials import plot_trials
from rnnapps.tuning.run_trial import CANNOT_BE_TRAINED, TrialRunner
from rnnapps.tuning.trial_rows import TrialRow, figure, rows_csv, rows_table, told, trial_rows
from rnnapps.tuning.tunable import HeldOut, Objective


def conclude(runner: TrialRunner, oracle) -> dict[str, Any]:
    """Writes best.yaml, results.json, trials.csv and trials.png, and prints what the user reads.

    The best configuration and the one that the search started from are trained to their end, where hyperband had paused
    them, and compared on the validation side; the better one is best.yaml. Both are then scored on the test side, with
    a paired test. Checkpoints and weights of all other trials are deleted.

    Args:
        runner: trains what has been paused.
        oracle: of the search, which has ended.
    Returns:
        what results.json holds.
    Raises:
        BadInput: no trial could be trained.
    """
    folder, objective, space = runner.folder, runner.objective, runner.space
    rows_now = lambda: trial_rows(oracle, folder, space, objective)
    best = _ended(runner, rows_now, lambda row: row.value is not None and row.state != "pruned")
    if best is None:
        raise BadInput(f"{folder.path}: no trial could be trained: {rows_now()[0].message}")
    start = _ended(runner, rows_now, lambda row: row.value is not None and row.values == space.start)
    if start is not None and not objective.better(best.value, start.value):
        best = start
    rows = rows_now()
    _write_text(folder.best, _yaml(runner, best))
    _write_text(folder.table, rows_csv(rows, objective))
    sides = {}
    for row in {row.name: row for row in (start, best) if row is not None}.values():
        print(f"\ntrial {row.name} on the test side", flush=True)
        sides[row.name] = runner.test(row.name, row.values)
    results = _results(rows, best, start, sides, objective)
    _write_text(folder.results, json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    plot_trials(rows, space, objective, folder.plot, best.name, start.name if start else None)
    _tidy(runner, rows, kept=set(sides))
    print(f"\n{rows_table(rows, objective)}\n\n{_report(results, objective)}")
    given_up = f"\nThe search ended early, after failures in a row: {oracle.given_up}\n" if oracle.given_up else ""
    print(f"{given_up}\nbest configuration: {folder.best}    (train --config {folder.best})")
    print(f"trials:             {folder.table}\nplot:               {folder.plot}")
    return results


def _ended(
    runner: TrialRunner, rows_now: Callable[[], list[TrialRow]], asked: Callable[[TrialRow], bool]
) -> TrialRow | None:
    """The best of the rows that are asked for, trained to its end: what leads after few epochs may fall behind."""
    while (row := next(filter(asked, rows_now()), None)) is not None and row.state == "paused":
        print(f"\ntrial {row.name} is trained to its end", flush=True)
        with contextlib.suppress(*CANNOT_BE_TRAINED):  # its row says so
            runner.train(row.name, row.values, prune=False)
    return row


def _results(
    rows: list[TrialRow], best: TrialRow, start: TrialRow | None, sides: dict[str, HeldOut], objective: Objective
) -> dict[str, Any]:
    known = [row for row in rows if row.value is not None]
    results = {
        "objective": objective.name,
        "direction": objective.direction,
        "trials": len(rows),
        "trained": len(known),
        "best": _figures(best, sides),
        "start": _figures(start, sides) if start else None,
        "test_rows": {
            "count": len(sides[best.name].counts),
            "what": sides[best.name].rows,
            "unseen": sides[best.name].unseen,
        },
    }
    if start is None:
        return results | {"verdict": "no start"}
    if best is start:
        return results | {"verdict": "start"}
    first, second = sides[start.name], sides[best.name]
    found = paired_bootstrap(first.counts, second.counts, first.score)
    sure = found.p_value < 0.05
    better = objective.better(second.value, first.value)
    return results | {
        "difference": found.difference,
        "interval": list(found.interval),
        "p_value": found.p_value,
        "verdict": ("better" if better else "worse") if sure else "not shown",
    }


def _figures(row: TrialRow, sides: dict[str, HeldOut]) -> dict[str, Any]:
    return {
        "trial": row.name,
        "values": dict(row.values),
        "validation": row.value,
        "test": sides[row.name].value,
        "epochs": row.epochs,
    }


VERDICTS = {
    "start": "No configuration was better on the validation side than the one that the search started from: best.yaml "
    "is that one.",
    "no start": "The configuration that the search started from cannot be trained: there is nothing to compare with.",
    "better": "The best configuration is better on the test side than the one that the search started from.",
    "worse": "On the test side the best configuration is worse: what it gained on the validation side was chance. Keep "
    "the one that the search started from.",
    "not shown": "On the test side so small a difference may be chance: that the best configuration is better than the "
    "one that the search started from is not shown.",
}


def _report(results: dict[str, Any], objective: Objective) -> str:
    start, best = results["start"], results["best"]
    cells = [
        [name, found["trial"], figure(found["validation"]), figure(found["test"])]
        for name, found in (("start", start), ("best", best))
        if found
    ]
    lines = [table([objective.told, "trial", "validation", "test"], cells), ""]
    if "difference" in results:
        changed = [
            f"  {name} {told(value)} instead of {told(start['values'][name])}"
            for name, value in best["values"].items()
            if value != start["values"][name]
        ]
        low, high = results["interval"]
        count, what = results["test_rows"]["count"], results["test_rows"]["what"]
        lines += ["The best configuration has", *changed, ""]
        lines.append(
            f"Difference on {count:,} {what} of the test side: {results['difference']:+.3g}, 95 % interval {low:+.3g} "
            f"to {high:+.3g}, p = {results['p_value']:.2g} (paired bootstrap)."
        )
    if not results["test_rows"]["unseen"]:
        lines.append("There is no test side: these are what the search chose by, and kinder to the best than others.")
    return "\n".join([*lines, VERDICTS[results["verdict"]]])


def _yaml(runner: TrialRunner, best: TrialRow) -> str:
    import yaml

    return yaml.safe_dump(runner.space.config(best.values).to_dict(), sort_keys=False, allow_unicode=True)


def _tidy(runner: TrialRunner, rows: list[TrialRow], kept: set[str]) -> None:
    """Deletes what takes room and nobody will read."""
    for row in rows:
        if row.name in kept:
            continue
        path = runner.folder.trial(row.name)
        for found in [*path.rglob("checkpoints"), *path.rglob("*.weights.h5")]:
            shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)


def _write_text(path, text: str) -> None:
    write_atomically(path, lambda file: file.write(text.encode("utf-8")))
