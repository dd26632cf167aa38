"""What a table holds and what is wrong with it, before any time is spent on training."""

from __future__ import annotations

from rnnapps.command_line import BadInput, reading_input

from .config import StockConfig
from .run_folder import RunFolder


def check(config: StockConfig, audit: bool = False, run: str | None = None) -> None:
    """Checks a table of prices or other series; exit code 2 where training would refuse it.

    Args:
        config: every option, as for training.
        audit: corrupt every value after each cut-off too, and see whether anything before it changes.
        run: path or name of a run whose options are taken, all others ignored, and whose network is audited.
    """
    from rnnapps.series.describe_panel import describe_panel
    from rnnapps.series.reading import written

    from .data import advised, find_problems, read_data, read_files, split

    if run is not None:
        with reading_input():
            config = RunFolder.open(run).config()
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
        _audit(config, data.panel, run)
    print("no problem that training would refuse")


def _audit(config: StockConfig, panel, run: str | None) -> None:
    from .audit import audit_application, excerpt
    from .audit_steps import Steps
    from .export import load_trained

    with reading_input():
        trained = None if run is None else load_trained(RunFolder.open(run))
    config, few = excerpt(config, panel)
    findings = audit_application(config, few, Steps(config, few, trained))
    print("\n".join(map(str, findings)))
    if failed := [finding for finding in findings if not finding.passed]:
        raise BadInput(f"the audit failed: {failed[0]}")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
