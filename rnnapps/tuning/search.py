"""The search of an application's configurations, from the options to the best of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_sections import ConfigSections
from rnnapps.digest import digest
from rnnapps.tuning.options import TuningOptions
from rnnapps.tuning.roles import role, talking
from rnnapps.tuning.search_folder import SearchFolder
from rnnapps.tuning.space import Space
from rnnapps.tuning.tunable import Objective, Tunable


def search(
    application: Tunable, config: ConfigSections, options: TuningOptions, name: str, show_space: bool = False
) -> dict[str, Any]:
    """Searches the configurations of an application, and says whether the best is better than the one it starts from.

    Args:
        application: what is searched.
        config: every option of a training, as the search starts.
        options: of the search.
        name: of the data, for the folder of a search without a name.
        show_space: only print the space, as a file for `options.space`.
    Returns:
        what results.json holds; nothing where there is no result to tell: of a tuner under a chief, or of `show_space`.
    Raises:
        BadInput: options, files, data or a folder that cannot be used.
    """
    with reading_input():
        space = Space.declared(config) if options.space is None else Space.read(options.space, config)
        if show_space:
            print(space.to_yaml(), end="")
            return {}
        objective = application.objective(config)
        _check_options(config, options, space)
        _check_comparable(application, space, objective)
        folder, part = SearchFolder(_path(application, options, name)), role()
        if part == "tuner":
            folder.wait_for_chief()

    # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
    import tensorflow as tf

    from rnnapps.tuning.conclude import conclude
    from rnnapps.tuning.oracles import has_ended, make_oracle
    from rnnapps.tuning.run_trial import TrialRunner
    from rnnapps.tuning.trial_tuner import TrialTuner

    tf.get_logger().setLevel("ERROR")  # it would warn of many graphs, of which every trial has its own
    with ExitStack() as stack:
        with reading_input():
            data = application.read(config, space.values)
            identity = _identity(application, space, options, objective, digest(application.contents(data)))
            (folder.check if part == "tuner" else folder.claim)(identity)
            stack.enter_context(folder.alone(os.environ["KERASTUNER_TUNER_ID"] if part == "tuner" else None))
        print(f"search folder: {folder.path}", flush=True)
        with _going_on(), talking():
            oracle = make_oracle(space, options, objective.name, objective.direction, config.train.epochs)
            if part == "tuner" and has_ended(oracle, folder.oracle):
                print("the search has ended; the chief tells what was found")
                return {}
            runner = TrialRunner(application, space, options, objective, folder, data)
            tuner = TrialTuner(oracle, runner)
            if oracle.trials:
                print(f"{len(oracle.trials)} trials begun before", flush=True)
            tuner.search()
        if part == "tuner":
            print("no more trials; the chief tells what was found")
            return {}
        with _going_on():
            return conclude(runner, oracle)


def _check_options(config: ConfigSections, options: TuningOptions, space: Space) -> None:
    if (strategy := getattr(config.train, "strategy", "none")) != "none" or "train.strategy" in space.values:
        raise ValueError(
            f"--train.strategy {strategy}: a trial trains on one device; leave it out, and start KerasTuner's "
            "chief and tuners to use more of them"
        )
    if options.tuner != "hyperband":
        return
    if "train.epochs" in space.values:
        raise ValueError("--space: train.epochs is what hyperband gives its trials; take another --tuner")
    if getattr(config.train, "evaluate_every", 1) != 1 or "train.evaluate_every" in space.values:
        raise ValueError("--train.evaluate_every: must be 1 for hyperband, which pauses trials; take another --tuner")


def _check_comparable(application: Tunable, space: Space, objective: Objective) -> None:
    """Raises a ValueError where trials would be judged in different ways."""
    for name, values in space.values.items():
        if name.startswith("data."):
            raise ValueError(f"--space: {name}: the data are read once, for all trials; give it as --{name}")
        for value in values.ends:
            given = space.start | {name: value}
            if space.reason_against(given) is None and application.objective(space.config(given)) != objective:
                raise ValueError(
                    f"--space: {name}: trials with {value} cannot be compared with others; give it as --{name}"
                )


def _path(application: Tunable, options: TuningOptions, name: str) -> Path:
    if options.search is not None:
        return Path(options.search) if os.sep in options.search else application.runs.home() / options.search
    return application.runs.home() / f"tune-{Path(name.replace(':', '-')).name.split('.')[0] or 'data'}"


def _identity(
    application: Tunable, space: Space, options: TuningOptions, objective: Objective, data: str
) -> dict[str, Any]:
    """What must be the same for a search to go on."""
    tuner = {"tuner": options.tuner, "seed": options.seed}
    if options.tuner == "hyperband":
        # The brackets depend on how many there are; the others may go on with more.
        tuner |= {"factor": options.factor, "trials": options.trials}
    else:
        tuner |= {"pruning": options.pruning, "pruning_epochs": options.pruning_epochs}
    return {
        "application": application.runs.application,
        "objective": {"name": objective.name, "direction": objective.direction},
        "data": data,
        "space": space.to_dict(),
        "options": space.base.to_dict(),
        "tuner": tuner,
    }


@contextmanager
def _going_on() -> Iterator[None]:
    """What the disk prevents becomes one line that says how to go on."""
    try:
        yield
    except OSError as error:
        raise BadInput(f"{error}; what was trained is kept: the same command goes on") from error
