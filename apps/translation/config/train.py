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
        patience: decodings without a better metric before stopping; 0 never stops early.
        min_delta: how much better, in points of the metric, is better.
        tokens_per_batch: positions of the longer side in a batch, padding included: rows x max(S, T).
        subword_sampling: cut the training sentences into other pieces in every epoch; 0 does not, and is fastest.
            bpe: probability, in [0, 1], of leaving out a merge, such as 0.05; unigram: exponent of a
            segmentation's probability, such as 0.2, the smaller the more varied. Sentences become longer, an epoch
            takes a third more time.
        label_smoothing: share of the probability, in [0, 1), spread over the whole vocabulary.
        scheduled_sampling: share of the decoder's inputs, in [0, 1], that are what it says itself instead of the
            target's own tokens; it rises from 0 in a straight line over the steps of all `epochs`. 0 is plain teacher
            forcing; more costs a second pass of the decoder.
        metric: what validation decodes for, stops on and keeps the best weights of.
        init_from: (also --init_from) name or path of an earlier run to fine-tune: its weights and vocabulary are the
            start. The model section must be the same but for dropout; optimizer and schedule start anew.
    """

    epochs: int = 16
    learning_rate: float = searched(2.5e-3, 5e-4, 1e-2, log=True)
    ema_decay: float = 0.999
    tokens_per_batch: int = 1024
    subword_sampling: float = 0.0
    label_smoothing: float = searched(0.1, 0.0, 0.2)
    scheduled_sampling: float = 0.0
    metric: Literal["bleu", "chrf"] = "bleu"
    init_from: str | None = None

    def __post_init__(self):
        super().__post_init__()
        one_of(self, "train", "metric", ("bleu", "chrf"))
        within(self, "train", "tokens_per_batch", least=1)
        within(self, "train", "subword_sampling", least=0, most=1)
        within(self, "train", "label_smoothing", least=0, below=1)
        within(self, "train", "scheduled_sampling", least=0, most=1)
