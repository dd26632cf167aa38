"""The end of a search: the best configuration beside the one it started from, said as it is."""

from __future__ import annotations

import json
import shutil
from typing import Any

from rnnapps.command_line import BadInput
from rnnapps.significance import paired_bootstrap
from rnnapps.text_table import table
from rnnapps.training import write_atomically
from rnnapps.tuning.plot_trials import plot_trials
from rnnapps.tuning.run_trial import TrialRunner
from rnnapps.tuning.trial_rows import TrialRow, rows_csv, rows_table, told, trial_rows
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
    folder, objective = runner.folder, runner.objective
    rows = trial_rows(oracle, folder, runner.space, objective)
    trained = [row for row in rows if row.value is not None]
    if not trained:
        raise BadInput(f"{folder.path}: no trial could be trained: {rows[0].message}")
    best = next((row for row in trained if row.state != "pruned"), trained[0])
    start = next((row for row in rows if row.values == runner.space.start), None)
    if start is None or start.value is None:
        reason = start.message if start else "it was not tried"
        raise BadInput(f"{folder.path}: the configuration that the search starts from cannot be trained: {reason}")
    for row in {best.name: best, start.name: start}.values():
        if row.state == "paused":
            print(f"\ntrial {row.name} is trained to its end", flush=True)
            runner.train(row.name, row.values, prune=False)
    rows = trial_rows(oracle, folder, runner.space, objective)
    best, start = (next(row for row in rows if row.name == each.name) for each in (best, start))
    if not objective.better(best.value, start.value):
        best = start
    _write_text(folder.best, _yaml(runner, best))
    _write_text(folder.table, rows_csv(rows, objective))
    sides = {row.name: runner.test(row.name, row.values) for row in {start.name: start, best.name: best}.values()}
    results = _results(rows, best, start, sides, objective)
    _write_text(folder.results, json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    plot_trials(rows, runner.space, objective, folder.plot, best.name, start.name)
    _tidy(runner, rows, kept={best.name, start.name})
    print(f"\n{rows_table(rows, objective)}\n\n{_report(results, objective)}")
    given_up = f"\nThe search ended early, after failures in a row: {oracle.given_up}\n" if oracle.given_up else ""
    print(f"{given_up}\nbest configuration: {folder.best}    (train --config {folder.best})")
    print(f"trials:             {folder.table}\nplot:               {folder.plot}")
    return results


def _results(
    rows: list[TrialRow], best: TrialRow, start: TrialRow, sides: dict[str, HeldOut], objective: Objective
) -> dict[str, Any]:
    known = [row for row in rows if row.value is not None]
    results = {
        "objective": objective.name,
        "direction": objective.direction,
        "trials": len(rows),
        "trained": len(known),
        "best": _figures(best, sides),
        "start": _figures(start, sides),
        "test_rows": {
            "count": len(sides[best.name].counts),
            "what": sides[best.name].rows,
            "unseen": sides[best.name].unseen,
        },
    }
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
    "better": "The best configuration is better on the test side than the one that the search started from.",
    "worse": "On the test side the best configuration is worse: what it gained on the validation side was chance. Keep "
    "the one that the search started from.",
    "not shown": "On the test side so small a difference may be chance: that the best configuration is better than the "
    "one that the search started from is not shown.",
}


def _report(results: dict[str, Any], objective: Objective) -> str:
    start, best = results["start"], results["best"]
    cells = [
        [name, found["trial"], f"{found['validation']:.4g}", f"{found['test']:.4g}"]
        for name, found in (("start", start), ("best", best))
    ]
    lines = [table([objective.told, "trial", "validation", "test"], cells), ""]
    changed = [
        f"  {name} {told(value)} instead of {told(start['values'][name])}"
        for name, value in best["values"].items()
        if value != start["values"][name]
    ]
    if "difference" in results:
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
