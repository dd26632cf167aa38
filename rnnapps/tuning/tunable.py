"""What an application declares so that its configurations can be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rnnapps.config_sections import ConfigSections
from rnnapps.search_space import Values

if TYPE_CHECKING:
    import keras

    from rnnapps.run_folder import RunFolder
    from rnnapps.training import DecodedMetric


@dataclass(frozen=True)
class Objective:
    """The figure that trials are compared by.

    Fields:
        name: such as "bleu".
        direction: "max" where greater is better, "min" where smaller is.
        told: what it is called in reports, with its unit.
        alike: what else must be the same where two of its values are compared.
    """

    name: str
    direction: str
    told: str
    alike: str = ""

    def better(self, a: float, b: float) -> bool:
        """Whether `a` is better than `b`."""
        return a > b if self.direction == "max" else a < b


@dataclass(frozen=True)
class HeldOut:
    """What the test side says about one training, in rows that add up, so that two trainings can be paired.

    Fields:
        counts: (N, K), a row for each sentence, recording or stretch of dates.
        score: (K,) sum of rows -> the objective.
        rows: what a row is, for the report: "sentences".
        unseen: whether neither training nor search has seen them.
    """

    counts: np.ndarray
    score: Callable[[np.ndarray], float]
    rows: str
    unseen: bool = True

    @property
    def value(self) -> float:
        """The objective of the whole side."""
        return float(self.score(self.counts.sum(0)))


@dataclass(frozen=True)
class Trial:
    """The training of one configuration, as an application is asked for it.

    Fields:
        path: folder of the training; begun there before, it goes on.
        until: epochs after which it pauses, or None for all of train.epochs.
        prunes: gives the callbacks that may end it early, from the folder of a run in `path` and what measures it.
    """

    path: Path
    until: int | None = None
    prunes: Callable[[Path, DecodedMetric], Sequence[keras.callbacks.Callback]] | None = None

    def run(self, kind: type[RunFolder], config: ConfigSections, name: str = "run") -> RunFolder:
        """The folder of a run for `config` in `path`, made if it is not there."""
        path = self.path / name
        return kind(path) if path.exists() else kind.create(path, config)

    def fitting(self, folder: RunFolder) -> dict[str, Any]:
        """Further arguments of `fit_with_options` for the training in `folder`."""
        prunes = self.prunes or (lambda *_: ())
        # No gradients: nobody looks at those of dozens of trials, and tracing them takes as long as the training step.
        return {"until": self.until, "callbacks": lambda best: prunes(folder.path, best), "gradients": False}


class Tunable(Protocol):
    """An application whose configurations can be searched.

    Attributes:
        runs: its `RunFolder`, which says where searches are and what a configuration is.
    """

    runs: type[RunFolder]

    def objective(self, config: ConfigSections) -> Objective:
        """What trials are compared by, under these options."""

    def read(self, config: ConfigSections, values: Mapping[str, Values]) -> Any:
        """The data, read once for all trials; what is wrong with it is a ValueError.

        Args:
            config: every option, as the search starts.
            values: those that the options may have which vary, by their names.
        """

    def contents(self, data: Any) -> Iterable[Any]:
        """Arrays and texts that are others when the data are others."""

    def validate(self, config: ConfigSections, data: Any, trial: Trial) -> float:
        """Trains `config` as `train` would and returns the objective on data that training has not seen."""

    def test(self, config: ConfigSections, data: Any, trial: Trial) -> HeldOut:
        """The test side under a training that `validate` has ended."""
