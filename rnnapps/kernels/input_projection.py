"""The input's share of every step's sums, for all steps in one matrix product."""

from __future__ import annotations

import tensorflow as tf

from rnnapps.kernels.flat_matmul import flat_matmul
from rnnapps.kernels.layer_norm import normalize
from rnnapps.kernels.parameters import GRUParameters, Parameters, SimpleRNNParameters


def project(sequences: tf.Tensor, p: Parameters) -> tf.Tensor:
    """(T, B, D) -> (T, B, G*U): W x_t + b, with dropout of the input and layer norm where they are asked for."""
    if not p.input_masks:
        bias = None if p.norm_input is not None or p.norm_recurrent is not None else p.bias
        sums = flat_matmul(sequences, p.kernel, bias)
        if bias is not None:
            return sums
    else:
        blocks = tf.split(p.kernel, len(p.input_masks), axis=1)
        sums = tf.concat([flat_matmul(sequences * m, b) for m, b in zip(p.input_masks, blocks, strict=True)], axis=-1)
    if isinstance(p, SimpleRNNParameters):
        # Its layer norm takes input and state together, inside the loop, and the bias comes after it.
        return sums if p.bias is None or p.norm_recurrent is not None else sums + p.bias
    if p.norm_input is not None:
        sums = _normalize(sums, p) * p.norm_input
    return sums if p.bias is None else sums + p.bias


def _normalize(sums, p):
    if not isinstance(p, GRUParameters):
        return normalize(sums).value
    units = p.recurrent_kernel.shape[0]
    gates, candidate = tf.split(sums, [2 * units, units], axis=-1)
    return tf.concat([normalize(gates).value, normalize(candidate).value], axis=-1)
