"""Additive attention with a query and a key projection."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.kernels import AdditiveAttention, flat_matmul, location_features
from rnnapps.layers.attend import attend, without_padding


@keras.saving.register_keras_serializable(package="rnnapps")
class BahdanauAttention(keras.layers.Layer):
    """Additive attention: a small network compares the query with every position of the source.

    e_ij = v^T tanh(W_a s_i + U_a h_j [+ b] [+ w n_ij] [+ U_f f_ij])        score of query s_i against value h_j
    alpha_ij = exp(e_ij) / sum_k exp(e_ik)          alignment, over unmasked positions
    c_i = sum_j alpha_ij h_j                        context

    With `coverage`, n_ij = sum_{k<i} alpha_kj, how much position j has been looked at before, takes part in the score
    (See et al. 2017, eq. 10-11): the model can learn to leave nothing out and to say nothing twice.
    With `location_filters`, the score sees f_i = F * alpha_{i-1}, a convolution over the alignment of the step before
    (Chorowski et al. 2015, eq. 8): the model can learn to go on from where it was, as speech asks for. With both, the
    convolution is over the sum n_i and takes the place of w n_ij (Shen et al. 2018, section 2.2).
    With `normalize`, v is replaced by g v / |v| with a learned scale g (Salimans and Kingma 2016);
    together with `use_bias` that is the "normed" form of Luong's tensorflow/nmt.

    In Bahdanau's decoder the query is the state *before* the step, s_{i-1}; the caller
    (`AttentionDecoder`) sees to that. Differs from `keras.layers.AdditiveAttention`, which has only v: no
    W_a, no U_a, and averages over padding when a row is fully masked.

    Args:
        units: int > 0, U, width of the comparison.
        normalize: bool, learn the length of v apart from its direction.
        use_bias: bool, add b inside the tanh.
        coverage: bool, read n through a weight w (U,).
        location_filters: int >= 0, C, how many filters F has; 0 is an attention without a place.
        location_width: int, odd, R, how many source positions a filter spans; the paper has 201 frames of 10 ms.
        query_initializer, key_initializer, score_initializer: initialisers of W_a, U_a and v.

    Call arguments:
        query: (B, Q) or (B, T, Q) float.
        values: (B, S, D) float, the source.
        mask: (B, S) bool, True where a source position counts; None counts all. A mask that Keras attached to a
            tensor is not read.
        keys: (B, S, U), what `project(values)` returned, so that a step costs only the query's projection.
        past: (B, S), needed by a layer with `coverage` (n, the sum of the alignments of the steps before) or
            `location_filters` alone (the alignment of the step before); queries then are (B, Q), one step.
            `first_past` gives that of the first step, `carry` that of the next.
        return_attention_scores: bool, return the alignment also.
    Returns:
        The context (B, D) or (B, T, D); with `return_attention_scores` also the alignment (B, S) or (B,
        T, S), float32 under half-precision policies. A row with nothing to attend to has context and
        alignment zero.
    Raises:
        ValueError: `units` below 1, an even `location_width`, a mask that is not (B, S), a past missing or not asked
            for.

    >>> import numpy as np
    >>> layer, query, values = BahdanauAttention(4), np.ones((2, 3)), np.ones((2, 5, 6))
    >>> context, alignment = layer(query, values, return_attention_scores=True)
    >>> context.shape, alignment.shape
    (TensorShape([2, 6]), TensorShape([2, 5]))

    Bahdanau et al. 2014, Neural machine translation by jointly learning to align and translate, section
    3.1 and appendix A.1.2. See et al. 2017, Get to the point: summarization with pointer-generator networks.
    Chorowski et al. 2015, Attention-based models for speech recognition. Shen et al. 2018, Natural TTS synthesis by
    conditioning WaveNet on mel spectrogram predictions.
    """

    def __init__(
        self,
        units: int,
        normalize: bool = False,
        use_bias: bool = False,
        coverage: bool = False,
        location_filters: int = 0,
        location_width: int = 31,
        query_initializer="glorot_uniform",
        key_initializer="glorot_uniform",
        score_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"BahdanauAttention: units must be at least 1, got {units}")
        if location_filters < 0 or location_width < 1 or location_width % 2 == 0:
            raise ValueError(
                "BahdanauAttention: location_filters must be at least 0 and location_width odd, got "
                f"{location_filters} and {location_width}"
            )
        self.units = units
        self.normalize = normalize
        self.use_bias = use_bias
        self.coverage = coverage
        self.location_filters = location_filters
        self.location_width = location_width
        self.query_initializer = keras.initializers.get(query_initializer)
        self.key_initializer = keras.initializers.get(key_initializer)
        self.score_initializer = keras.initializers.get(score_initializer)
        # Inputs may carry Keras masks; they are not read (masks come as arguments) and not passed on.
        self.supports_masking = True

    def build(self, query_shape, values_shape):
        self.query_kernel = self.add_weight(
            name="query_kernel", shape=(query_shape[-1], self.units), initializer=self.query_initializer
        )
        self.key_kernel = self.add_weight(
            name="key_kernel", shape=(values_shape[-1], self.units), initializer=self.key_initializer
        )
        self.v = self.add_weight(name="v", shape=(self.units, 1), initializer=self.score_initializer)
        self.g = self.bias = self.coverage_kernel = self.filters = self.location_kernel = None
        if self.normalize:
            self.g = self.add_weight(name="g", shape=(), initializer=keras.initializers.Constant(self.units**-0.5))
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        if self.location_filters:
            self.filters = self.add_weight(name="filters", shape=(self.location_width, self.location_filters))
            self.location_kernel = self.add_weight(name="location_kernel", shape=(self.location_filters, self.units))
        elif self.coverage:
            self.coverage_kernel = self.add_weight(name="coverage_kernel", shape=(self.units,), initializer="zeros")

    def project(self, values: tf.Tensor) -> tf.Tensor:
        """U_a h_j [+ b] for the whole source, once per sequence: (B, S, D) -> (B, S, U)."""
        if not self.built:
            raise ValueError("BahdanauAttention.project: the layer has no weights yet; call or build it first")
        values = tf.cast(tf.convert_to_tensor(values), self.compute_dtype)
        return flat_matmul(values, self._cast(self.key_kernel), None if self.bias is None else self._cast(self.bias))

    def parameters(self, keys: tf.Tensor, mask: tf.Tensor | None) -> AdditiveAttention:
        """The attention as the loops of `rnnapps.kernels` want it, for keys (B, S, U) from `project`."""
        of_past = (self.coverage_kernel, self.filters, self.location_kernel)
        return AdditiveAttention(
            keys,
            self._cast(self.query_kernel),
            self._direction()[:, 0],
            *(None if weight is None else self._cast(weight) for weight in of_past),
            cumulative=self.coverage,
            mask=mask,
        )

    @property
    def reads_past(self) -> bool:
        """Whether a call needs `past`."""
        return self.coverage or self.location_filters > 0

    def first_past(self, keys: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
        """The past (B, S) of the first step: nothing; with `location_filters` all of it on the first position.

        From there an attention that goes on from where it was finds the beginning, which nothing else need tell.
        """
        # As the alignments are: at least float32 under half precision.
        dtype = keras.backend.result_type(self.compute_dtype, "float32")
        nothing = tf.zeros_like(keys[:, :, 0], dtype)
        if not self.location_filters:
            return nothing
        real = tf.ones_like(nothing) if mask is None else tf.cast(mask, dtype)
        return real * tf.cast(tf.equal(tf.cumsum(real, axis=1), 1), dtype)

    def carry(self, past: tf.Tensor, alignment: tf.Tensor) -> tf.Tensor:
        """The past (B, S) of the next step, from that of a step and its alignment."""
        return past + alignment if self.coverage else alignment

    def call(self, query, values, mask=None, keys=None, past=None, return_attention_scores=False):
        if self.reads_past != (past is not None):
            raise ValueError(
                f"BahdanauAttention: coverage={self.coverage}, location_filters={self.location_filters} needs the call "
                f"argument past {'(B, S), where it looked before' if self.reads_past else 'to be None'}"
            )
        if keys is None:
            values = without_padding(values, mask)
            keys = self.project(values)
        projected = flat_matmul(query, self._cast(self.query_kernel))
        if query.shape.rank == 2:
            total = keys + projected[:, None]  # B, S, U
            if past is not None:
                total += self._of_past(tf.cast(past, self.compute_dtype))
            compared = tf.tanh(total)
        elif past is not None:
            raise ValueError(f"BahdanauAttention: with a past the query must be (B, Q), got {query.shape}")
        else:
            compared = tf.tanh(keys[:, None] + projected[:, :, None])  # B, T, S, U
        context, alignment = attend(flat_matmul(compared, self._direction())[..., 0], values, mask)
        return (context, alignment) if return_attention_scores else context

    def compute_mask(self, inputs, previous_mask):
        return None

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "normalize": self.normalize,
            "use_bias": self.use_bias,
            "coverage": self.coverage,
            "location_filters": self.location_filters,
            "location_width": self.location_width,
            "query_initializer": keras.initializers.serialize(self.query_initializer),
            "key_initializer": keras.initializers.serialize(self.key_initializer),
            "score_initializer": keras.initializers.serialize(self.score_initializer),
        }

    def _of_past(self, past):
        if self.filters is None:
            return past[:, :, None] * self._cast(self.coverage_kernel)
        return flat_matmul(location_features(past, self._cast(self.filters)), self._cast(self.location_kernel))

    def _direction(self):
        v = tf.convert_to_tensor(self.v)
        if self.normalize:
            v = tf.convert_to_tensor(self.g) * v * tf.math.rsqrt(tf.reduce_sum(tf.square(v)))
        return tf.cast(v, self.compute_dtype)

    def _cast(self, weight):
        # `project` is also called from outside `__call__`, where Keras does not cast weights.
        return tf.cast(weight, self.compute_dtype)
