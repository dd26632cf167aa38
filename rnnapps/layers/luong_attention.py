"""Multiplicative attention, and the concatenating score that belongs to the same paper."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.kernels import flat_matmul
from rnnapps.layers.attend import attend, without_padding

SCORES = ("dot", "general", "concat")


@keras.saving.register_keras_serializable(package="rnnapps")
class LuongAttention(keras.layers.Layer):
    """Global attention with one of three scores of a query s_i against a value h_j.

    dot        e_ij = s_i^T h_j
    general    e_ij = s_i^T W_a h_j
    concat     e_ij = v^T tanh(W_a [s_i; h_j])
    alpha_ij = exp(e_ij) / sum_k exp(e_ik)          alignment, over unmasked positions
    c_i = sum_j alpha_ij h_j                        context

    In Luong's decoder the query is the *current* state; the caller (`AttentionDecoder(timing="luong")`)
    sees to that. Differs from `keras.layers.Attention`: it has the general form, concat has a kernel,
    keys can be projected once, and a fully masked row gives zero instead of an average over padding.

    Args:
        score: "dot" (no weights; query and values have one width), "general" or "concat".
        units: int > 0, U, width of the comparison in "concat"; None takes the width of the query. Only
            "concat" has a width to choose.
        query_initializer, key_initializer, score_initializer: initialisers of W_a (its query half in
            "concat"), of W_a's half for the values in "concat" or the whole of it in "general", and of v.

    Call arguments:
        query: (B, Q) or (B, T, Q) float.
        values: (B, S, D) float, the source.
        mask: (B, S) bool, True where a source position counts; None counts all. A mask that Keras attached to a
            tensor is not read.
        keys: what `project(values)` returned, so that a step costs only the query's share. Width D for
            "dot", Q for "general", U for "concat".
        return_attention_scores: bool, return the alignment also.
    Returns:
        The context (B, D) or (B, T, D); with `return_attention_scores` also the alignment (B, S) or (B,
        T, S), float32 under half-precision policies. A row with nothing to attend to has context and
        alignment zero.
    Raises:
        ValueError: an unknown `score`; `units` below 1, or given for a score that has none; "dot" on query and
            values of different width; a mask that is not (B, S).

    >>> import numpy as np
    >>> LuongAttention("general")(np.ones((2, 7, 3)), np.ones((2, 5, 6))).shape
    TensorShape([2, 7, 6])

    Luong et al. 2015, Effective approaches to attention-based neural machine translation, eq. 7 and 8.
    """

    def __init__(
        self,
        score: str = "dot",
        units: int | None = None,
        query_initializer="glorot_uniform",
        key_initializer="glorot_uniform",
        score_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if score not in SCORES:
            raise ValueError(f"LuongAttention: score must be one of {', '.join(SCORES)}, got {score!r}")
        if units is not None and (score != "concat" or units < 1):
            raise ValueError(
                f"LuongAttention: units must be at least 1 and only belongs to score='concat', "
                f"got units={units} with score={score!r}"
            )
        self.score = score
        self.units = units
        self.query_initializer = keras.initializers.get(query_initializer)
        self.key_initializer = keras.initializers.get(key_initializer)
        self.score_initializer = keras.initializers.get(score_initializer)
        # Inputs may carry Keras masks; they are not read (masks come as arguments) and not passed on.
        self.supports_masking = True

    def build(self, query_shape, values_shape):
        query, values = query_shape[-1], values_shape[-1]
        self.query_kernel = self.key_kernel = self.v = None
        if self.score == "dot":
            if query != values:
                raise ValueError(
                    f"LuongAttention: score='dot' needs query and values of one width, got "
                    f"{query} and {values}; use score='general'"
                )
            return
        width = query if self.score == "general" else self.units or query
        self.key_kernel = self.add_weight(name="key_kernel", shape=(values, width), initializer=self.key_initializer)
        if self.score == "concat":
            self.query_kernel = self.add_weight(
                name="query_kernel", shape=(query, width), initializer=self.query_initializer
            )
            self.v = self.add_weight(name="v", shape=(width, 1), initializer=self.score_initializer)

    def project(self, values: tf.Tensor) -> tf.Tensor:
        """The values' share of the score, once per sequence: (B, S, D) -> (B, S, D or Q or U)."""
        if not self.built:
            raise ValueError("LuongAttention.project: the layer has no weights yet; call or build it first")
        values = tf.cast(tf.convert_to_tensor(values), self.compute_dtype)
        return values if self.score == "dot" else flat_matmul(values, self._cast(self.key_kernel))

    def call(self, query, values, mask=None, keys=None, return_attention_scores=False):
        if keys is None:
            values = without_padding(values, mask)
            keys = self.project(values)
        one_step = query.shape.rank == 2
        scores = self._scores(query[:, None] if one_step else query, keys)  # B, T, S
        scores = scores[:, 0] if one_step else scores
        context, alignment = attend(scores, values, mask)
        return (context, alignment) if return_attention_scores else context

    def compute_mask(self, inputs, previous_mask):
        return None

    def get_config(self):
        return super().get_config() | {
            "score": self.score,
            "units": self.units,
            "query_initializer": keras.initializers.serialize(self.query_initializer),
            "key_initializer": keras.initializers.serialize(self.key_initializer),
            "score_initializer": keras.initializers.serialize(self.score_initializer),
        }

    def _scores(self, query, keys):
        if self.score != "concat":
            return tf.matmul(query, keys, transpose_b=True)
        projected = flat_matmul(query, self._cast(self.query_kernel))
        return flat_matmul(tf.tanh(keys[:, None] + projected[:, :, None]), self._cast(self.v))[..., 0]

    def _cast(self, weight):
        # `project` is also called from outside `__call__`, where Keras does not cast weights.
        return tf.cast(weight, self.compute_dtype)
