"""Learning rates over training: linear warm-up, then a decay.

In all of them n = step + 1, so the first step already learns. Steps count optimizer updates, not epochs.
"""

from __future__ import annotations

import math

import keras
import tensorflow as tf


class _Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up to `learning_rate` over `warmup_steps`, then `decay(n)` times it."""

    def __init__(self, learning_rate: float, warmup_steps: int = 0):
        if not learning_rate > 0:
            raise ValueError(f"learning_rate must be > 0, got {learning_rate}")
        if warmup_steps < 0:
            raise ValueError(f"warmup_steps must be >= 0, got {warmup_steps}")
        self.learning_rate = float(learning_rate)
        self.warmup_steps = int(warmup_steps)

    def __call__(self, step):
        n = tf.cast(step, tf.float32) + 1.0
        warmup = tf.minimum(1.0, n / max(self.warmup_steps, 1))
        return self.learning_rate * warmup * self.decay(tf.maximum(n, float(self.warmup_steps)))

    def get_config(self):
        return {"learning_rate": self.learning_rate, "warmup_steps": self.warmup_steps}


@keras.saving.register_keras_serializable(package="rnnapps")
class Constant(_Warmup):
    """The same rate throughout, after an optional linear warm-up.

    r(n) = learning_rate * min(1, n / warmup_steps)

    Args:
        learning_rate: float > 0.
        warmup_steps: int >= 0, default 0.
    Raises:
        ValueError: an argument out of range.

    >>> float(Constant(0.5)(1000))
    0.5
    """

    def decay(self, n):
        return 1.0


@keras.saving.register_keras_serializable(package="rnnapps")
class WarmupInverseSqrt(_Warmup):
    """Linear warm-up, then falling with the square root of the step.

    r(n) = learning_rate * min(n / warmup_steps, sqrt(warmup_steps / n))

    Args:
        learning_rate: float > 0, the peak, reached at n = warmup_steps.
        warmup_steps: int >= 1, default 4000.
    Raises:
        ValueError: an argument out of range.

    >>> schedule = WarmupInverseSqrt(1.0, warmup_steps=4)
    >>> float(schedule(1)), float(schedule(3)), float(schedule(15))
    (0.5, 1.0, 0.5)

    Vaswani et al. 2017, eq. 3, with the peak given instead of the model's width.
    """

    def __init__(self, learning_rate: float, warmup_steps: int = 4000):
        if warmup_steps < 1:
            raise ValueError(f"warmup_steps must be >= 1, got {warmup_steps}")
        super().__init__(learning_rate, warmup_steps)

    def decay(self, n):
        return tf.math.rsqrt(n / self.warmup_steps)


@keras.saving.register_keras_serializable(package="rnnapps")
class WarmupCosine(_Warmup):
    """Linear warm-up, then half a cosine down to a share of the peak, reached at `total_steps` and kept.

    p    = (n - warmup_steps) / (total_steps - warmup_steps), at most 1
    r(n) = learning_rate * (final_share + (1 - final_share) (1 + cos(pi p)) / 2)

    Args:
        learning_rate: float > 0, the peak.
        total_steps: int > warmup_steps, the step at which the decay ends.
        warmup_steps: int >= 0, default 0.
        final_share: float in [0, 1], what is left of the peak at the end. Default 0.
    Raises:
        ValueError: an argument out of range.

    >>> schedule = WarmupCosine(1.0, total_steps=9, warmup_steps=1)
    >>> float(schedule(0)), round(float(schedule(4)), 6), round(float(schedule(8)), 6)
    (1.0, 0.5, 0.0)

    Loshchilov and Hutter 2017, SGDR, eq. 5, without restarts.
    """

    def __init__(self, learning_rate: float, total_steps: int, warmup_steps: int = 0, final_share: float = 0.0):
        super().__init__(learning_rate, warmup_steps)
        if total_steps <= warmup_steps:
            raise ValueError(f"total_steps must be greater than warmup_steps={warmup_steps}, got {total_steps}")
        if not 0 <= final_share <= 1:
            raise ValueError(f"final_share must be in [0, 1], got {final_share}")
        self.total_steps = int(total_steps)
        self.final_share = float(final_share)

    def decay(self, n):
        progress = tf.minimum(1.0, (n - self.warmup_steps) / (self.total_steps - self.warmup_steps))
        return self.final_share + (1 - self.final_share) * 0.5 * (1 + tf.cos(math.pi * progress))

    def get_config(self):
        return {**super().get_config(), "total_steps": self.total_steps, "final_share": self.final_share}


@keras.saving.register_keras_serializable(package="rnnapps")
class WarmupExponential(_Warmup):
    """Linear warm-up, then multiplied by `decay_rate` every `decay_steps` steps, continuously.

    r(n) = learning_rate * max(final_share, decay_rate ^ ((n - warmup_steps) / decay_steps))

    Args:
        learning_rate: float > 0, the peak.
        decay_steps: int >= 1, steps over which the rate falls by `decay_rate`.
        decay_rate: float in (0, 1], default 0.5.
        warmup_steps: int >= 0, default 0.
        final_share: float in [0, 1], the floor as a share of the peak. Default 0.
    Raises:
        ValueError: an argument out of range.

    >>> schedule = WarmupExponential(1.0, decay_steps=10, decay_rate=0.25, warmup_steps=1)
    >>> round(float(schedule(5)), 6), round(float(schedule(10)), 6)
    (0.5, 0.25)
    """

    def __init__(
        self,
        learning_rate: float,
        decay_steps: int,
        decay_rate: float = 0.5,
        warmup_steps: int = 0,
        final_share: float = 0.0,
    ):
        super().__init__(learning_rate, warmup_steps)
        if decay_steps < 1:
            raise ValueError(f"decay_steps must be >= 1, got {decay_steps}")
        if not 0 < decay_rate <= 1:
            raise ValueError(f"decay_rate must be in (0, 1], got {decay_rate}")
        if not 0 <= final_share <= 1:
            raise ValueError(f"final_share must be in [0, 1], got {final_share}")
        self.decay_steps = int(decay_steps)
        self.decay_rate = float(decay_rate)
        self.final_share = float(final_share)

    def decay(self, n):
        exponent = (n - self.warmup_steps) / self.decay_steps
        return tf.maximum(self.final_share, tf.pow(self.decay_rate, exponent))

    def get_config(self):
        return {
            **super().get_config(),
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "final_share": self.final_share,
        }


SCHEDULES = ("constant", "inverse_sqrt", "cosine", "exponential")


def schedule(
    name: str,
    learning_rate: float,
    *,
    warmup_steps: int = 0,
    decay_steps: int | None = None,
    decay_rate: float = 0.5,
    final_share: float = 0.0,
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A schedule by name, as a configuration file says it.

    Args:
        name: "constant", "inverse_sqrt", "cosine" or "exponential".
        learning_rate: float > 0, the peak.
        warmup_steps: int >= 0, steps of linear warm-up; at least 1 for "inverse_sqrt".
        decay_steps: int; "cosine": the step at which the decay ends; "exponential": the steps over which
            the rate falls by `decay_rate`. Required by these two, unused by the others.
        decay_rate: float in (0, 1], "exponential" only.
        final_share: float in [0, 1], floor as a share of the peak, "cosine" and "exponential".
    Raises:
        ValueError: an unknown name, or an argument missing or out of range.
    """
    if name not in SCHEDULES:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, got {name!r}")
    if name == "constant":
        return Constant(learning_rate, warmup_steps)
    if name == "inverse_sqrt":
        return WarmupInverseSqrt(learning_rate, warmup_steps)
    if decay_steps is None:
        raise ValueError(f"decay_steps is required by schedule {name!r}")
    if name == "cosine":
        return WarmupCosine(learning_rate, decay_steps, warmup_steps, final_share)
    return WarmupExponential(learning_rate, decay_steps, decay_rate, warmup_steps, final_share)
