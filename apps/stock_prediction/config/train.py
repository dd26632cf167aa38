"""Options of training."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.config_checks import within
from rnnapps.search_space import searched
from rnnapps.training_options import TrainingOptions


@dataclass(frozen=True)
class TrainConfig(TrainingOptions):
    """How the network is trained.

    Args:
        epochs: at most; after each, the validation side is forecast.
        patience: measurements without a smaller validation loss before stopping; 0 never stops early.
        min_delta: how much smaller the validation loss must be.
        steps_per_epoch: batches in an epoch, of windows drawn at random, each series as often as it has windows; 0
            goes through all windows once. With a number, the time of an epoch does not depend on the number of series.
        batch_size: windows in a batch.
        validation_windows: windows of the validation side that its loss is taken of, evenly over it; 0 takes all.
    """

    epochs: int = 12
    learning_rate: float = searched(5e-4, 1e-4, 5e-3, log=True)
    warmup_steps: int = 50
    patience: int = 4
    steps_per_epoch: int = 0
    batch_size: int = 128
    validation_windows: int = 0

    def __post_init__(self):
        super().__post_init__()
        within(self, "train", "batch_size", least=1)
        within(self, "train", "steps_per_epoch", least=0)
        within(self, "train", "validation_windows", least=0)
