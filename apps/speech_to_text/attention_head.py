"""The head that spells: an attention decoder over the encoder's frames, alone or together with CTC."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import keras
import tensorflow as tf

from rnnapps.decoding.beam_search import beam_search
from rnnapps.decoding.ctc.prefix_scores import Prefixes, extended, first_prefixes, next_scores, silent_padding
from rnnapps.layers import AttentionDecoder, BahdanauAttention, GRUCell, LSTMCell, SimpleRNNCell
from rnnapps.losses import SmoothedCrossEntropy, largest_of_replicas

from .config import ModelConfig

CELLS = {"lstm": LSTMCell, "gru": GRUCell, "simple_rnn": SimpleRNNCell}
# The blank is no symbol of a text: its number stands before the first symbol and behind the last one.
BOUNDARY = 0
FILTERS, SPAN = 16, 31  # of location-sensitive attention; 31 frames of 40 ms are more than a second


class Spelled(NamedTuple):
    """The N best texts of each row, best first; those that came to an end before those that were cut.

    labels: (B, N, L) int32, zero padded.
    scores: (B, N) float32, (1 - w) log P_attention + w log P_ctc, end included; minus infinity where there are fewer.
    ended: (B, N) bool, False where the text was cut at its longest length: it may have gone round in circles.
    peaks: (B, N, L) int32, the frame that each symbol looked at most; 0 behind the end.
    """

    labels: tf.Tensor
    scores: tf.Tensor
    ended: tf.Tensor
    peaks: tf.Tensor


class _States(NamedTuple):
    decoder: object
    prefixes: tuple[Prefixes, ...]


@keras.saving.register_keras_serializable(package="rnnapps")
class AttentionHead(keras.layers.Layer):
    """Spells a text symbol by symbol, looking at the encoder's frames where each is said.

    P(y | h) = prod_i P(y_i | y_1 .. y_{i-1}, h)          `AttentionDecoder`, timing "bahdanau"

    The attention is location-sensitive (Chorowski et al. 2015) or Bahdanau's. Symbol 0, CTC's blank, is the start and
    the end of a text here.

    Args:
        config: attention, attention_units, decoder_units, embedding, cell and dropout of section model.
        symbols: int, V, with the blank as number 0.
        label_smoothing: float in [0, 1), of the loss. Without it such decoders are too sure of what they say, and a
            beam finds texts that are too short (Chorowski & Jaitly 2016). Default 0.1.

    Attributes:
        longest: a weight, frames of the longest recording that it was trained on: in longer ones it may lose its place.

    Call arguments:
        memory: (B, S, D) float, the encoder's frames.
        frames: (B,) int, true frames.
        labels: (B, L) int, zero padded.
        training: bool, for dropout.
    Returns:
        (B, L + 1, V) logits of every symbol and of the end, given the symbols before.
    """

    def __init__(self, config: ModelConfig, symbols: int, label_smoothing: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        self.config, self.symbols, self.label_smoothing = config, symbols, label_smoothing
        self.cross_entropy = SmoothedCrossEntropy(label_smoothing, ignore_id=-1)
        self.decoder = AttentionDecoder(
            CELLS[config.cell](config.decoder_units),
            BahdanauAttention(
                config.attention_units,
                use_bias=True,
                location_filters=FILTERS if config.attention == "location" else 0,
                location_width=SPAN,
                name="attention",
            ),
            # Features of variance 1, as a cell wants them; Keras's own start is twenty times smaller.
            keras.layers.Embedding(symbols, config.embedding, keras.initializers.RandomNormal(stddev=1.0)),
            keras.layers.Dense(symbols, name="projection"),
            readout_units=config.decoder_units,
            dropout=config.dropout,
            name="decoder",
        )

    def build(self, memory_shape, *_):
        self.decoder.build((None, None), (None, None, memory_shape[-1]))
        self.longest = self.add_weight(name="longest", shape=(), initializer="zeros", trainable=False)
        self.built = True

    def call(self, memory, frames, labels, training=False):
        before = tf.pad(tf.cast(labels, tf.int32), [[0, 0], [1, 0]], constant_values=BOUNDARY)
        return self.decoder(before, values=memory, mask=_mask(memory, frames), training=training)

    def loss(self, memory: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Cross-entropy (B,) of the labels (B, L), zero padded, and their end: summed over each row."""
        if training:
            longest = largest_of_replicas(tf.cast(tf.reduce_max(frames), tf.float32))
            self.longest.assign(tf.maximum(tf.convert_to_tensor(self.longest), longest))
        targets, real = _targets(labels)
        losses = self.cross_entropy.call(targets, self(memory, frames, labels, training=training))
        return tf.reduce_sum(losses * tf.cast(real, losses.dtype), axis=1)

    def score(self, memory: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """log P (B, N) of N hypotheses per row, labels (B, N, L) zero padded, and their end."""
        batch, count, length = tf.unstack(tf.shape(labels))
        labels = tf.reshape(labels, (batch * count, length))
        memory, frames = tf.repeat(memory, count, axis=0), tf.repeat(frames, count, axis=0)
        targets, real = _targets(labels)
        log_probs = tf.nn.log_softmax(tf.cast(self(memory, frames, labels), tf.float32))
        found = tf.gather(log_probs, targets, axis=2, batch_dims=2)
        return tf.reshape(tf.reduce_sum(tf.where(real, found, 0.0), axis=1), (batch, count))

    def rescore(
        self, memory: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor, scores: tf.Tensor, joint_weight: float
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Hypotheses of a CTC search in a new order: by (1 - w) log P_attention + w score.

        Nothing that CTC did not hear can come out: no word is left out or said twice because attention lost its place.

        Args:
            labels: (B, N, L), zero padded.
            scores: (B, N), of the CTC search, its language model and hot words included.
            joint_weight: w in [0, 1], the share of the CTC search.
        Returns:
            labels and scores, best first.
        """
        known = scores > -1e29  # rows with fewer hypotheses are filled up
        mixed = (1.0 - joint_weight) * self.score(memory, frames, labels) + joint_weight * scores
        scores, order = tf.math.top_k(tf.where(known, mixed, scores), tf.shape(scores)[1])
        return tf.gather(labels, order, batch_dims=1), scores

    def decode(
        self,
        memory: tf.Tensor,
        frames: tf.Tensor,
        beam_size: int = 8,
        n_best: int = 1,
        log_probs: tf.Tensor | None = None,
        joint_weight: float = 0.3,
        length_penalty: float = 0.0,
    ) -> Spelled:
        """Beam search for the best texts; with posteriors, CTC has a say at every symbol.

        A text has two symbols per frame at most; with posteriors one, as CTC's have. What reaches that length without
        an end is told by `ended` and comes last.

        Args:
            memory: (B, S, D).
            frames: (B,) int.
            beam_size: int >= n_best.
            n_best: int >= 1, N.
            log_probs: (B, S, V) CTC posteriors of the same frames, or None.
            joint_weight: w in [0, 1], the share of CTC; not read without posteriors.
            length_penalty: as `beam_search`; > 0 favours longer texts.

        Hori, Watanabe & Hershey 2017, Joint CTC/attention decoding for end-to-end speech recognition, section 3.2.
        """
        heard = () if log_probs is None else (silent_padding(log_probs, frames),)
        known = (self.decoder.prepare(memory, _mask(memory, frames)), heard)
        states = _States(self.decoder.initial_states(known[0]), tuple(map(first_prefixes, heard)))

        def step(tokens, states, known):
            memory, heard = known
            # A beam that is dead for want of texts may hold the number of the rest, which has no vector.
            tokens = tf.where(tokens < self.symbols, tokens, BOUNDARY)
            logits, decoder, alignment = self.decoder.step(tokens, states.decoder, memory)
            scores, prefixes = tf.nn.log_softmax(tf.cast(logits, tf.float32)), states.prefixes
            if heard:
                prefixes = (extended(prefixes[0], tokens, heard[0]),)
                scores = (1.0 - joint_weight) * scores + joint_weight * next_scores(prefixes[0], heard[0])
            return _with_rest(scores), _States(decoder, prefixes), alignment

        found = beam_search(
            step,
            states,
            beam_size=beam_size,
            start_id=BOUNDARY,
            end_id=BOUNDARY,
            max_lengths=(1 if heard else 2) * tf.cast(frames, tf.int32) + 1,
            length_penalty=length_penalty,
            n_best=beam_size,
            forbidden_ids=(self.symbols,),
            pad_id=BOUNDARY,
            memory=known,
        )
        return _best(found, n_best)

    def get_config(self):
        return super().get_config() | {
            "config": dataclasses.asdict(self.config),
            "symbols": self.symbols,
            "label_smoothing": self.label_smoothing,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "config": ModelConfig(**config["config"])})


def _mask(memory, frames):
    return tf.sequence_mask(frames, tf.shape(memory)[1])


def _targets(labels):
    """Labels (B, L) and their end: (B, L + 1), and which of them are real."""
    labels = tf.cast(labels, tf.int32)
    count = tf.math.count_nonzero(labels, axis=1, dtype=tf.int32)
    targets = tf.pad(labels, [[0, 0], [0, 1]], constant_values=BOUNDARY)
    return targets, tf.sequence_mask(count + 1, tf.shape(targets)[1])


def _with_rest(scores):
    """Scores (N, V) as logits (N, V + 1) whose softmax leaves them as they are.

    Two distributions that are mixed as logarithms sum to less than one, the less the more they disagree. The search
    would scale that away, and a text on which the two disagree would cost nothing.
    """
    rest = 1.0 - tf.reduce_sum(tf.exp(scores), axis=1, keepdims=True)
    return tf.concat([scores, tf.math.log(tf.maximum(rest, 1e-30))], axis=1)


def _best(found, n_best):
    last = tf.gather(found.tokens, tf.maximum(found.lengths - 1, 0), axis=2, batch_dims=2)
    ended = (last == BOUNDARY) & (found.lengths > 0)
    order = tf.argsort(tf.where(ended, 0, 1), axis=1, stable=True)[:, :n_best]
    pick = lambda x: tf.gather(x, order, batch_dims=1)
    labels, peaks = pick(found.tokens), tf.argmax(pick(found.alignments), axis=-1, output_type=tf.int32)
    longest = tf.maximum(tf.reduce_max(tf.math.count_nonzero(labels, axis=-1)), 1)
    labels, peaks = labels[..., :longest], peaks[..., :longest]
    return Spelled(labels, pick(found.scores), pick(ended), tf.where(labels > 0, peaks, 0))
