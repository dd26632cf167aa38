"""GRU steps and their derivatives by hand, the reset after the recurrent product (cuDNN) or before it (Cho 2014)."""

from __future__ import annotations

from dataclasses import replace

import tensorflow as tf

from rnnapps.kernels.activations import derivative
from rnnapps.kernels.layer_norm import normalize, normalize_backward
from rnnapps.kernels.parameters import GRUParameters
from rnnapps.kernels.recurrent_product import RecurrentProduct


class GRUSteps:
    """The part of a GRU that depends on the state; x = W x_t + b is given, [x_z, x_r, x_h] its blocks.

    z = sigma(x_z + a_z),  r = sigma(x_r + a_r),  hh = g(x_h + a_h),  h = z h_prev + (1 - z) hh
    reset after:   [a_z, a_r, q] = LN(U h_prev) + b_r,  a_h = r q
    reset before:  [a_z, a_r] = LN(U_zr h_prev),        a_h = LN(U_h (r h_prev))
    Layer norm (optional) takes the two gates together and the candidate apart (Ba 2016, eq. 24-25).
    """

    def __init__(self, parameters: GRUParameters):
        self.p = p = parameters
        names = ("recurrent_kernel", "recurrent_bias", "norm_recurrent")
        self.weights = {name: w for name in names if (w := getattr(p, name)) is not None}
        self.units = p.recurrent_kernel.shape[0]
        if p.reset_after:
            self.product = RecurrentProduct(p.recurrent_kernel, p.recurrent_masks)
            return
        gates, candidate = tf.split(p.recurrent_kernel, [2 * self.units, self.units], axis=1)
        masks = p.recurrent_masks
        self.gate_product = RecurrentProduct(gates, masks[:2] if len(masks) == 3 else masks)
        self.candidate_product = RecurrentProduct(candidate, masks[-1:])

    def with_weights(self, weights: list[tf.Tensor]) -> GRUSteps:
        """The same steps on other tensors, in the order of `weights`."""
        return GRUSteps(replace(self.p, **dict(zip(self.weights, weights, strict=True))))

    def forward(self, x: tf.Tensor, states: tuple) -> tuple[tuple, tuple]:
        """Input sums (B, 3U) and states (h,) -> new states, and what the backward pass needs of this step."""
        (h,) = states
        x_z, x_r, x_h = tf.split(x, 3, axis=-1)
        if self.p.reset_after:
            product = self.product.forward(h)
            a_z, a_r, q = tf.split(self._shift(self._scale(product)), 3, axis=-1)
            z, r = self.p.recurrent_activation(x_z + a_z), self.p.recurrent_activation(x_r + a_r)
            candidate = self.p.activation(x_h + r * q)
        else:
            gates = self.gate_product.forward(h)
            a_z, a_r = tf.split(self._scale_gates(gates), 2, axis=-1)
            z, r = self.p.recurrent_activation(x_z + a_z), self.p.recurrent_activation(x_r + a_r)
            q = self.candidate_product.forward(r * h)
            candidate = self.p.activation(x_h + self._scale_candidate(q))
            product = tf.concat([gates, q], axis=-1)
        return (z * h + (1 - z) * candidate,), (product,)

    def backward(self, gradients: tuple, x: tf.Tensor, previous: tuple, saved: tuple) -> tuple[tuple, dict]:
        """One step back: gradient of the new state -> gradient of the old one, and what the weights need."""
        p = self.p
        (dh,), (h_previous,), (product,) = gradients, previous, saved
        norms = self._norms(product)
        x_z, x_r, x_h = tf.split(x, 3, axis=-1)
        a_z, a_r, q = tf.split(self._shift(self._scale(product)), 3, axis=-1)
        z, r = p.recurrent_activation(x_z + a_z), p.recurrent_activation(x_r + a_r)
        candidate = p.activation(x_h + (r * q if p.reset_after else q))

        dz = dh * (h_previous - candidate) * derivative(p.recurrent_activation, z)
        d_candidate = dh * (1 - z) * derivative(p.activation, candidate)
        slope_r = derivative(p.recurrent_activation, r)
        if p.reset_after:
            d_product = d_sums = tf.concat([dz, d_candidate * q * slope_r, d_candidate * r], axis=-1)
            if norms:
                d_gates, d_q = tf.split(d_sums, [2 * self.units, self.units], axis=-1)
                d_q = self._candidate_backward(d_q, norms)
                d_product = tf.concat([self._gates_backward(d_gates, norms), d_q], axis=-1)
            dh_previous = dh * z + self.product.backward(d_product)
            emitted = {"sums": d_sums, "candidate": d_candidate}
        else:
            d_q = self._candidate_backward(d_candidate, norms)
            d_reset = self.candidate_product.backward(d_q)
            d_gates = tf.concat([dz, d_reset * h_previous * slope_r], axis=-1)
            d_gate_product = self._gates_backward(d_gates, norms)
            dh_previous = dh * z + d_reset * r + self.gate_product.backward(d_gate_product)
            d_product = tf.concat([d_gate_product, d_q], axis=-1)
            emitted = {"sums": tf.concat([d_gates, d_candidate], axis=-1), "r": r}
        if norms:
            emitted |= {"product": d_product, "values": tf.concat([n.value for n in norms], axis=-1)}
        return (dh_previous,), emitted

    def input_gradient(self, emitted: dict) -> tf.Tensor:
        """Gradient of the input sums, from what one step or all of them emitted."""
        if not self.p.reset_after:
            return emitted["sums"]
        return tf.concat([emitted["sums"][..., : 2 * self.units], emitted["candidate"]], axis=-1)

    def weight_gradients(self, h_previous: tf.Tensor, emitted: dict) -> tuple[tf.Tensor, list]:
        """Gradient of the input sums (T, B, 3U), and of `weights` in their order: products outside the loop."""
        d_sums = emitted["sums"]
        d_product = emitted.get("product", d_sums)
        gradients = {}
        if self.p.reset_after:
            gradients["recurrent_kernel"] = self.product.kernel_gradient(h_previous, d_product)
        else:
            d_gates, d_candidate = tf.split(d_product, [2 * self.units, self.units], axis=-1)
            gradients["recurrent_kernel"] = tf.concat(
                [
                    self.gate_product.kernel_gradient(h_previous, d_gates),
                    self.candidate_product.kernel_gradient(emitted["r"] * h_previous, d_candidate),
                ],
                axis=-1,
            )
        if "recurrent_bias" in self.weights:
            gradients["recurrent_bias"] = tf.reduce_sum(d_sums, axis=(0, 1))
        if "norm_recurrent" in self.weights:
            gradients["norm_recurrent"] = tf.reduce_sum(d_sums * emitted["values"], axis=(0, 1))
        return self.input_gradient(emitted), [gradients[name] for name in self.weights]

    def _scale(self, product):
        if self.p.norm_recurrent is None:
            return product
        gates, candidate = tf.split(product, [2 * self.units, self.units], axis=-1)
        return tf.concat([self._scale_gates(gates), self._scale_candidate(candidate)], axis=-1)

    def _scale_gates(self, gates):
        if self.p.norm_recurrent is None:
            return gates
        return normalize(gates).value * self.p.norm_recurrent[: 2 * self.units]

    def _scale_candidate(self, candidate):
        if self.p.norm_recurrent is None:
            return candidate
        return normalize(candidate).value * self.p.norm_recurrent[2 * self.units :]

    def _shift(self, sums):
        return sums if self.p.recurrent_bias is None else sums + self.p.recurrent_bias

    def _norms(self, product) -> tuple:
        """The normalised gates and candidate, or nothing without layer norm."""
        if self.p.norm_recurrent is None:
            return ()
        return tuple(normalize(part) for part in tf.split(product, [2 * self.units, self.units], axis=-1))

    def _gates_backward(self, gradient, norms):
        if not norms:
            return gradient
        return normalize_backward(gradient * self.p.norm_recurrent[: 2 * self.units], norms[0])

    def _candidate_backward(self, gradient, norms):
        if not norms:
            return gradient
        return normalize_backward(gradient * self.p.norm_recurrent[2 * self.units :], norms[1])
