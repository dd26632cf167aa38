"""How features change: slopes and curvatures over nine frames, whole or chunk by chunk."""

from __future__ import annotations

import tensorflow as tf

REACH = 4  # frames before and after
SPAN = 2 * REACH + 1
# Least squares over n = -4 .. 4: n / sum n^2, and 2 (n^2 - mean n^2) / sum (n^2 - mean n^2)^2.
SLOPE = tuple(n / 60 for n in range(-REACH, REACH + 1))
CURVATURE = tuple(2 * (n * n - 20 / 3) / 308 for n in range(-REACH, REACH + 1))


def with_deltas(values: tf.Tensor, frames: tf.Tensor, order: int) -> tf.Tensor:
    """Appends the slope, and with order 2 the second derivative, of a polynomial of that order fitted to nine frames.

    Equal to `librosa.feature.delta(values, order=...)`: the fits of the first and last nine frames hold to the ends. A
    row with fewer frames, which librosa refuses, is continued with its first and last frame, as its mode "nearest".

    Args:
        values: (B, T, F).
        frames: (B,) int, true frames.
        order: 0, 1 or 2.
    Returns:
        (B, T, F * (1 + order)); what stands behind `frames` means nothing.

    Savitzky & Golay 1964, Smoothing and differentiation of data by simplified least squares procedures.
    """
    if not order:
        return values
    steps, width = tf.shape(values)[1], values.shape[-1]
    last = tf.maximum(frames - 1, 0)[:, None]
    # One frame more than the fits need, so that they have one where T = 0.
    around = tf.minimum(tf.maximum(tf.range(-REACH, steps + REACH + 1), 0)[None], last)  # B, T + 9
    continued = tf.gather(tf.pad(values, [[0, 0], [0, 1], [0, 0]]), around, batch_dims=1)
    weights = tf.tile(tf.constant((SLOPE, CURVATURE)[:order])[:, :, None], [1, 1, width])  # order, 9, F
    kernel = tf.transpose(weights, [1, 2, 0])[:, None]
    fits = tf.nn.depthwise_conv2d(continued[:, :, None], kernel, [1, 1, 1, 1], "VALID")[:, :, 0]  # B, T + 1, F * order
    place = tf.range(steps)[None]
    inner = tf.minimum(tf.maximum(place, REACH), last - REACH)
    fitted = tf.where(frames[:, None] >= SPAN, inner, tf.minimum(place, last))
    changes = tf.reshape(tf.gather(fits, fitted, batch_dims=1), [-1, steps, width, order])
    return tf.concat([values, *tf.unstack(changes, axis=-1)], axis=-1)


def stream_deltas(values: tf.Tensor, held: tf.Tensor, last: tf.Tensor, order: int) -> tuple[tf.Tensor, tf.Tensor]:
    """`with_deltas` of a sequence that comes in chunks: what can be said, four frames late until the last chunk.

    Args:
        values: (B, t, F), the next frames, also none.
        held: (B, n, F), frames that are still needed; (B, 0, F) to begin with.
        last: () bool, nothing comes after this chunk.
        order: 1 or 2.
    Returns:
        (B, t', F * (1 + order)), and the frames to hold.
    """
    known = tf.concat([held, values], axis=1)
    count = tf.shape(known)[1]
    # Nine frames are held as soon as the first five have been given: the latest of those, and eight around the next.
    given = tf.where(tf.shape(held)[1] == SPAN, REACH + 1, 0)
    ready = tf.where(last, count, tf.where(count >= SPAN, count - REACH, 0))
    appended = with_deltas(known, tf.fill(tf.shape(known)[:1], count), order)
    return appended[:, given:ready], known[:, tf.maximum(ready - REACH - 1, 0) :]
