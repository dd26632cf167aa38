"""What an attention sees of where it looked before: a convolution over the source, and its derivative by hand."""

from __future__ import annotations

import tensorflow as tf


def location_features(past: tf.Tensor, filters: tf.Tensor) -> tf.Tensor:
    """f_jc = sum_r F_rc n_(j + r - R // 2), with zeros outside the source.

    Args:
        past: (B, S) float, n.
        filters: (R, C) float, F, R odd.
    Returns:
        (B, S, C).
    """
    # Images of height one: `tf.nn.conv1d` is this with four reshapes, and the derivatives below have no 1D form.
    return tf.nn.conv2d(past[:, None, :, None], filters[None, :, None], strides=1, padding="SAME")[:, 0]


def location_gradients(gradient: tf.Tensor, past: tf.Tensor, filters: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gradient of the features (B, S, C) -> of `past` (B, S) and of the filters (R, C)."""
    d_past = tf.nn.conv2d(gradient[:, None], filters[None, ::-1, :, None], strides=1, padding="SAME")
    d_filters = tf.raw_ops.Conv2DBackpropFilter(
        input=past[:, None, :, None],
        filter_sizes=[1, *filters.shape[:1], 1, *filters.shape[1:]],
        out_backprop=gradient[:, None],
        strides=[1, 1, 1, 1],
        padding="SAME",
    )
    return d_past[:, 0, :, 0], d_filters[0, :, 0]
