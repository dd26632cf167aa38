"""Options of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .checks import one_of, within


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained.

    Args:
        epochs: passes over the training pairs, at most.
        tokens_per_batch: positions of the longer side in a batch, padding included: rows x max(S, T).
        learning_rate: Adam's highest learning rate.
        schedule: how the rate changes per step after the warm-up.
        warmup_steps: steps in which the rate rises linearly from 0.
        clip_norm: largest global norm of the gradient, over all weights together; 0 does not clip.
        label_smoothing: share of the probability, in [0, 1), spread over the whole vocabulary.
        metric: what validation decodes for, stops on and keeps the best weights of.
        patience: epochs without a better metric before stopping; 0 never stops early.
        evaluate_every: epochs between two decodings of the validation side.
        checkpoint_every: steps between two checkpoints; one is also written at every epoch's end.
        keep_checkpoints: how many of the latest checkpoints are kept.
        seed: of weights, dropout and the order of batches.
    """

    epochs: int = 16
    tokens_per_batch: int = 1024
    learning_rate: float = 2.5e-3
    schedule: Literal["constant", "inverse_sqrt", "cosine", "exponential"] = "cosine"
    warmup_steps: int = 100
    clip_norm: float = 1.0
    label_smoothing: float = 0.1
    metric: Literal["bleu", "chrf"] = "bleu"
    patience: int = 5
    evaluate_every: int = 1
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    seed: int = 1

    def __post_init__(self):
        one_of(self, "train", "schedule", ("constant", "inverse_sqrt", "cosine", "exponential"))
        one_of(self, "train", "metric", ("bleu", "chrf"))
        for name in ("epochs", "tokens_per_batch", "evaluate_every", "checkpoint_every", "keep_checkpoints"):
            within(self, "train", name, least=1)
        for name in ("warmup_steps", "patience", "seed", "clip_norm"):
            within(self, "train", name, least=0)
        within(self, "train", "learning_rate", above=0)
        within(self, "train", "label_smoothing", least=0, below=1)
