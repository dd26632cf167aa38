"""LSTM step and its derivative by hand, split so that as little as possible happens inside the loop over time."""

from __future__ import annotations

from dataclasses import replace

import keras
import tensorflow as tf

from rnnapps.kernels.activations import derivative
from rnnapps.kernels.layer_norm import normalize, normalize_backward
from rnnapps.kernels.parameters import LSTMParameters
from rnnapps.kernels.recurrent_product import RecurrentProduct, matmul_over_time

WEIGHTS = (
    "recurrent_kernel",
    "peephole",
    "projection",
    "norm_recurrent",
    "norm_cell_scale",
    "norm_cell_offset",
)


class LSTMSteps:
    """The part of an LSTM that depends on the state: z = x + U h_prev, where x = W x_t + b is given.

    z_i += p_i c_prev,  z_f += p_f c_prev,  c = sigma(z_f) c_prev + sigma(z_i) g(z_c),  z_o += p_o c
    m = sigma(z_o) g(n(c)),  h = m P           (n: layer norm of the cell, P: projection; both optional)
    """

    def __init__(self, parameters: LSTMParameters):
        self.p = parameters
        self.weights = {name: w for name in WEIGHTS if (w := getattr(parameters, name)) is not None}
        self.product = RecurrentProduct(parameters.recurrent_kernel, parameters.recurrent_masks)
        units, dtype = parameters.recurrent_kernel.shape[1] // 4, parameters.recurrent_kernel.dtype
        self.gate_a = tf.constant([1.0] * (2 * units) + [0.0] * units + [1.0] * units, dtype)
        self.gate_b = 1 - self.gate_a
        if parameters.projection is not None:
            self.projection_transposed = tf.transpose(parameters.projection)

    def with_weights(self, weights: list[tf.Tensor]) -> LSTMSteps:
        """The same steps on other tensors, in the order of `weights`."""
        return LSTMSteps(replace(self.p, **dict(zip(self.weights, weights, strict=True))))

    def forward(self, x: tf.Tensor, states: tuple) -> tuple[tuple, tuple]:
        """Input sums (B, 4U) and states (h, c) -> new states, and what the backward pass needs of this step."""
        p = self.p
        h, c = states
        from_state = self.product.forward(h)
        z = x + (from_state if p.norm_recurrent is None else normalize(from_state).value * p.norm_recurrent)
        z_i, z_f, z_c, z_o = tf.split(z, 4, axis=-1)
        if p.peephole is not None:
            z_i, z_f = z_i + p.peephole[0] * c, z_f + p.peephole[1] * c
        i, f, g = p.recurrent_activation(z_i), p.recurrent_activation(z_f), p.activation(z_c)
        c = f * c + i * g
        if p.peephole is not None:
            z_o = z_o + p.peephole[2] * c
        o = p.recurrent_activation(z_o)
        shown = c
        if p.norm_cell_scale is not None:
            shown = normalize(c).value * p.norm_cell_scale + p.norm_cell_offset
        h = o * p.activation(shown)
        if p.projection is not None:
            h = tf.matmul(h, p.projection)
        gates = tf.concat([i, f, g, o], axis=-1)
        return (h, c), (gates,) if p.norm_recurrent is None else (gates, from_state)

    def backward(self, gradients: tuple, x: tf.Tensor, previous: tuple, saved: tuple) -> tuple[tuple, dict]:
        """One step back: gradients of the new states -> gradients of the old ones, and what the weights need."""
        p = self.p
        dh, dc = gradients
        c_previous = previous[1]
        emitted = {}
        gates = saved[0]
        i, f, g, o = tf.split(gates, 4, axis=-1)
        c = f * c_previous + i * g
        shown = c
        if p.norm_cell_scale is not None:
            cell = normalize(c)
            shown = cell.value * p.norm_cell_scale + p.norm_cell_offset
        seen = p.activation(shown)

        if p.projection is not None:
            emitted |= {"h": dh, "m": o * seen}
            dh = tf.matmul(dh, self.projection_transposed)
        d_shown = dh * o * derivative(p.activation, seen)
        if p.norm_cell_scale is not None:
            emitted |= {"shown": d_shown, "cell_value": cell.value}
            d_shown = normalize_backward(d_shown * p.norm_cell_scale, cell)
        dc = dc + d_shown
        if p.peephole is not None:
            emitted |= {"c": c, "c_previous": c_previous}
            dc = dc + dh * seen * derivative(p.recurrent_activation, o) * p.peephole[2]
        # All four gates in one vector: at small sizes the number of operations is what a step costs.
        dz = tf.concat([dc, dc, dc, dh], axis=-1) * tf.concat([g, c_previous, i, seen], axis=-1) * self._slopes(gates)
        emitted["z"] = dz
        dc_previous = dc * f
        if p.peephole is not None:
            dz_i, dz_f, _, _ = tf.split(dz, 4, axis=-1)
            dc_previous = dc_previous + dz_i * p.peephole[0] + dz_f * p.peephole[1]
        d_product = dz
        if p.norm_recurrent is not None:
            recurrent = normalize(saved[1])
            d_product = normalize_backward(dz * p.norm_recurrent, recurrent)
            emitted |= {"product": d_product, "recurrent_value": recurrent.value}
        return (self.product.backward(d_product), dc_previous), emitted

    def input_gradient(self, emitted: dict) -> tf.Tensor:
        """Gradient of the input sums, from what one step or all of them emitted."""
        return emitted["z"]

    def weight_gradients(self, h_previous: tf.Tensor, emitted: dict) -> tuple[tf.Tensor, list]:
        """Gradient of the input sums (T, B, 4U), and of `weights` in their order: products outside the loop."""
        dz = emitted["z"]
        gradients = {
            "recurrent_kernel": self.product.kernel_gradient(h_previous, emitted.get("product", dz)),
        }
        if "peephole" in self.weights:
            dz_i, dz_f, _, dz_o = tf.split(dz, 4, axis=-1)
            seen = ((dz_i, emitted["c_previous"]), (dz_f, emitted["c_previous"]), (dz_o, emitted["c"]))
            gradients["peephole"] = tf.stack([tf.reduce_sum(d * c, axis=(0, 1)) for d, c in seen])
        if "projection" in self.weights:
            gradients["projection"] = matmul_over_time(emitted["m"], emitted["h"])
        if "norm_recurrent" in self.weights:
            gradients["norm_recurrent"] = tf.reduce_sum(dz * emitted["recurrent_value"], axis=(0, 1))
        if "norm_cell_scale" in self.weights:
            d_shown = emitted["shown"]
            gradients["norm_cell_scale"] = tf.reduce_sum(d_shown * emitted["cell_value"], axis=(0, 1))
            gradients["norm_cell_offset"] = tf.reduce_sum(d_shown, axis=(0, 1))
        return self.input_gradient(emitted), [gradients[name] for name in self.weights]

    def _slopes(self, gates):
        """Derivatives of the activations of i, f, g, o at their outputs (B, 4U)."""
        p = self.p
        if p.activation is not keras.activations.tanh or p.recurrent_activation is not keras.activations.sigmoid:
            i, f, g, o = tf.split(gates, 4, axis=-1)
            sigma = lambda y: derivative(p.recurrent_activation, y)
            return tf.concat([sigma(i), sigma(f), derivative(p.activation, g), sigma(o)], axis=-1)
        # y (1 - y) for the sigmoids and 1 - y^2 for the tanh, as one expression y (a - y) + b.
        return gates * (self.gate_a - gates) + self.gate_b
