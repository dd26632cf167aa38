"""The translator as a Keras user without rnnapps writes it: cells of keras.layers in a tf.while_loop, and autodiff.

The other side of `benchmarks.translation`. Nothing in it is slower than it has to be: the keys are projected once, the
readout and the vocabulary stand outside the loop, masks and shapes are free, so that one trace serves all batches.
"""

from __future__ import annotations

import keras
import tensorflow as tf

LAYERS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
CELLS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}


class PlainAttention(keras.layers.Layer):
    """Bahdanau's attention: scores v^T tanh(W_a query + keys), keys = U_a values."""

    def __init__(self, units: int):
        super().__init__()
        self.query = keras.layers.Dense(units, use_bias=False)
        self.key = keras.layers.Dense(units, use_bias=False)
        self.score = keras.layers.Dense(1, use_bias=False)

    def call(self, query, values, keys, mask):
        scores = self.score(tf.tanh(keys + self.query(query)[:, None]))[..., 0]  # B, S
        alignment = tf.nn.softmax(tf.where(mask, scores, -1e9))
        return tf.einsum("bs,bsd->bd", alignment, values)


class PlainTranslator(keras.Model):
    """The function that `apps.translation.model.Translator` computes without dropout, with the same weights.

    Args:
        vocabulary: V, number of ids on either side; 0 is padding.
        embedding: E, width of the embeddings.
        units: U, of each direction of the encoder, of decoder, attention and readout.
        cell: "gru" or "lstm".

    Call arguments:
        inputs: (source (B, S), target_in (B, T)) int32 ids.
    Returns:
        (B, T, V) logits.
    """

    def __init__(self, vocabulary: int, embedding: int, units: int, cell: str):
        super().__init__()
        self.scale = embedding**0.5
        self.source_embedding = keras.layers.Embedding(vocabulary, embedding)
        self.target_embedding = keras.layers.Embedding(vocabulary, embedding)
        self.encoder = keras.layers.Bidirectional(LAYERS[cell](units, return_sequences=True, return_state=True))
        activations = ["tanh", None] if cell == "lstm" else ["tanh"]
        self.bridges = [keras.layers.Dense(units, activation=activation) for activation in activations]
        self.attention = PlainAttention(units)
        self.cell = CELLS[cell](units)
        self.readout = keras.layers.Dense(units, activation="tanh")
        self.projection = keras.layers.Dense(vocabulary)

    def call(self, inputs, training=False):
        source, target_in = inputs
        mask = tf.not_equal(source, 0)
        embedded = self.source_embedding(source) * self.scale
        values, *last = self.encoder(embedded, mask=mask, training=training)
        states = [
            bridge(tf.concat([forward, backward], axis=-1))
            for bridge, forward, backward in zip(
                self.bridges, last[: len(self.bridges)], last[len(self.bridges) :], strict=True
            )
        ]
        target = self.target_embedding(target_in) * self.scale
        return self.decode(target, values, self.attention.key(values), mask, states)

    def decode(self, target, values, keys, mask, states):
        """Logits (B, T, V) of the embedded target (B, T, E)."""
        outputs, contexts = self.loop(target, values, keys, mask, states, lambda x, output, context: (output, context))
        return self.logits(target, outputs, contexts)

    def logits(self, target, output, context):
        """Of one step or of all."""
        return self.projection(self.readout(tf.concat([output, context, target], axis=-1)))

    def loop(self, target, values, keys, mask, states, keep):
        """The recurrence; `keep(x, output, context)` says what a step leaves, each (B, ...) -> (B, T, ...)."""
        steps = tf.shape(target)[1]
        inputs = tf.TensorArray(target.dtype, steps).unstack(tf.transpose(target, [1, 0, 2]))
        kept = [tf.TensorArray(target.dtype, steps) for _ in keep(target[:, 0], states[0], values[:, 0])]

        def body(t, states, kept):
            x = inputs.read(t)
            context = self.attention(states[0], values, keys, mask)
            output, states = self.cell(tf.concat([x, context], axis=-1), states)
            left = keep(x, output, context)
            return t + 1, states, [array.write(t, value) for array, value in zip(kept, left, strict=True)]

        _, _, kept = tf.while_loop(lambda t, *_: t < steps, body, (0, states, kept))
        return [swap(array.stack()) for array in kept]


class PlainTranslatorProjectingInside(PlainTranslator):
    """The same with readout and vocabulary at every step, as in most tutorials."""

    def decode(self, target, values, keys, mask, states):
        (logits,) = self.loop(
            target, values, keys, mask, states, lambda x, output, context: (self.logits(x, output, context),)
        )
        return logits


def swap(x: tf.Tensor) -> tf.Tensor:
    """(T, B, D) -> (B, T, D), the widths known."""
    return tf.ensure_shape(tf.transpose(x, [1, 0, 2]), [None, None, x.shape[-1]])


def plain_loss(label_smoothing: float):
    """Mean cross-entropy of the real tokens; label smoothing through one-hot rows, the only way that Keras has."""

    def loss(ids, logits):
        ids = tf.cast(ids, tf.int32)  # Keras hands targets over as floats
        if label_smoothing:
            one_hot = tf.one_hot(ids, tf.shape(logits)[-1])
            per_token = keras.losses.categorical_crossentropy(
                one_hot, logits, from_logits=True, label_smoothing=label_smoothing
            )
        else:
            per_token = keras.losses.sparse_categorical_crossentropy(ids, logits, from_logits=True)
        real = tf.cast(tf.not_equal(ids, 0), per_token.dtype)
        return tf.reduce_sum(per_token * real) / tf.reduce_sum(real)

    return loss
