"""The network: embedding, bidirectional encoder, bridge, attention decoder."""

import keras
import tensorflow as tf

from rnnapps.layers import (
    GRU,
    LSTM,
    AttentionDecoder,
    BahdanauAttention,
    Bidirectional,
    GRUCell,
    LSTMCell,
    LuongAttention,
    SimpleRNN,
    SimpleRNNCell,
    Stacked,
)
from rnnapps.text.tokenizer import PAD_ID

from .config import ModelConfig

LAYERS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SimpleRNN}
CELLS = {"lstm": LSTMCell, "gru": GRUCell, "simple_rnn": SimpleRNNCell}


class ScaledEmbedding(keras.layers.ReversibleEmbedding):
    """Embedding whose vectors have features of variance 1, and whose logits have too.

    The matrix starts with variance 1/E, as an output layer wants it; an embedded token is sqrt(E) times its row,
    as a recurrent cell wants it. Keras's own start, uniform in +-0.05, serves neither: a tied model then hardly
    learns.

    Args:
        vocabulary: V, number of ids.
        width: E.

    Vaswani et al. 2017, Attention is all you need, section 3.4.
    """

    def __init__(self, vocabulary: int, width: int, **kwargs):
        start = keras.initializers.RandomNormal(stddev=width**-0.5)
        super().__init__(vocabulary, width, embeddings_initializer=start, **kwargs)

    def call(self, inputs, reverse=False):
        outputs = super().call(inputs, reverse=reverse)
        return outputs if reverse else outputs * self.output_dim**0.5


class Translator(keras.Model):
    """Recurrent encoder-decoder with attention, from token ids to logits.

    x_s            = embedding of source token s
    h_1 .. h_S     = bidirectional encoder, each h_s = [forward; backward]       memory
    s_0            = tanh(W [h forward last; h backward last])                   bridge, per layer and state
    s_t, logits_t  = attention decoder on y_{t-1}, s_{t-1} and h_1 .. h_S

    The bridge of an LSTM's cell state is linear, because that state is not bounded. A decoder layer starts
    from the encoder layer of its own depth, or from the last one where the encoder has fewer.

    Differs from Bahdanau 2014: s_0 comes from both directions, not from the backward one alone.

    Attributes:
        sampling_rate: None, or a function from the optimizer's step to the rate of scheduled sampling in training.

    Args:
        config: widths, depths and kinds.
        source_vocabulary: number of source ids.
        target_vocabulary: number of target ids.

    Call arguments:
        inputs: (source (B, S), target_in (B, T)) int32 ids; padding is PAD_ID, at the end. Every source row
            has at least one token: the end symbol.
        training: bool, for dropout.
        return_alignments: bool, also return the alignment.
    Returns:
        (B, T, V) float32 logits; with `return_alignments` also (B, T, S).
    Raises:
        ValueError: options that do not fit each other, such as `luong-concat` without attention units.

    Bahdanau et al. 2014, Neural machine translation by jointly learning to align and translate, appendix A.2.
    """

    def __init__(self, config: ModelConfig, source_vocabulary: int, target_vocabulary: int, **kwargs):
        super().__init__(**kwargs)
        shared = config.tie_embeddings == "all"
        if shared and source_vocabulary != target_vocabulary:
            raise ValueError(
                f"model.tie_embeddings: 'all' needs one vocabulary, found {source_vocabulary} source and "
                f"{target_vocabulary} target ids"
            )
        self.coverage_loss = config.coverage_loss
        self.sampling_rate = None
        tied = config.tie_embeddings != "none"
        self.target_embedding = ScaledEmbedding(target_vocabulary, config.embedding_dim, name="target_embedding")
        self.source_embedding = (
            self.target_embedding
            if shared
            else ScaledEmbedding(source_vocabulary, config.embedding_dim, name="source_embedding")
        )
        self.embedding_dropout = keras.layers.Dropout(config.dropout)
        self.encoder = Stacked(
            Bidirectional(
                LAYERS[config.cell](
                    config.units,
                    recurrent_dropout=config.recurrent_dropout,
                    return_sequences=True,
                    return_state=True,
                )
            ),
            depth=config.encoder_layers,
            dropout=config.dropout,
            residual=config.residual,
            return_sequences=True,
            return_state=True,
            name="encoder",
        )
        # The dot product compares equals: the memory (2U) is brought to the width of the query (U).
        self.memory_projection = (
            keras.layers.Dense(config.units, use_bias=False, name="memory_projection")
            if config.attention == "luong-dot"
            else None
        )
        self.states_per_layer = 2 if config.cell == "lstm" else 1
        self.bridges = [
            keras.layers.Dense(config.units, activation=activation, name=f"bridge_{layer}_{name}")
            for layer in range(config.decoder_layers)
            for name, activation in [("h", "tanh"), ("c", None)][: self.states_per_layer]
        ]
        self.decoder = AttentionDecoder(
            [
                CELLS[config.cell](config.units, recurrent_dropout=config.recurrent_dropout)
                for _ in range(config.decoder_layers)
            ],
            _attention(config),
            embedding=self.target_embedding,
            projection="tied" if tied else keras.layers.Dense(target_vocabulary, name="projection"),
            readout_units=config.embedding_dim if tied else config.readout_units,
            timing=config.timing,
            input_feeding=config.input_feeding,
            residual=config.residual,
            dropout=config.dropout,
            name="decoder",
        )

    def call(self, inputs, training=False, return_alignments=False):
        source, target_in = inputs
        memory, mask, initial_state = self.encode(source, training=training)
        rate = None
        if training and self.sampling_rate is not None:
            rate = self.sampling_rate(self.optimizer.iterations)
        logits, alignments = self.decoder(
            target_in,
            values=memory,
            mask=mask,
            initial_state=initial_state,
            training=training,
            sampling_rate=rate,
            return_attention_scores=True,
        )
        if training and self.coverage_loss:
            self.add_loss(self.coverage_loss * repeated_attention(alignments, tf.not_equal(target_in, PAD_ID)))
        return (logits, alignments) if return_alignments else logits

    def encode(self, source: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Source ids to what the decoder needs.

        Args:
            source: (B, S) ids.
        Returns:
            memory (B, S, 2U), its mask (B, S), and the decoder's initial states, a flat list of (B, U).
        """
        mask = tf.not_equal(source, PAD_ID)
        memory, initial = self.encode_embedded(self.source_embedding(source), mask, training)
        return memory, mask, initial

    def encode_embedded(
        self, embedded: tf.Tensor, mask: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Memory and initial states of `encode` from embedded tokens (B, S, E) and their mask (B, S) on."""
        embedded = self.embedding_dropout(embedded, training=training)
        memory, *states = self.encoder(embedded, mask=mask, training=training)
        if self.memory_projection is not None:
            memory = self.memory_projection(memory)
        per_layer = 2 * self.states_per_layer  # both directions
        layers = [states[i : i + per_layer] for i in range(0, len(states), per_layer)]
        initial = []
        for index, bridge in enumerate(self.bridges):
            layer, state = divmod(index, self.states_per_layer)
            last = layers[min(layer, len(layers) - 1)]
            initial.append(bridge(tf.concat([last[state], last[state + self.states_per_layer]], axis=-1)))
        return memory, initial


def repeated_attention(alignments: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
    """How much of a target token's attention falls where earlier ones have been: the mean over real tokens, in [0, 1].

    L = mean over t of sum_j min(alpha_tj, n_tj),  n_tj = sum_{k<t} alpha_kj

    Args:
        alignments: (B, T, S).
        real: (B, T) bool, False for padding.

    See et al. 2017, Get to the point: summarization with pointer-generator networks, eq. 12.
    """
    before = tf.cumsum(alignments, axis=1, exclusive=True)
    repeated = tf.reduce_sum(tf.minimum(alignments, before), axis=-1)  # B, T
    real = tf.cast(real, repeated.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(repeated * real), tf.reduce_sum(real))


def build_translator(config: ModelConfig, source_vocabulary: int, target_vocabulary: int) -> Translator:
    """A `Translator` whose weights exist, for loading a checkpoint or counting parameters."""
    translator = Translator(config, source_vocabulary, target_vocabulary)
    ids = tf.fill([1, 2], PAD_ID + 1)
    translator((ids, ids))
    return translator


def _attention(config: ModelConfig):
    if config.attention == "bahdanau":
        return BahdanauAttention(config.attention_units, coverage=config.coverage, name="attention")
    score = config.attention.removeprefix("luong-")
    units = config.attention_units if score == "concat" else None
    return LuongAttention(score, units, name="attention")
