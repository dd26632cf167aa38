"""The layer between a decoder's state and its projection to the vocabulary."""

from __future__ import annotations

import keras
import tensorflow as tf

KINDS = ("tanh", "maxout")


@keras.saving.register_keras_serializable(package="rnnapps")
class Readout(keras.layers.Layer):
    """Features t from the concatenation x of what a decoder knows at a step.

    kind="tanh"      t = tanh(W x [+ b])                                Luong 2015, eq. 5
    kind="maxout"    t_j = max(u_{2j-1}, u_{2j}), u = W x [+ b]         Bahdanau 2014, appendix A.2.2

    Args:
        units: int > 0, R, width of t.
        kind: "tanh" or "maxout", which has twice the weights.
        use_bias: bool.

    Call arguments:
        inputs: (..., D) float.
    Returns:
        (..., R).
    Raises:
        ValueError: an unknown `kind`, `units` below 1.

    >>> import numpy as np
    >>> Readout(3, "maxout")(np.ones((2, 5, 4))).shape
    TensorShape([2, 5, 3])
    """

    def __init__(self, units: int, kind: str = "tanh", use_bias: bool = True, **kwargs):
        super().__init__(**kwargs)
        if kind not in KINDS:
            raise ValueError(f"Readout: kind must be one of {', '.join(KINDS)}, got {kind!r}")
        if units < 1:
            raise ValueError(f"Readout: units must be at least 1, got {units}")
        self.units = units
        self.kind = kind
        self.use_bias = use_bias

    def build(self, inputs_shape):
        width = self.units * (2 if self.kind == "maxout" else 1)
        self.kernel = self.add_weight(name="kernel", shape=(inputs_shape[-1], width), initializer="glorot_uniform")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")

    def call(self, inputs):
        total = keras.ops.matmul(inputs, self.kernel)
        if self.use_bias:
            total = total + self.bias
        if self.kind == "tanh":
            return tf.tanh(total)
        pairs = tf.reshape(total, tf.concat([tf.shape(total)[:-1], [self.units, 2]], axis=0))
        return tf.ensure_shape(tf.reduce_max(pairs, axis=-1), (*inputs.shape[:-1], self.units))

    def get_config(self):
        return super().get_config() | {"units": self.units, "kind": self.kind, "use_bias": self.use_bias}
