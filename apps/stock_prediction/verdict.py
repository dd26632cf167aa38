"""What the figures mean, in words that cannot be misread."""

from __future__ import annotations

from collections.abc import Mapping

# Below this, two-sided, a difference counts.
LEVEL = 0.05
RULE = (
    "Rule: the best baseline is the one with the smallest loss on these very dates. Better or worse needs a "
    "Diebold-Mariano test with p < .05, two-sided, over dates; anything else is no better."
)
UNTOLD = ": not told apart from 0"
MEASURES = {"pinball": ("pinball", "pinball"), "absolute": ("MAE", "mae")}


def verdicts(figures: Mapping) -> dict:
    """Judges the model of a `score`.

    Returns:
        "distribution" and "point" -> lead time ("1", ..., "all") -> {"verdict": better | no better | worse,
        "baseline", "model_loss", "baseline_loss", "change" in percent, "p_value", "text"}; "direction" -> lead time ->
        {"verdict", "text"}.
    """
    steps = [*map(str, figures["shown"]), "all"]
    return {
        "distribution": {step: _judge(figures, "pinball", step) for step in steps},
        "point": {step: _judge(figures, "absolute", step) for step in steps},
        "direction": {step: judge_direction(figures, step) for step in steps},
    }


def _judge(figures: Mapping, loss: str, step: str) -> dict:
    """One loss at one lead time against the baseline that is hardest to beat there."""
    label, measure = MEASURES[loss]
    methods, tests = figures["methods"], figures["tests"]
    if not figures["baselines"]:
        return {"verdict": "no better", "baseline": None, "text": "no better than anything: there is no baseline"}
    best = min(figures["baselines"], key=lambda name: methods[name][step][measure])
    mine, other = (methods[name][step][measure] for name in (figures["model"], best))
    test = tests[best][loss][step]
    change = 100 * (mine / other - 1) if other else 0.0
    verdict = _verdict(test)
    return {
        "verdict": verdict,
        "baseline": best,
        "model_loss": mine,
        "baseline_loss": other,
        "change": change,
        "p_value": test["p_value"],
        "text": f"{verdict} than the best baseline ({title(best)}): {label} {number(mine)} against {number(other)}, "
        f"{round(change, 1) + 0.0:+.1f} %, {certainty(test)}",  # -0.0 is 0
    }


def judge_direction(figures: Mapping, step: str) -> dict:
    """Whether the model knows if it goes up or down, better than a coin and than always saying the same."""
    found, mine = figures["direction"][step], figures["methods"][figures["model"]][step]
    accuracy, always_up = mine["direction"], found["always_up"]
    if accuracy is None:
        return {"verdict": "no better", "text": "no outcome has a direction"}
    interval = mine["direction_interval"]
    said = f"right in {100 * accuracy:.1f} %{_range(interval, 100, '.1f')}, always up in {100 * always_up:.1f} %"
    verdict = _verdict(found)
    above_a_coin = interval is not None and interval[0] > 0.5
    # Beating a bad constant is not enough: a coin must be beaten too.
    if verdict == "better" and not above_a_coin:
        verdict = "no better"
    words = {
        "better": f"better than chance and than always saying {found['always']}",
        "no better": f"no better than always saying {found['always']}" if above_a_coin else "no better than chance",
        "worse": f"worse than always saying {found['always']}",
    }
    return {
        "verdict": verdict,
        "text": f"{words[verdict]}: {said}, {certainty(found)}",
        "accuracy": accuracy,
        "always_up": always_up,
    }


def headline(figures: Mapping, verdict: Mapping) -> list[str]:
    """The lines that a report begins with: all lead times together."""
    lines = [
        f"Distribution: {verdict['distribution']['all']['text']}",
        f"Point:        {verdict['point']['all']['text']}",
        f"Direction:    {verdict['direction']['all']['text']}",
    ]
    mine = figures["methods"][figures["model"]]["all"]
    if mine["information_coefficient"] is not None:
        interval = mine["information_coefficient_interval"]
        zero = (
            "" if interval is None else ": above 0" if interval[0] > 0 else ": below 0" if interval[1] < 0 else UNTOLD
        )
        lines.append(
            f"Ranking:      information coefficient {mine['information_coefficient']:.3f}{_range(interval, 1, '.3f')}"
            f"{zero}"
        )
    return lines


def title(name: str) -> str:
    """A method's name as people write it: ewma_simulation -> EWMA simulation."""
    words = name.replace("_", " ").split()
    return " ".join(word.upper() if word in ("ewma", "garch") else word for word in words)


def number(value: float) -> str:
    """Four significant digits, without an exponent where it can be helped."""
    return f"{value:#.4g}".rstrip(".")


def certainty(test: Mapping) -> str:
    """A p-value as it is written, or why there is none."""
    if test["p_value"] is None or test["few"]:
        return "too few independent dates for a test"
    return f"p {'< .001' if test['p_value'] < 0.001 else '= ' + format(test['p_value'], '.3f').lstrip('0')}"


def _verdict(test: Mapping) -> str:
    if test["few"] or test["p_value"] is None or not test["p_value"] < LEVEL:
        return "no better"
    return "better" if test["difference"] < 0 else "worse"


def _range(interval, factor: float, form: str) -> str:
    if interval is None:
        return ""
    low, high = (format(factor * bound, form) for bound in interval)
    return f" [{low}, {high}]"
