"""An application without a network, whose best configuration is known: what a search does is seen in milliseconds."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from rnnapps import run_folder
from rnnapps.config_checks import one_of, within
from rnnapps.config_sections import ConfigSections
from rnnapps.search_space import searched
from rnnapps.tuning import HeldOut, Objective


@dataclass(frozen=True)
class ModelConfig:
    """A network that is not there."""

    units: int = searched(32, 16, 128, step=16)
    cell: Literal["gru", "lstm"] = searched("gru", among=("gru", "lstm"))
    segment: int = 1
    dropout: float = 0.0

    def __post_init__(self):
        one_of(self, "model", "cell", ("gru", "lstm"))
        within(self, "model", "units", least=1)
        within(self, "model", "dropout", least=0, below=1)
        if self.units % self.segment:
            raise ValueError(f"model.units: {self.units} is not a multiple of model.segment {self.segment}")


@dataclass(frozen=True)
class TrainConfig:
    """Its training."""

    epochs: int = 9
    learning_rate: float = searched(1e-3, 1e-4, 1e-1, log=True)


@dataclass(frozen=True)
class DataConfig:
    """Data that are not there."""

    fraction: float = 0.1


@dataclass(frozen=True)
class MadeConfig(ConfigSections):
    """All options."""

    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    data: DataConfig = field(default_factory=DataConfig)


class MadeRunFolder(run_folder.RunFolder):
    """Of a run that is not there."""

    application = "made"
    product = "nothing"
    configuration = MadeConfig


class MadeApplication:
    """Scores a configuration by a formula: the farther from 80 units and a learning rate of 0.01, the worse.

    Every training leaves a line in `log`, and its epochs in history.csv, where it goes on.

    Args:
        log: file of the lines.
        direction: of the objective.
        data: what is read.
        fails: configurations that cannot be trained, by a function of them.
        gain: of the test side: how much of a difference is found there again.
        worse: what is added to the distance of a configuration after so many epochs.
    """

    runs = MadeRunFolder

    def __init__(self, log: Path, direction="min", data=(1.0, 2.0), fails=lambda config: False, gain=1.0, worse=None):
        self.log, self.direction, self.data, self.fails, self.gain = Path(log), direction, data, fails, gain
        self.worse = worse or (lambda config, epochs: 0.0)

    def objective(self, config):
        return Objective("distance", self.direction, "distance", alike=f"segment {config.model.segment // 8}")

    def read(self, config, values):
        return np.array(self.data)

    def contents(self, data):
        return [data]

    def validate(self, config, data, trial):
        folder = trial.run(self.runs, config)
        before = len(self._epochs(folder))
        until = min(config.train.epochs, trial.until or config.train.epochs)
        with self.log.open("a") as file:
            file.write(json.dumps({"trial": trial.path.name, "from": before, "to": until}) + "\n")
        if self.fails(config):
            raise ValueError(f"model.units: {config.model.units} are too many")
        rows = [{"epoch": epoch + 1, "seconds": 1.0} for epoch in range(until)]
        with folder.history.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["epoch", "seconds"])
            writer.writeheader()
            writer.writerows(rows)
        return self._distance(config) + self.worse(config, until)

    def test(self, config, data, trial):
        rng = np.random.default_rng(config.model.units)
        losses = self.gain * self._distance(config) + rng.normal(scale=0.1, size=40)
        return HeldOut(np.stack([losses, np.ones(40)], 1), lambda total: float(total[0] / total[1]), "sentences")

    def lines(self) -> list[dict]:
        """What was trained, in order."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def _distance(self, config) -> float:
        far = abs(config.model.units - 80) / 16 + abs(np.log10(config.train.learning_rate) + 2)
        return float(far if self.direction == "min" else -far)

    def _epochs(self, folder):
        if not folder.history.is_file():
            return []
        with folder.history.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
