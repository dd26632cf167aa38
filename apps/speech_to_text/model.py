"""The network: features of a waveform, subsampling, recurrent encoder, and a head that spells or names."""

from __future__ import annotations

import dataclasses

import keras
import tensorflow as tf

from rnnapps.audio.conv_subsampling import ConvSubsampling
from rnnapps.audio.features import Features
from rnnapps.layers import GRU, LSTM, Bidirectional, SimpleRNN
from rnnapps.losses import ctc_loss, share_of_replica

from .attention_head import AttentionHead
from .config import SpeechConfig
from .keyword_head import KeywordHead
from .spec_augment import spec_augment

LAYERS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SimpleRNN}


class Recognizer(keras.Model):
    """Recurrent network from waveforms to the symbols of their texts.

    x_1 .. x_T  = features of the waveform                               `Features`
    z_1 .. z_T' = convolutions over them, one frame of `subsampling`      `ConvSubsampling`
    h_1 .. h_T' = recurrent layers over z                                memory
    heads: logits_t = W h_t + b    symbols and blank (number 0) of every frame, for CTC
           attention               a decoder that spells the text from h      `AttentionHead`
           keyword                 one label for all of h                     `KeywordHead`

    Recordings do not see each other, nor the padding behind their end: alone and in any batch the outputs are the same.

    Args:
        config: every option; `features.rate` is a number.
        symbols: V, with the blank as number 0; labels for the keyword head.

    Call arguments:
        inputs: dict of waveform (B, N) float in [-1, 1] and length (B,) int, true samples.
        training: bool, for dropout and SpecAugment.
    Returns:
        dict: memory (B, T', D), frames (B,), and what the head gives: logits (B, T', V), or (B, V) for keywords; no
        logits where the head is attention alone.

    CTC: Graves et al. 2006. Joint training: Kim, Hori & Watanabe 2017, Joint CTC-attention based end-to-end speech
    recognition using multi-task learning, eq. 9.
    """

    def __init__(self, config: SpeechConfig, symbols: int, **kwargs):
        super().__init__(**kwargs)
        model, features = config.model, config.features
        self.config, self.symbols = config, symbols
        self.rate, self.hop, self.subsampling = features.rate, round(features.hop * features.rate), model.subsampling
        self.features = Features(**dataclasses.asdict(features), name="features")
        self.spec_augment = spec_augment(config, self.features)
        self.convolutions = ConvSubsampling(
            model.filters,
            model.kernel_size,
            model.strides,
            causal=model.causal,
            over_bands=model.convolutions == "bands",
            width=model.units * (2 if model.bidirectional else 1),
            parts=1 + features.deltas,
            name="subsampling",
        )
        self.dropout = keras.layers.Dropout(model.dropout)
        self.recurrent = [_recurrent(model, number) for number in range(model.layers)]
        head = model.head
        self.dense = keras.layers.Dense(symbols, name="ctc") if head in ("ctc", "joint") else None
        self.attention = AttentionHead(model, symbols, name="attention") if head in ("attention", "joint") else None
        self.keyword = KeywordHead(symbols, name="keyword") if head == "keyword" else None

    @property
    def frame_seconds(self) -> float:
        """Seconds from one output frame to the next."""
        return self.hop * self.subsampling / self.rate

    @property
    def streamable(self) -> bool:
        """Whether the model can read a recording chunk by chunk."""
        model, head = self.config.model, self.dense
        looks_back = model.causal and not model.bidirectional and self.config.features.normalization != "utterance"
        return looks_back and head is not None and self.config.features.top_db is None

    def call(self, inputs, training=False):
        memory, frames = self.encode(inputs["waveform"], inputs["length"], training)
        outputs = {"memory": memory, "frames": frames}
        if self.attention is not None and not self.attention.built:
            self.attention.build(memory.shape)  # it is not called here, but its weights belong to the model
        if self.dense is not None:
            outputs["logits"] = self.dense(memory)
        if self.keyword is not None:
            outputs["logits"] = self.keyword(memory, frames)
        return outputs

    def encode(self, waveform: tf.Tensor, length: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Memory (B, T', D), and how many of its frames are true (B,)."""
        sequences, frames = self.features(waveform, length)
        return self.encode_features(self.spec_augment(sequences, frames, training=training), frames, training)

    def encode_features(
        self, sequences: tf.Tensor, frames: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`encode` from features (B, T, F) and their true frames (B,) on."""
        sequences, frames = self.convolutions(sequences, frames)
        mask = tf.sequence_mask(frames, tf.shape(sequences)[1])
        for layer in self.recurrent:
            sequences = self.dropout(sequences, training=training)
            sequences = layer(sequences, mask=mask, training=training)
            if not self.config.model.bidirectional:
                sequences, *_ = sequences  # with the states that `stream` needs
        sequences = self.dropout(sequences, training=training)
        return sequences * tf.cast(mask, sequences.dtype)[..., None], frames

    def posteriors(self, waveform: tf.Tensor, length: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Log probabilities of the symbols (B, T', V), and the true frames (B,); (B, V) for keywords."""
        outputs = self({"waveform": waveform, "length": length}, training=False)
        if "logits" not in outputs:
            raise ValueError(f"model.head {self.config.model.head!r} has no symbols per frame")
        return tf.nn.log_softmax(outputs["logits"]), outputs["frames"]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean over recordings of the loss per symbol; `y` are labels (B, L), zeros behind the end."""
        memory, frames, logits = y_pred["memory"], y_pred["frames"], y_pred.get("logits")
        if self.keyword is not None:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(y, [-1]), logits=logits)
            return share_of_replica(tf.reduce_mean(losses))
        symbols = tf.cast(tf.maximum(tf.math.count_nonzero(y, axis=1), 1), tf.float32)
        share, loss = {"ctc": 1.0, "attention": 0.0}.get(self.config.model.head, self.config.model.ctc_weight), 0.0
        if self.dense is not None:
            loss += share * tf.reduce_mean(ctc_loss(y, logits, frames) / symbols)
        if self.attention is not None:
            spelled = self.attention.loss(memory, frames, y, training=training)
            loss += (1.0 - share) * tf.reduce_mean(spelled / symbols)
        return share_of_replica(loss)

    def initial_states(self, batch: int = 1) -> dict[str, tf.Tensor]:
        """What `stream` knows before the first chunk, by name."""
        states = {f"features_{name}": value for name, value in self.features.initial_state(batch).items()}
        for number, kept in enumerate(self.convolutions.initial_state(batch)):
            states[f"subsampling_{number}"] = kept
        for number, layer in enumerate(self.recurrent):
            for part, state in enumerate(layer.get_initial_state(batch)):
                states[f"recurrent_{number}_{part}"] = state
        return states

    def stream(
        self, chunk: tf.Tensor, states: dict[str, tf.Tensor], last: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """The next frames' posteriors; those of all chunks together are those of the whole recording.

        Args:
            chunk: (B, n) samples, any number of them, also 0.
            states: as `initial_states` or the last call gave them.
            last: () bool, nothing comes after this chunk.
        Returns:
            log probabilities (B, t, V), t from 0 on, and the next states.
        Raises:
            ValueError: the model looks ahead.
        """
        if not self.streamable:
            raise ValueError(
                "model: reads whole recordings; streaming needs model.causal true, model.bidirectional false, "
                "features.normalization running, training or none, no features.top_db, and a CTC head"
            )
        before = {name.removeprefix("features_"): states[name] for name in states if name.startswith("features_")}
        sequences, after = self.features.stream(chunk, before, last)
        next_states = {f"features_{name}": value for name, value in after.items()}
        kept = [states[f"subsampling_{number}"] for number in range(len(self.convolutions.strides))]
        sequences, kept = self.convolutions.stream(sequences, kept)
        next_states |= {f"subsampling_{number}": value for number, value in enumerate(kept)}
        for number, layer in enumerate(self.recurrent):
            parts = range(len(layer.get_initial_state(1)))
            sequences, *carried = _run(layer, sequences, [states[f"recurrent_{number}_{part}"] for part in parts])
            next_states |= {f"recurrent_{number}_{part}": carried[part] for part in parts}
        return tf.nn.log_softmax(self.dense(sequences)), next_states


def build_recognizer(config: SpeechConfig, symbols: int) -> Recognizer:
    """A `Recognizer` whose weights exist.

    Args:
        config: every option.
        symbols: V, blank included.
    Raises:
        ValueError: options that do not fit each other, or no rate.
    """
    if config.features.rate is None:
        raise ValueError("features.rate: None; give the samples per second that the network works at")
    model = Recognizer(config, symbols)
    second = {"waveform": tf.zeros((1, model.rate)), "length": tf.constant([model.rate])}
    outputs = model(second)
    if model.attention is not None:
        model.attention.loss(outputs["memory"], outputs["frames"], tf.ones((1, 1), tf.int32))
    return model


def _recurrent(model, number):
    layer = LAYERS[model.cell](
        model.units,
        return_sequences=True,
        return_state=not model.bidirectional,
        layer_norm=model.layer_norm,
        name=f"recurrent_{number}",
    )
    if model.bidirectional:
        return Bidirectional(layer, name=f"recurrent_{number}")
    return layer


def _run(layer, sequences, state):
    """One layer over a chunk of any number of steps; none leaves the state as it was."""
    if layer.runs_over_nothing and not tf.executing_eagerly():
        return tuple(layer(sequences, initial_state=state))
    return tf.cond(
        tf.shape(sequences)[1] > 0,
        lambda: tuple(layer(sequences, initial_state=state)),
        lambda: (tf.zeros((tf.shape(sequences)[0], 0, layer.units)), *state),
    )
