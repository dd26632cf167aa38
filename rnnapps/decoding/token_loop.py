"""The loop that greedy decoding and sampling share: one hypothesis per row, one token per step."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from rnnapps.decoding.hypotheses import Hypotheses, Step, caps, same_shapes


def token_loop(
    step: Step,
    states: object,
    choose: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
    *,
    start_id: int,
    end_id: int,
    max_lengths: tf.Tensor,
    pad_id: int,
    alignments: bool = True,
) -> Hypotheses:
    """Appends `choose(logits (B, V), t)` to every row until its end symbol or its cap: ids and log-probabilities (B,).

    The loop ends with the last unfinished row; a finished row only gains padding, so this changes no result.
    """
    max_lengths = caps(max_lengths)
    cap = tf.reduce_max(tf.concat([max_lengths, [1]], axis=0))
    states = tf.nest.map_structure(tf.convert_to_tensor, states)
    tokens = tf.fill(tf.shape(max_lengths), tf.constant(start_id, tf.int32))
    log_probs, lengths = tf.zeros_like(max_lengths, tf.float32), tf.zeros_like(max_lengths)
    finished = max_lengths <= 0
    chosen_array = tf.TensorArray(tf.int32, cap, element_shape=max_lengths.shape)
    # What a step aligns is known when it is traced, after this array has to exist; unused, it costs nothing.
    alignment_array = tf.TensorArray(tf.float32, cap) if alignments else ()
    has_alignment = False

    def body(t, tokens, states, finished, lengths, log_probs, chosen_array, alignment_array):
        nonlocal has_alignment
        logits, new_states, alignment = step(tokens, states)
        chosen, chosen_log_probs = choose(logits, t)
        log_probs += tf.where(finished, 0.0, chosen_log_probs)
        # A valid id for the step to read; what is behind the end becomes padding in the result.
        chosen = tf.where(finished, end_id, chosen)
        if alignments and alignment is not None:
            has_alignment = True
            kept = tf.where(finished[:, None], 0.0, tf.cast(alignment, tf.float32))
            alignment_array = alignment_array.write(t, kept)
        lengths += tf.cast(~finished, tf.int32)
        finished |= (chosen == end_id) | (lengths >= max_lengths)
        new_states = same_shapes(new_states, states)
        chosen_array = chosen_array.write(t, chosen)
        return t + 1, chosen, new_states, finished, lengths, log_probs, chosen_array, alignment_array

    steps, _, _, _, lengths, log_probs, chosen_array, alignment_array = tf.while_loop(
        # Once at least: the alignments of no step have no shape.
        lambda t, tokens, states, finished, *_: (t == 0) | ((t < cap) & ~tf.reduce_all(finished)),
        body,
        (0, tokens, states, finished, lengths, log_probs, chosen_array, alignment_array),
    )
    chosen = tf.transpose(chosen_array.stack()[:steps])  # LiteRT cannot gather from an array
    chosen = tf.where(tf.range(steps) < lengths[:, None], chosen, pad_id)
    aligned = None
    if has_alignment:
        aligned = tf.ensure_shape(alignment_array.gather(tf.range(steps)), (None, None, None))
        aligned = tf.transpose(aligned, (1, 0, 2))[:, None]
    return Hypotheses(chosen[:, None], lengths[:, None], log_probs[:, None], log_probs[:, None], aligned)
