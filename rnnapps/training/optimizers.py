"""Optimizers with the clipping that recurrent networks need."""

from __future__ import annotations

import keras

from rnnapps.training.fused_adam import FusedAdam
from rnnapps.training.schedules import schedule as schedule_by_name

OPTIMIZERS = {
    "adam": FusedAdam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "adadelta": keras.optimizers.Adadelta,
    "adagrad": keras.optimizers.Adagrad,
    "sgd": keras.optimizers.SGD,
}


def optimizer(
    name: str = "adam",
    learning_rate: float = 1e-3,
    *,
    clip_norm: float | None = 1.0,
    schedule: str | keras.optimizers.schedules.LearningRateSchedule = "constant",
    warmup_steps: int = 0,
    decay_steps: int | None = None,
    decay_rate: float = 0.5,
    final_share: float = 0.0,
    **options,
) -> keras.optimizers.Optimizer:
    """An optimizer by name, its gradients clipped by their **global** norm.

    g <- g * min(1, clip_norm / |g|)        |g| over all weights together, so the direction of the step is
    kept

    Keras calls this `global_clipnorm`; its `clipnorm` clips each weight by itself and turns the step.

    Args:
        name: one of adam, adamw, nadam, rmsprop, adadelta, adagrad, sgd.
        learning_rate: float > 0, the peak of the schedule. Default 1e-3.
        clip_norm: float > 0, or None for no clipping. Default 1.
        schedule: name for `rnnapps.training.schedule` with the four arguments below, or a schedule itself.
        warmup_steps, decay_steps, decay_rate, final_share: see `rnnapps.training.schedule`.
        options: passed to the Keras optimizer, e.g. `weight_decay=0.01` or `momentum=0.9`.
    Raises:
        ValueError: an unknown name, or an argument out of range.

    >>> optimizer("sgd", 0.1, clip_norm=5.0).global_clipnorm
    5.0

    Pascanu et al. 2013, On the difficulty of training recurrent neural networks, algorithm 1.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {name!r}")
    if clip_norm is not None and not clip_norm > 0:
        raise ValueError(f"clip_norm must be > 0 or None, got {clip_norm}")
    rate = schedule
    if isinstance(schedule, str):
        rate = schedule_by_name(
            schedule,
            learning_rate,
            warmup_steps=warmup_steps,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            final_share=final_share,
        )
    return OPTIMIZERS[name](learning_rate=rate, global_clipnorm=clip_norm, **options)
