"""The sides of `benchmarks.speech` that compute CTC losses, each a process of its own.

python -m benchmarks.ctc_sides rnnapps|keras.ops.ctc_loss
"""

from __future__ import annotations

import sys
import time

import keras
import numpy as np
import tensorflow as tf

from benchmarks.side_process import serve
from benchmarks.speech_workload import CtcCase
from rnnapps.losses import ctc_loss

OURS, DENSE = "rnnapps", "keras.ops.ctc_loss"


def sparse(labels, logits, frames):
    """rnnapps' loss of each recording."""
    return ctc_loss(labels, logits, frames)


def dense(labels, logits, frames):
    """Keras's loss of each recording."""
    return keras.ops.ctc_loss(labels, logits, tf.math.count_nonzero(labels, axis=1, dtype=tf.int32), frames)


class CtcSide:
    """One loss: forward, and the gradient of its mean with respect to the logits.

    Args:
        loss: labels (B, L), logits (B, T, V), frames (B,) to (B,).
    """

    def __init__(self, loss):
        @tf.function
        def step(labels, logits, frames):
            with tf.GradientTape() as tape:
                tape.watch(logits)
                losses = loss(labels, logits, frames)
                mean = tf.reduce_mean(losses)
            return losses, tape.gradient(mean, logits)

        self.step = step

    def measure(self, times: int, **sizes: int) -> dict:
        """Mean seconds of `times` steps after one that traces, and what came out, to compare by value."""
        arrays = [tf.constant(array) for array in CtcCase(**sizes).arrays()]
        losses, gradient = self.step(*arrays)
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            # Read, so that the step has ended.
            losses, gradient = (found.numpy() for found in self.step(*arrays))
        return {
            "step_seconds": (time.perf_counter() - wall) / times,
            "step_cpu_seconds": (time.process_time() - cpu) / times,
            "losses": losses.tolist(),
            "gradient": np.square(gradient).sum(axis=(1, 2)).tolist(),
        }


def main() -> None:
    serve({"measure": CtcSide({OURS: sparse, DENSE: dense}[sys.argv[1]]).measure})


if __name__ == "__main__":
    main()
