"""Rows of a batch that are still being decoded: the others are taken out, so that they cost nothing."""

from __future__ import annotations

import tensorflow as tf

# Taking rows out copies the memory of those that stay, so it waits until enough are done.
SHARE_WORTH_KEEPING = 0.8


def put_rows(all_rows: tf.Tensor, rows: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """`all_rows` (B, ...) with `values` (b, ...) in the places `rows` (b,)."""
    return tf.tensor_scatter_nd_update(all_rows, rows[:, None], values)


def take_rows(nest: object, rows: tf.Tensor, beams: int = 1) -> object:
    """The given rows of every tensor (B*beams, ...), each with its beams. None stays None."""
    places = tf.reshape(rows[:, None] * beams + tf.range(beams), [-1])
    return tf.nest.map_structure(lambda x: None if x is None else tf.gather(x, places), nest)


def enough_done(done: tf.Tensor) -> tf.Tensor:
    """Whether to take out the rows that are done (B,); never all of them."""
    rows, live = tf.size(done), tf.math.count_nonzero(~done, dtype=tf.int32)
    return (live > 0) & (tf.cast(live, tf.float32) <= SHARE_WORTH_KEEPING * tf.cast(rows, tf.float32))


def any_rows(nest: object) -> object:
    """Shapes of the tensors in `nest` with any number of rows, as a loop wants to know them."""
    return tf.nest.map_structure(lambda x: tf.TensorShape([None, *x.shape[1:]]), nest)


def shaped_like(new: object, old: object) -> object:
    """`new` with the static shapes of `old` but for the number of rows."""
    return tf.nest.map_structure(lambda n, o: tf.ensure_shape(n, [None, *o.shape[1:]]), new, old)
