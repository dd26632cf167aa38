"""Losses over sequences of token ids: cross-entropy per real token, and CTC."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="rnnapps")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy of logits against token ids with label smoothing, averaged over the real tokens.

    l_t = - sum_v q_v log softmax(z_t)_v            with q_v = (1 - e) [v = y_t] + e / V
    L   = sum of l_t over real tokens / number of real tokens in the batch

    Differs from `keras.losses.CategoricalCrossentropy(label_smoothing=e)`: ids instead of one-hot rows, loss and
    gradient in one operation, and the denominator is the number of real tokens.
    `ignore_id` alone says which tokens are real; a mask that Keras attached to the logits changes nothing.
    The arithmetic is float32 whatever the precision of the model.

    Args:
        label_smoothing: float in [0, 1), e, the probability spread evenly over all V ids. Default 0.
        ignore_id: int, target id of padding, which costs nothing. Default 0. May lie outside the vocabulary.
        name: str, name of the loss.

    Call arguments:
        y_true: (B, T) ids.
        y_pred: (B, T, V) logits.
        sample_weight: None, (B,) or (B, T), multiplies l_t; the denominator stays the number of real tokens.
    Returns:
        float32 scalar; 0 when the batch holds no real token.
    Raises:
        ValueError: `label_smoothing` outside [0, 1).

    >>> loss = SmoothedCrossEntropy(label_smoothing=0.1)
    >>> round(float(loss([[1, 0]], [[[0.0, 0.0], [9.0, 0.0]]])), 4)
    0.6931

    Szegedy et al. 2016, Rethinking the Inception architecture, section 7.
    """

    def __init__(
        self,
        label_smoothing: float = 0.0,
        ignore_id: int = 0,
        name: str = "smoothed_cross_entropy",
    ):
        if not 0.0 <= label_smoothing < 1.0:
            raise ValueError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
        # Keras's reductions divide by B*T or by its own mask; __call__ divides by the real tokens instead.
        super().__init__(name=name, reduction="sum", dtype="float32")
        self.label_smoothing = label_smoothing
        self.ignore_id = ignore_id

    def __call__(self, y_true, y_pred, sample_weight=None):
        ids = tf.cast(tf.convert_to_tensor(y_true), tf.int32)
        real = tf.cast(tf.not_equal(ids, self.ignore_id), tf.float32)  # B, T
        weights = real if sample_weight is None else real * _per_token(sample_weight, ids)
        total = tf.reduce_sum(self.call(ids, y_pred) * weights)
        return share_of_replica(tf.math.divide_no_nan(total, tf.reduce_sum(real)))

    def batch_weight(self, y_true: tf.Tensor) -> tf.Tensor:
        """Number of real tokens of (B, T) ids: what the loss is the mean over."""
        ids = tf.cast(tf.convert_to_tensor(y_true), tf.int32)
        return tf.math.count_nonzero(tf.not_equal(ids, self.ignore_id))

    def call(self, y_true, y_pred):
        """Loss of every token, (B, T) float32, padding included (its value has no meaning)."""
        ids = tf.cast(tf.convert_to_tensor(y_true), tf.int32)
        # An ignored id may lie outside the vocabulary, which the CPU kernel refuses.
        ids = tf.where(tf.equal(ids, self.ignore_id), 0, ids)
        logits = tf.cast(tf.convert_to_tensor(y_pred), tf.float32)
        return _cross_entropy(logits, ids, self.label_smoothing)

    def get_config(self):
        return {"name": self.name, "label_smoothing": self.label_smoothing, "ignore_id": self.ignore_id}


def share_of_replica(loss: tf.Tensor) -> tf.Tensor:
    """A batch's mean loss divided by the number of replicas: Keras adds up what they return."""
    return loss / tf.distribute.get_strategy().num_replicas_in_sync


def largest_of_replicas(value: tf.Tensor) -> tf.Tensor:
    """The largest of the replicas' scalars, on all of them; without a distribution strategy the value itself."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return tf.reduce_max(context.all_gather(tf.stop_gradient(value)[None], axis=0))


def _per_token(sample_weight, ids):
    weights = tf.cast(tf.convert_to_tensor(sample_weight), tf.float32)
    return weights[:, None] if weights.shape.rank == 1 and ids.shape.rank == 2 else weights


def _cross_entropy(logits, ids, smoothing):
    if not smoothing:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits)

    # The operation gives the gradient, softmax(z) - q, in the pass that gives the loss. Keras and autodiff go over
    # tensors of this size four times more.
    @tf.custom_gradient
    def smoothed(logits):
        vocabulary = tf.shape(logits)[-1]
        share = smoothing / tf.cast(vocabulary, tf.float32)
        targets = tf.one_hot(tf.reshape(ids, [-1]), vocabulary, on_value=1 - smoothing + share, off_value=share)
        rows = tf.reshape(logits, [-1, vocabulary])
        loss, softmax_minus_targets = tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=rows, labels=targets)

        def gradient(upstream):
            return tf.reshape(softmax_minus_targets * tf.reshape(upstream, [-1, 1]), tf.shape(logits))

        return tf.reshape(loss, tf.shape(ids)), gradient

    return smoothed(logits)


def frames_needed(labels: tf.Tensor) -> tf.Tensor:
    """Frames that CTC needs at least for a text: one for every label, and a blank between two equal neighbours.

    Args:
        labels: (B, L) int ids, zero padded.
    Returns:
        (B,) int32.

    >>> frames_needed([[3, 3, 4], [3, 4, 0]]).numpy()
    array([4, 2], dtype=int32)
    """
    labels = tf.convert_to_tensor(labels)
    repeats = (labels[:, 1:] == labels[:, :-1]) & (labels[:, 1:] != 0)
    return tf.math.count_nonzero(labels, axis=1, dtype=tf.int32) + tf.math.count_nonzero(
        repeats, axis=1, dtype=tf.int32
    )


def ctc_loss(labels: tf.Tensor, logits: tf.Tensor, frames: tf.Tensor) -> tf.Tensor:
    """Connectionist temporal classification: minus the log-probability of each text, over all its alignments.

    L = - log sum over paths pi of frames symbols each that collapse to the labels:  prod_t softmax(z_t)_{pi_t}

    A path collapses by merging equal neighbours and then leaving out blanks; the blank is symbol 0.

    Differs from `keras.losses.CTC`: each row has its true number of frames, and the labels go to TensorFlow as a
    sparse tensor, which takes its compiled kernel (cuDNN's on a GPU) instead of some ten times slower graph.

    Args:
        labels: (B, L) int ids in [1, V), zero padded.
        logits: (B, T, V) float, unnormalised or log-probabilities.
        frames: (B,) int, true frames of each row, at most T; what is behind them has no influence.
    Returns:
        (B,) float32. A row with fewer frames than `frames_needed` has no alignment; it counts 0 and has no gradient,
        so that one recording, sped up too much, does not end a training.

    Graves et al. 2006, Connectionist temporal classification, eq. 3 and 8.
    """
    labels = tf.pad(tf.cast(labels, tf.int32), ((0, 0), (0, 1)))
    frames, logits = tf.cast(frames, tf.int32), tf.cast(logits, tf.float32)
    empty = labels[:, 0] == 0
    spelled = ~empty & (frames >= frames_needed(labels))
    # The kernel refuses a whole batch for one row without text, or with too much: such a row gets one label, one frame.
    dummy = tf.cast(tf.range(tf.shape(labels)[1]) == 0, tf.int32)
    losses = tf.nn.ctc_loss(
        labels=tf.sparse.from_dense(tf.where(spelled[:, None], labels, dummy)),
        logits=logits,
        label_length=None,
        logit_length=tf.where(spelled, frames, 1),
        logits_time_major=False,
        blank_index=0,
    )
    losses = tf.where(spelled, losses, 0.0)
    return tf.cond(
        tf.reduce_any(empty), lambda: tf.where(empty, _cost_of_blanks(logits, frames), losses), lambda: losses
    )


def _cost_of_blanks(logits, frames):
    costs = tf.reduce_logsumexp(logits, axis=2) - logits[:, :, 0]  # B, T
    return tf.reduce_sum(tf.where(tf.sequence_mask(frames, tf.shape(costs)[1]), costs, 0.0), axis=1)
