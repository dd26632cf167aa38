"""The search of heads that spell: by attention, by attention and CTC at once, or by CTC and then attention."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from .attention_head import AttentionHead, Spelled
from .config import DecodeConfig


class JointSearch(tf.Module):
    """From the encoder's frames, and CTC's posteriors where the network has them, to texts.

    Without posteriors the attention decoder searches alone. With them CTC has a say at every symbol, so that no word
    is said twice or left out because attention has lost its place. With `ctc_search`, which knows language model and
    hot words, attention puts the hypotheses of that in a new order.

    Args:
        head: the decoder.
        decode: beam_size, n_best and joint_weight are read.
        ctc_search: (log_probs, frames) -> labels (B, N, L), zero padded, and scores (B, N); N best be its beam_size.

    Call arguments:
        memory: (B, S, D).
        frames: (B,) int, true frames.
        log_probs: (B, S, V), or None.
    """

    def __init__(self, head: AttentionHead, decode: DecodeConfig, ctc_search: Callable | None = None):
        super().__init__()
        self.head, self.options, self.ctc_search = head, decode, ctc_search

    def __call__(self, memory: tf.Tensor, frames: tf.Tensor, log_probs: tf.Tensor | None) -> Spelled:
        options = self.options
        if log_probs is None or self.ctc_search is None:
            return self.head.decode(
                memory, frames, options.beam_size, options.n_best, log_probs, joint_weight=options.joint_weight
            )
        labels, scores = self.ctc_search(log_probs, frames)
        labels, scores = self.head.rescore(memory, frames, labels, scores, options.joint_weight)
        labels, scores = labels[:, : options.n_best], scores[:, : options.n_best]
        # Where the words are CTC tells: what attention looked at is not asked for.
        return Spelled(labels, scores, tf.ones_like(scores, tf.bool), tf.zeros_like(labels))
