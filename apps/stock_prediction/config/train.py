"""Options of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained.

    Args:
        epochs: at most; after each, the validation side is forecast.
        steps_per_epoch: batches in an epoch, of windows drawn at random, each series as often as it has windows; 0
            goes through all windows once. With a number, the time of an epoch does not depend on the number of series.
        batch_size: windows in a batch.
        optimizer: how the weights follow the gradient; adamw with `weight_decay`.
        weight_decay: share of each weight taken off per step and unit of learning rate; adamw only.
        learning_rate: the optimizer's highest learning rate.
        schedule: how the rate changes per step after the warm-up, over the steps of all `epochs`.
        warmup_steps: steps in which the rate rises linearly from 0.
        clip_norm: largest global norm of the gradient, over all weights together; 0 does not clip.
        patience: epochs without a smaller validation loss before stopping; 0 never stops early.
        min_delta: how much smaller the validation loss must be.
        validation_windows: windows of the validation side that its loss is taken of, evenly over it; 0 takes all.
        max_minutes: minutes of training, validation included and over all resumes, after which it ends with the step
            at hand; calibration, test and export follow. The schedule goes by steps and does not know of it. 0 is no
            limit.
        averaging: what is validated, saved and exported: none, the weights of the best epoch; ema, a moving average
            of the weights over steps.
        ema_decay: of the moving average per step, in (0, 1); 0.99 looks back about 100 steps, and early in training
            over a ninth of the steps so far.
        checkpoint_every: steps between two checkpoints; one is also written at every epoch's end.
        keep_checkpoints: how many of the latest checkpoints are kept.
        seed: of weights, dropout and the order of windows.
    """

    epochs: int = 12
    steps_per_epoch: int = 0
    batch_size: int = 128
    optimizer: Literal["adam", "adamw", "nadam"] = "adam"
    weight_decay: float = 0.01
    learning_rate: float = 5e-4
    schedule: Literal["constant", "inverse_sqrt", "cosine", "exponential"] = "cosine"
    warmup_steps: int = 50
    clip_norm: float = 1.0
    patience: int = 4
    min_delta: float = 0.0
    validation_windows: int = 0
    max_minutes: float = 0.0
    averaging: Literal["none", "ema"] = "ema"
    ema_decay: float = 0.99
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    seed: int = 1

    def __post_init__(self):
        one_of(self, "train", "optimizer", ("adam", "adamw", "nadam"))
        one_of(self, "train", "schedule", ("constant", "inverse_sqrt", "cosine", "exponential"))
        one_of(self, "train", "averaging", ("none", "ema"))
        for name in ("epochs", "batch_size", "checkpoint_every", "keep_checkpoints"):
            within(self, "train", name, least=1)
        for name in (
            "steps_per_epoch",
            "warmup_steps",
            "patience",
            "seed",
            "clip_norm",
            "weight_decay",
            "min_delta",
            "validation_windows",
            "max_minutes",
        ):
            within(self, "train", name, least=0)
        within(self, "train", "learning_rate", above=0)
        within(self, "train", "ema_decay", above=0, below=1)
