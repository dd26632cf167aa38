"""Options of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within
from rnnapps.search_space import searched
from rnnapps.training_options import TrainingOptions


@dataclass(frozen=True)
class TrainConfig(TrainingOptions):
    """How the network is trained.

    Args:
        patience: measurements without a better metric before stopping; 0 never stops early. Those before the first
            recognised symbol do not count.
        min_delta: how much better the metric must be; error rates are in percent: 1 is one word in a hundred.
        batch_size: recordings in a batch, at most.
        seconds_per_batch: of sound in a batch, padding included, at most: recordings x seconds of the longest. A
            recording that is longer is a batch of its own.
        short_first: the first epoch goes from short recordings to long ones. Until it has found where symbols are, a
            CTC network says nothing at all, and short recordings leave fewer places to look.
        metric: of the validation side, that training stops on and keeps the best weights of: cer or wer, the shares
            of characters and words that are wrong, decoded greedily; loss. Of a keyword head both are the share of
            wrong labels.
        validation_recordings: recordings of the validation side that are measured after an epoch, evenly over it; 0
            takes all.
    """

    epochs: int = 16
    learning_rate: float = searched(2e-3, 5e-4, 1e-2, log=True)
    patience: int = 5
    batch_size: int = 16
    seconds_per_batch: float = 120.0
    short_first: bool = True
    metric: Literal["cer", "wer", "loss"] = "cer"
    validation_recordings: int = 200

    def __post_init__(self):
        super().__post_init__()
        one_of(self, "train", "metric", ("cer", "wer", "loss"))
        within(self, "train", "batch_size", least=1)
        within(self, "train", "seconds_per_batch", above=0)
        within(self, "train", "validation_recordings", least=0)
