"""What a table holds and what is wrong with it, before any time is spent on training."""

from __future__ import annotations

from rnnapps.command_line import BadInput, reading_input

from .config import StockConfig


def check(config: StockConfig, audit: bool = False) -> None:
    """Checks a table of prices or other series; exit code 2 where training would refuse it.

    Args:
        config: every option, as for training.
        audit: corrupt every value after each cut-off too, and see whether anything before it changes.
    """
    from rnnapps.series.describe_panel import describe_panel
    from rnnapps.series.reading import written

    from .data import advised, find_problems, read_data, read_files, split

    window, horizon = config.model.window, config.model.horizon
    with reading_input():
        reading = read_files(config.data)
        print("\n".join(describe_panel(reading)))
        problems = find_problems(reading, config.data, window, horizon)
    for problem in problems:
        print(f"problem: {advised(problem)}")
    if problems and config.data.faulty == "stop":
        raise BadInput(f"{_counted(len(problems), 'problem')} that training would refuse, listed above")
    with reading_input():
        data = read_data(config.data, window, horizon)
        sides = split(data.panel, config.data, window, horizon)
    if problems:
        print(f"data.faulty {config.data.faulty}: {data.report[0]}")
    print(f"validation from {written(sides.validation_start)}, test from {written(sides.test_start)}")
    print(", ".join(f"{name} {_counted(len(getattr(sides, name)), 'window')}" for name in sides._fields[:3]))
    if audit:
        _audit(config, data.panel)
    print("no problem that training would refuse")


def _audit(config: StockConfig, panel) -> None:
    from .audit import audit_application, excerpt

    findings = audit_application(*excerpt(config, panel))
    print("\n".join(map(str, findings)))
    if failed := [finding for finding in findings if not finding.passed]:
        raise BadInput(f"the audit failed: {failed[0]}")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
