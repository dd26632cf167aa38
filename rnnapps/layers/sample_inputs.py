"""Scheduled sampling: a decoder in training reads, here and there, what it says itself."""

from __future__ import annotations

import keras
import tensorflow as tf


def sample_inputs(
    decoder,
    inputs: tf.Tensor,
    rate: tf.Tensor | float,
    values: tf.Tensor,
    mask: tf.Tensor | None = None,
    initial_state=None,
) -> tf.Tensor:
    """Ids (B, T) of which each but the first is, with probability `rate`, what `decoder` says at the place before.

    y'_t = argmax logits_{t-1}(y_1 .. y_{t-1}) with probability `rate`, else y_t

    The decoder is asked once, for all places, with the given ids and without dropout, so that the vocabulary stays
    outside the loop over time. In Bengio et al. 2015 a step reads what the step before it said after replacements of
    its own. No gradient goes through the choice.

    Args:
        decoder: an `AttentionDecoder`; its seed generator draws the places.
        inputs: (B, T) ids, the start symbol first.
        rate: scalar in [0, 1].
        values, mask, initial_state: as in the decoder's call.
    Raises:
        ValueError: a decoder without embedding or projection has no ids to choose.

    Bengio et al. 2015, Scheduled sampling for sequence prediction with recurrent neural networks, section 2.4;
    Duckworth et al. 2019, Parallel scheduled sampling, algorithm 1 with one pass.
    """
    if decoder.embedding is None or decoder.projection is None:
        raise ValueError("AttentionDecoder: sampling_rate needs an embedding and a projection, to choose ids with")
    logits = decoder.call(inputs, values, mask, initial_state)
    said = tf.argmax(logits[:, :-1], axis=-1, output_type=tf.int32)
    said = tf.concat([inputs[:, :1], tf.cast(said, inputs.dtype)], axis=1)
    drawn = keras.random.uniform(tf.shape(inputs), seed=decoder.seed_generator) < tf.cast(rate, tf.float32)
    return tf.stop_gradient(tf.where(drawn, said, inputs))
