"""LSTM step and its derivative by hand, split so that as little as possible happens inside the loop over time."""

from __future__ import annotations

from dataclasses import replace

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
        seen = p.activation(shown)
        h = o * seen
        if p.projection is not None:
            h = tf.matmul(h, p.projection)
        # Kept apart: putting four blocks side by side and parting them again costs more than four arrays.
        saved = (i, f, g, o, seen)
        return (h, c), saved if p.norm_recurrent is None else (*saved, from_state)

    def backward(self, gradients: tuple, x: tf.Tensor, previous: tuple, saved: tuple) -> tuple[tuple, dict]:
        """One step back: gradients of the new states -> gradients of the old ones, and what the weights need."""
        p = self.p
        dh, dc = gradients
        c_previous = previous[1]
        emitted = {}
        i, f, g, o, seen = saved[:5]
        if p.peephole is not None or p.norm_cell_scale is not None:
            c = f * c_previous + i * g
        if p.norm_cell_scale is not None:
            cell = normalize(c)

        if p.projection is not None:
            emitted |= {"h": dh, "m": o * seen}
            dh = tf.matmul(dh, self.projection_transposed)
        d_shown = dh * o * derivative(p.activation, seen)
        if p.norm_cell_scale is not None:
            emitted |= {"shown": d_shown, "cell_value": cell.value}
            d_shown = normalize_backward(d_shown * p.norm_cell_scale, cell)
        dc = dc + d_shown
        dz_o = dh * seen * derivative(p.recurrent_activation, o)
        if p.peephole is not None:
            emitted |= {"c": c, "c_previous": c_previous}
            dc = dc + dz_o * p.peephole[2]
        dz_i = dc * g * derivative(p.recurrent_activation, i)
        dz_f = dc * c_previous * derivative(p.recurrent_activation, f)
        dz = tf.concat([dz_i, dz_f, dc * i * derivative(p.activation, g), dz_o], axis=-1)
        emitted["z"] = dz
        dc_previous = dc * f
        if p.peephole is not None:
            dc_previous = dc_previous + dz_i * p.peephole[0] + dz_f * p.peephole[1]
        d_product = dz
        if p.norm_recurrent is not None:
            recurrent = normalize(saved[5])
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
