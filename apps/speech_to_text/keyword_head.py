"""One label for a whole recording."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="rnnapps")
class KeywordHead(keras.layers.Layer):
    """Which word a recording is, from a mean of its frames that weighs those that matter.

    e_t    = v . tanh(W h_t)
    a_t    = exp(e_t) / sum_k exp(e_k)                over the true frames
    logits = U [sum_t a_t h_t ; max_t h_t] + c

    Args:
        labels: int > 0, V.
        units: int > 0, width of the comparison. Default 64.

    Call arguments:
        memory: (B, T, D) float.
        frames: (B,) int >= 1, true frames.
    Returns:
        (B, V) logits.
    """

    def __init__(self, labels: int, units: int = 64, **kwargs):
        super().__init__(**kwargs)
        self.labels, self.units = labels, units
        self.compared = keras.layers.Dense(units, activation="tanh", name="compared")
        self.energy = keras.layers.Dense(1, use_bias=False, name="energy")
        self.dense = keras.layers.Dense(labels, name="labels")

    def build(self, memory_shape, frames_shape=None):
        width = memory_shape[-1]
        self.compared.build((None, None, width))
        self.energy.build((None, None, self.units))
        self.dense.build((None, 2 * width))
        self.built = True

    def call(self, memory, frames):
        real = tf.sequence_mask(frames, tf.shape(memory)[1])[..., None]
        lowest = memory.dtype.min
        attention = tf.nn.softmax(tf.where(real, self.energy(self.compared(memory)), lowest), axis=1)
        mean = tf.reduce_sum(attention * memory, axis=1)
        highest = tf.reduce_max(tf.where(real, memory, lowest), axis=1)
        return self.dense(tf.concat([mean, highest], axis=-1))

    def compute_output_shape(self, memory_shape, frames_shape):
        return memory_shape[0], self.labels

    def get_config(self):
        return {**super().get_config(), "labels": self.labels, "units": self.units}
