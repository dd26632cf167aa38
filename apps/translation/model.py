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
        tied = config.tie_embeddings != "none"
        self.target_embedding = ScaledEmbedding(target_vocabulary, config.embedding_dim, name="target_embedding")
        self.source_embedding = (
            self.target_embedding
            if shared
            else ScaledEmbedding(source_vocabulary, config.embedding_dim, name="source_embedding")
        )
        self.embedding_dropout = keras.layers.Dropout(config.dropout)
        self.encoder = Stacked(
            Bidirectional(LAYERS[config.cell](config.units, return_sequences=True, return_state=True)),
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
            [CELLS[config.cell](config.units) for _ in range(config.decoder_layers)],
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
        return self.decoder(
            target_in,
            values=memory,
            mask=mask,
            initial_state=initial_state,
            training=training,
            return_attention_scores=return_alignments,
        )

    def encode(self, source: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Source ids to what the decoder needs.

        Args:
            source: (B, S) ids.
        Returns:
            memory (B, S, 2U), its mask (B, S), and the decoder's initial states, a flat list of (B, U).
        """
        mask = tf.not_equal(source, PAD_ID)
        embedded = self.embedding_dropout(self.source_embedding(source), training=training)  # B, S, E
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
        return memory, mask, initial


def build_translator(config: ModelConfig, source_vocabulary: int, target_vocabulary: int) -> Translator:
    """A `Translator` whose weights exist, for loading a checkpoint or counting parameters."""
    translator = Translator(config, source_vocabulary, target_vocabulary)
    ids = tf.fill([1, 2], PAD_ID + 1)
    translator((ids, ids))
    return translator


def _attention(config: ModelConfig):
    if config.attention == "bahdanau":
        return BahdanauAttention(config.attention_units, name="attention")
    score = config.attention.removeprefix("luong-")
    units = config.attention_units if score == "concat" else None
    return LuongAttention(score, units, name="attention")
