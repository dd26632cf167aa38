"""The training of one trial, and what is kept of it."""

from __future__ import annotations

import csv
import gc
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnnapps.training import DecodedMetric, write_atomically
from rnnapps.tuning.median_rule import MedianRule
from rnnapps.tuning.options import TuningOptions
from rnnapps.tuning.search_folder import SearchFolder
from rnnapps.tuning.space import Space
from rnnapps.tuning.tunable import HeldOut, Objective, Trial, Tunable

# Anything else is a mistake of ours or of the machine, and no property of a configuration.
CANNOT_BE_TRAINED = (ValueError, tf.errors.ResourceExhaustedError)


@dataclass(frozen=True)
class TrialRunner:
    """Trains configurations in folders of a search.

    Fields:
        application: whose they are.
        space: of the search.
        options: of the search.
        objective: of the search.
        folder: of the search.
        data: what `application.read` gave.
    """

    application: Tunable
    space: Space
    options: TuningOptions
    objective: Objective
    folder: SearchFolder
    data: Any

    def train(self, name: str, values: Mapping[str, Any], until: int | None = None, prune: bool = True) -> float:
        """Trains a configuration in the folder of the trial `name`, where it goes on if it was begun, and notes what
        became of it in outcome.json.

        Args:
            name: of the trial.
            values: of the options that vary.
            until: epochs after which it pauses; None for all.
            prune: whether the median rule, if the options ask for it, may end it.
        Returns:
            the objective.
        Raises:
            CANNOT_BE_TRAINED: the configuration cannot.
        """
        path, config = self.folder.trial(name), self.space.config(values)
        rules: list[MedianRule] = []

        def prunes(run: Path, best: DecodedMetric) -> list[MedianRule]:
            others = [done / run.relative_to(path) / "history.csv" for done in self.folder.finished_trials]
            others = [other for other in others if path not in other.parents]
            rules.append(MedianRule(best.name, best.mode, others, self.options.pruning_epochs))
            return rules[-1:]

        # The start is trained to its end: the best is compared with it.
        prune = prune and values != self.space.start
        pruned = prune and self.options.tuner != "hyperband" and self.options.pruning == "median"
        try:
            value = float(self.application.validate(config, self.data, Trial(path, until, prunes if pruned else None)))
            if value != value:
                raise ValueError(f"{self.objective.name} is not a number; the learning rate may be too high")
        except CANNOT_BE_TRAINED as error:
            _note(path, {"state": "failed", "message": " ".join(str(error).split())})
            raise
        finally:
            free()
        paused = until is not None and until < self.space.base.train.epochs
        state = "pruned" if any(rule.ended for rule in rules) else "paused" if paused else "trained"
        _note(path, {"value": value, "state": state})
        return value

    def test(self, name: str, values: Mapping[str, Any]) -> HeldOut:
        """The test side under the training in the folder of the trial `name`, which has been trained to its end."""
        try:
            return self.application.test(self.space.config(values), self.data, Trial(self.folder.trial(name)))
        finally:
            free()


def free() -> None:
    """Gives back the graphs and variables of models that nothing refers to any more."""
    keras.backend.clear_session()
    gc.collect()


def _note(path: Path, outcome: dict[str, Any]) -> None:
    epochs, seconds = 0, 0.0
    for file in path.rglob("history.csv"):  # one for each stretch of dates, where there are several
        with file.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        epochs, seconds = max(epochs, len(rows)), seconds + sum(float(row["seconds"]) for row in rows)
    text = json.dumps(outcome | {"epochs": epochs, "seconds": round(seconds, 2)}, indent=2) + "\n"
    write_atomically(path / "outcome.json", lambda file: file.write(text.encode("utf-8")))
