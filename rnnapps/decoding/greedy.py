"""Greedy decoding: at every step the likeliest token."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from rnnapps.decoding.best_tokens import best_tokens
from rnnapps.decoding.hypotheses import Hypotheses, Step
from rnnapps.decoding.token_loop import token_loop


def greedy(
    step: Step,
    states: object,
    *,
    start_id: int,
    end_id: int,
    max_lengths: tf.Tensor,
    pad_id: int = 0,
    forbidden_ids: Sequence[int] = (),
    alignments: bool = True,
) -> Hypotheses:
    """The hypothesis that takes the likeliest token at every step; the lowest id among equals.

    A graph function: runs inside `tf.function` and a SavedModel, with unknown batch and lengths.

    Args:
        step: (tokens (B,) int32, states) -> (logits (B, V), states, alignment (B, S) or None).
        states: nest of tensors with leading B, before the first step.
        start_id: what the first step reads.
        end_id: what ends a hypothesis.
        max_lengths: (B,) int32, cap on each row's length, the end symbol counted; per row, so that the other rows of a
            batch change nothing.
        pad_id: what follows the end.
        forbidden_ids: ids that are never chosen.
        alignments: bool, keep those that the step gives.
    Returns:
        `Hypotheses` with N = 1; the score is the log-probability.
    """

    def choose(logits, t):
        ids, log_probs = best_tokens(logits, 1, forbidden_ids)
        return ids[:, 0], log_probs[:, 0]

    return token_loop(
        step,
        states,
        choose,
        start_id=start_id,
        end_id=end_id,
        max_lengths=max_lengths,
        pad_id=pad_id,
        alignments=alignments,
    )
