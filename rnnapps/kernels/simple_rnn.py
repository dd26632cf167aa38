"""Elman step and its derivative by hand."""

from __future__ import annotations

from dataclasses import replace

import tensorflow as tf

from rnnapps.kernels.activations import derivative
from rnnapps.kernels.layer_norm import normalize, normalize_backward
from rnnapps.kernels.parameters import SimpleRNNParameters
from rnnapps.kernels.recurrent_product import RecurrentProduct


class SimpleRNNSteps:
    """h = f(x + U h_prev) where x = W x_t + b is given; with layer norm h = f(LN(x + U h_prev) + b), x = W x_t."""

    def __init__(self, parameters: SimpleRNNParameters):
        self.p = parameters
        self.weights = {"recurrent_kernel": parameters.recurrent_kernel}
        if parameters.norm_recurrent is not None:
            self.weights["norm_recurrent"] = parameters.norm_recurrent
            if parameters.bias is not None:
                self.weights["bias"] = parameters.bias
        self.product = RecurrentProduct(parameters.recurrent_kernel, parameters.recurrent_masks)

    def with_weights(self, weights: list[tf.Tensor]) -> SimpleRNNSteps:
        """The same steps on other tensors, in the order of `weights`."""
        return SimpleRNNSteps(replace(self.p, **dict(zip(self.weights, weights, strict=True))))

    def forward(self, x: tf.Tensor, states: tuple) -> tuple[tuple, tuple]:
        """Input sums (B, U) and states (h,) -> new states, and what the backward pass needs of this step."""
        p = self.p
        total = x + self.product.forward(states[0])
        if p.norm_recurrent is None:
            h = p.activation(total)
            return (h,), (h,)
        shown = normalize(total).value * p.norm_recurrent
        h = p.activation(shown if p.bias is None else shown + p.bias)
        return (h,), (h, total)

    def backward(self, gradients: tuple, x: tf.Tensor, previous: tuple, saved: tuple) -> tuple[tuple, dict]:
        """One step back: gradient of the new state -> gradient of the old one, and what the weights need."""
        d_total = gradients[0] * derivative(self.p.activation, saved[0])
        emitted = {}
        if self.p.norm_recurrent is not None:
            total = normalize(saved[1])
            emitted |= {"shown": d_total, "value": total.value}
            d_total = normalize_backward(d_total * self.p.norm_recurrent, total)
        return (self.product.backward(d_total),), emitted | {"total": d_total}

    def input_gradient(self, emitted: dict) -> tf.Tensor:
        """Gradient of the input sums, from what one step or all of them emitted."""
        return emitted["total"]

    def weight_gradients(self, h_previous: tf.Tensor, emitted: dict) -> tuple[tf.Tensor, list]:
        """Gradient of the input sums (T, B, U), and of `weights` in their order: products outside the loop."""
        d_total = emitted["total"]
        gradients = {"recurrent_kernel": self.product.kernel_gradient(h_previous, d_total)}
        if "norm_recurrent" in self.weights:
            gradients["norm_recurrent"] = tf.reduce_sum(emitted["shown"] * emitted["value"], axis=(0, 1))
            gradients["bias"] = tf.reduce_sum(emitted["shown"], axis=(0, 1))
        return self.input_gradient(emitted), [gradients[name] for name in self.weights]
