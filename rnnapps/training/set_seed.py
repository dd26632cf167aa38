"""One seed for everything random in a run."""

from __future__ import annotations

import keras
import tensorflow as tf


def set_seed(seed: int, deterministic: bool = True) -> None:
    """Make a run repeatable: seed Python, NumPy and TensorFlow and, if asked, forbid order-dependent kernels.

    Call it first, before the model is made: initialisers and dropout draw their seeds when they are
    constructed. And before any tokeniser or loaded SavedModel: TensorFlow clears its kernel caches here, and
    lookup resources such as SentencePiece models with them.

    Args:
        seed: int in [0, 2**32).
        deterministic: bool, also `tf.config.experimental.enable_op_determinism`, without which two runs, or a
            resumed and an undisturbed one, may differ in the last bits. It lasts for the process and costs
            speed on some operations. Default True.
    Raises:
        ValueError: `seed` is not an int in range.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an int in [0, 2**32), got {seed!r}")
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
