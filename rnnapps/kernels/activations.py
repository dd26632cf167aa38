"""Derivatives of activations written in terms of their outputs, so that a loop need not keep its inputs."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.kernels.parameters import Activation

_DERIVATIVES = {
    keras.activations.tanh: lambda y: 1 - tf.square(y),
    keras.activations.sigmoid: lambda y: y * (1 - y),
    keras.activations.linear: tf.ones_like,
    keras.activations.relu: lambda y: tf.cast(y > 0, y.dtype),
    keras.activations.hard_sigmoid: lambda y: tf.cast((y > 0) & (y < 1), y.dtype) / 6,
}


def is_derivable(activation: Activation) -> bool:
    """Whether the hand-derived loop knows the derivative of `activation`."""
    return activation in _DERIVATIVES


def derivable_names() -> list[str]:
    """Names of the activations that the hand-derived loop can differentiate."""
    return sorted(activation.__name__ for activation in _DERIVATIVES)


def derivative(activation: Activation, output: tf.Tensor) -> tf.Tensor:
    """d activation(x) / dx where activation(x) = `output`."""
    return _DERIVATIVES[activation](output)
