"""Options of training that all applications have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within


@dataclass(frozen=True)
class TrainingOptions:
    """What the training of any application can be told; an application's own section extends it.

    Args:
        epochs: passes over the training side, at most.
        optimizer: how the weights follow the gradient; adamw with `weight_decay`.
        weight_decay: share of each weight taken off per step and unit of learning rate; adamw only.
        learning_rate: the optimizer's highest learning rate.
        schedule: how the rate changes per step after the warm-up, over the steps of all `epochs`.
        warmup_steps: steps in which the rate rises linearly from 0.
        clip_norm: largest global norm of the gradient, over all weights together; 0 does not clip.
        evaluate_every: epochs between two measurements of the validation side; the last epoch is always measured.
        patience: measurements without a better one before stopping; 0 never stops early.
        min_delta: how much better a measurement must be.
        max_minutes: minutes of training, validation included and over all resumes, after which it ends with the step
            at hand; the test side, plots and export follow. The schedule does not know of it: it goes by steps, so
            set `epochs` to what fits. 0 is no limit.
        averaging: what is validated, saved and exported: none, the weights of the best epoch; ema, a moving average
            of the weights over steps; last, the mean of the last epochs' weights if that is better than the best
            epoch.
        ema_decay: of the moving average per step, in (0, 1); 0.99 looks back about 100 steps, and early in training
            over a ninth of the steps so far.
        average_last: epochs that averaging last takes the mean of.
        checkpoint_every: steps between two checkpoints; one is also written at every epoch's end.
        keep_checkpoints: how many of the latest checkpoints are kept.
        seed: of weights, dropout, the order of batches and whatever else is drawn.
        strategy: over what every batch is divided: none, one device; mirrored, all devices of this machine;
            multiworker, the processes that the environment variable TF_CONFIG names, one for each device or machine.
            A resumed run goes on over what is given then.
            Loss and weights are those of one device, to rounding; dropout draws other numbers.
        tensorboard: also write the figures of every epoch as TensorBoard reads them, into the folder tensorboard/ of
            the run; look at them with: tensorboard --logdir RUN/tensorboard
    """

    epochs: int = 20
    optimizer: Literal["adam", "adamw", "nadam"] = "adam"
    weight_decay: float = 0.01
    learning_rate: float = 1e-3
    schedule: Literal["constant", "inverse_sqrt", "cosine", "exponential"] = "cosine"
    warmup_steps: int = 100
    clip_norm: float = 1.0
    evaluate_every: int = 1
    patience: int = 5
    min_delta: float = 0.0
    max_minutes: float = 0.0
    averaging: Literal["none", "ema", "last"] = "ema"
    ema_decay: float = 0.99
    average_last: int = 5
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    seed: int = 1
    strategy: Literal["none", "mirrored", "multiworker"] = "none"
    tensorboard: bool = False

    def __post_init__(self):
        one_of(self, "train", "optimizer", ("adam", "adamw", "nadam"))
        one_of(self, "train", "schedule", ("constant", "inverse_sqrt", "cosine", "exponential"))
        one_of(self, "train", "averaging", ("none", "ema", "last"))
        one_of(self, "train", "strategy", ("none", "mirrored", "multiworker"))
        for name in ("epochs", "evaluate_every", "checkpoint_every", "keep_checkpoints"):
            within(self, "train", name, least=1)
        for name in ("warmup_steps", "patience", "seed", "clip_norm", "weight_decay", "min_delta", "max_minutes"):
            within(self, "train", name, least=0)
        within(self, "train", "learning_rate", above=0)
        within(self, "train", "ema_decay", above=0, below=1)
        within(self, "train", "average_last", least=2)
