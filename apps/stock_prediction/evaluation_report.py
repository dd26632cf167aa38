"""The figures of an evaluation as text; its first lines are the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from rnnapps.text_table import table

from .verdict import RULE, certainty, headline, number, title

WIDTH = 110
LABELS = {"crps": "CRPS", "mae": "MAE", "rmse": "RMSE", "mase": "MASE", "information_coefficient": "IC"}


def short_report(figures: Mapping) -> str:
    """The verdict and one line per method, all lead times together."""
    return "\n\n".join([_heading(figures), _verdict(figures), _methods(figures)])


def full_report(figures: Mapping) -> str:
    """`short_report`, then the verdict per lead time, coverage per lead time, the rule and how it was done."""
    parts = [
        short_report(figures),
        _by_lead_time(figures),
        _directions(figures),
        _coverage(figures),
        "\n".join(line for note in [RULE, *_remarks(figures), *figures["notes"]] for line in _wrapped(note)),
    ]
    return "\n\n".join(part for part in parts if part)


def seeds_report(spread: Mapping) -> str:
    """Mean and standard deviation of each figure over runs that differ in their seed, all lead times together."""
    rows = []
    for name, found in spread["figures"].items():
        key, _, share = name.partition("_")
        label = {"coverage": f"share in {share} %", "width": f"width of {share} %"}.get(key) or LABELS.get(name, name)
        rows.append([label, number(found["mean"]), number(found["deviation"])])
    runs = [
        [run["run"], number(run["pinball"]), number(run["mae"]), run["distribution"], run["point"]]
        for run in spread["runs"]
    ]
    return "\n\n".join(
        [
            f"Spread over {len(spread['runs'])} runs, all lead times together\n"
            + table(["", "mean", "deviation"], rows),
            table(["run", "pinball", "MAE", "distribution", "point"], runs),
        ]
    )


def _heading(figures: Mapping) -> str:
    days = {name: figures[name].removesuffix("T00:00:00").replace("T", " ") for name in ("start", "end")}
    return (
        f"{figures['origins']:,} forecasts of {figures['series']:,} series on "
        f"{figures['dates']:,} dates, {days['start']} to {days['end']}, 1 to {figures['horizon']} rows ahead"
    )


def _verdict(figures: Mapping) -> str:
    lines = ["VERDICT, all lead times together"]
    for line in headline(figures, figures["verdict"]):
        # "p = .05" stays in one piece.
        kept = line.replace("p = ", "p\u00a0=\u00a0").replace(" %", "\u00a0%")
        lines += [part.replace("\u00a0", " ") for part in textwrap.wrap(kept, WIDTH, subsequent_indent=" " * 14)]
    return "\n".join(lines)


def methods_table(figures: Mapping) -> tuple[list[str], list[list[str]]]:
    """Header and a row for each method, all lead times together."""
    shares = _shares(figures)
    header = ["", "pinball", "CRPS", "MAE", "RMSE", "MASE"]
    header += [text for share in shares for text in (f"in {share} %", "width")] + ["direction", "IC"]
    rows = []
    for name, by_step in figures["methods"].items():
        found = by_step["all"]
        row = [title(name), *(_value(found[key]) for key in ("pinball", "crps", "mae", "rmse"))]
        row.append("-" if found["mase"] is None else f"{found['mase']:.3f}")
        for share in shares:
            row += [f"{100 * found[f'coverage_{share}']:.1f} %", _value(found[f"width_{share}"])]
        row += [_percent(found["direction"]), _signed(found["information_coefficient"])]
        rows.append(row)
    up = figures["direction"]["all"]["always_up"]
    rows.append(["always up", *[""] * (len(header) - 3), _percent(up), ""])
    return header, rows


def _methods(figures: Mapping) -> str:
    return f"Methods, all lead times together, errors in {figures['unit']}\n{table(*methods_table(figures))}"


def _by_lead_time(figures: Mapping) -> str:
    return "\n\n".join(
        f"{heading}, by lead time in rows\n{_judged(figures, side, loss, label)}"
        for side, loss, label, heading in (
            ("distribution", "pinball", "pinball", "Distribution"),
            ("point", "absolute", "MAE", "Point, the median"),
        )
        if figures["baselines"]
    )


def _judged(figures: Mapping, side: str, loss: str, label: str) -> str:
    rows = []
    for step in [*map(str, figures["shown"]), "all"]:
        found = figures["verdict"][side][step]
        test = figures["tests"][found["baseline"]][loss][step]
        row = [step, found["verdict"], _value(found["model_loss"]), title(found["baseline"])]
        rows.append([*row, _value(found["baseline_loss"]), f"{found['change']:+.1f} %", _p(test)])
    return table(["ahead", "verdict", label, "best baseline", "its own", "change", "p"], rows, left=(1, 3))


def _directions(figures: Mapping) -> str:
    model = figures["methods"][figures["model"]]
    rows = []
    for step in [*map(str, figures["shown"]), "all"]:
        mine, test = model[step], figures["direction"][step]
        row = [step, figures["verdict"]["direction"][step]["text"].partition(":")[0]]
        row += [_percent(mine["direction"]), _interval(mine["direction_interval"], 100, ".1f")]
        row += [_percent(test["always_up"]), _p(test)]
        row += [_signed(mine["information_coefficient"]), _interval(mine["information_coefficient_interval"], 1, ".3f")]
        rows.append(row)
    header = ["ahead", "direction", "right", "95 % interval", "always up", "p", "IC", "95 % interval"]
    return "Direction of the median, by lead time\n" + table(header, rows, left=(1,))


def _coverage(figures: Mapping) -> str:
    steps = [*map(str, figures["shown"]), "all"]
    rows = []
    for share in _shares(figures):
        for name in _own(figures):
            found = figures["methods"][name]
            cells = [f"{100 * found[step][f'coverage_{share}']:.1f}" for step in steps]
            rows.append([f"{share} % interval, {title(name)}", *cells])
    return "Coverage in percent, by lead time\n" + table(["", *steps], rows) if rows else ""


def _remarks(figures: Mapping) -> list[str]:
    remarks = [
        "Intervals are 95 %, by bootstrap over stretches of dates. Direction: p is that of a difference from the one "
        "direction that came true more often, known in hindsight; an outcome of 0 does not count."
    ]
    judged = 2 * len(figures["shown"])
    if judged > 10:
        remarks.append(f"Of {judged} tests, one in twenty has p < .05 by luck alone; judge by all lead times together.")
    if any(test[step]["few"] for losses in figures["tests"].values() for test in losses.values() for step in test):
        remarks.append("few: fewer than ten stretches of dates without common outcomes, too few for a test.")
    return remarks


def _own(figures: Mapping) -> list[str]:
    return [name for name in figures["methods"] if name not in figures["baselines"]]


def _shares(figures: Mapping) -> list[str]:
    found = figures["methods"][figures["model"]]["all"]
    return [key.partition("_")[2] for key in found if key.startswith("coverage_")]


def _p(test: Mapping) -> str:
    return "few" if test["few"] or test["p_value"] is None else certainty(test).removeprefix("p ").removeprefix("= ")


def _value(value: float) -> str:
    return number(value)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _interval(interval, factor: float, form: str) -> str:
    return "-" if interval is None else "[{}, {}]".format(*(format(factor * bound, form) for bound in interval))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
