"""The recogniser as it is served: sound in, words out, everything between them in the graph."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from rnnapps.audio.decode_wav import decode_wav
from rnnapps.audio.resample import resample
from rnnapps.decoding.ctc import greedy_chunk

from .recognition import Recognition
from .spoken_words import one_space


class SavedRecognizer:
    """A trained network, its decoder, and what users need to know of them, as functions of tensors.

    The network itself is not part of `module`: TensorFlow would trace its call with inputs of the wrong types.

    Args:
        recognition: the network with its weights, and its decoding.

    Attributes:
        module: tf.Module that holds what the functions use: weights, and the tables of the decoder.
    """

    def __init__(self, recognition: Recognition):
        self.recognition, self.model, self.units = recognition, recognition.model, recognition.units
        self.longest_seconds = float("inf") if self.model.attention is None else recognition.spelled_seconds()
        self.module = tf.Module()
        self.module.weights, self.module.decode = self.model.variables, recognition.decode

    def signatures(self) -> dict[str, Callable]:
        """As `tf.saved_model.save` takes them: serving_default, waveform, describe; posteriors where the head has any,
        and decode, what is made of them; stream and initial_states where the network reads chunk by chunk."""
        batch = {
            "waveform": tf.TensorSpec((None, None), tf.float32, "waveform"),
            "length": tf.TensorSpec((None,), tf.int32, "length"),
        }
        single = {
            "waveform": tf.TensorSpec((None,), tf.float32, "waveform"),
            "rate": tf.TensorSpec((), tf.int32, "rate"),
        }
        found = {
            "serving_default": _traced(self._of_files, {"wav": tf.TensorSpec((None,), tf.string, "wav")}),
            "waveform": _traced(self._of_waveform, single),
            "describe": _traced(self._describe, {}),
        }
        head, symbols = self.model.config.model.head, len(self.units)
        if head != "attention":
            found["posteriors"] = _traced(self._posteriors, batch)
        if head in ("ctc", "keyword"):
            # A head that spells needs more than posteriors.
            shape = (None, symbols) if head == "keyword" else (None, None, symbols)
            log_probs, frames = (
                tf.TensorSpec(shape, tf.float32, "log_probs"),
                tf.TensorSpec((None,), tf.int32, "frames"),
            )
            found["decode"] = _traced(self._decode, {"log_probs": log_probs, "frames": frames})
        if self.model.streamable:
            found["initial_states"] = _traced(self._first_states, {})
            found["stream"] = _traced(self._stream, stream_specs(self._first_states()))
        return found

    def _of_files(self, wav) -> dict[str, tf.Tensor]:
        rows = tf.map_fn(
            lambda content: self._at_own_rate(*decode_wav(content)),
            wav,
            fn_output_signature=tf.RaggedTensorSpec((None,), tf.float32, ragged_rank=0),
        )
        length = tf.cast(rows.row_lengths(), tf.int32)
        answer = self.recognition.recognize(rows.to_tensor(), length)
        return {name: answer[name] for name in ("text", "confidence")}

    def _of_waveform(self, waveform, rate) -> dict[str, tf.Tensor]:
        faults = [
            tf.debugging.Assert(
                tf.reduce_all(tf.math.is_finite(waveform)), ["waveform holds a NaN or infinite sample"]
            ),
            tf.debugging.Assert(rate > 0, ["rate is not above 0"]),
        ]
        with tf.control_dependencies(faults):
            waveform = self._at_own_rate(tf.identity(waveform), rate)
        answer = self.recognition.recognize(waveform[None], tf.shape(waveform)[:1])
        return {name: value[0] for name, value in answer.items()}

    def _posteriors(self, waveform, length) -> dict[str, tf.Tensor]:
        log_probs, frames = self.model.posteriors(waveform, length)
        return {"log_probs": log_probs, "frames": frames}

    def _decode(self, log_probs, frames) -> dict[str, tf.Tensor]:
        return self.recognition.decode(log_probs, frames)

    def _first_states(self) -> dict[str, tf.Tensor]:
        return self.model.initial_states(1) | {"said": tf.constant([""]), "last_symbol": tf.constant([0])}

    def _stream(self, chunk, last, said, last_symbol, **states) -> dict[str, tf.Tensor]:
        log_probs, states = self.model.stream(chunk, states, last)
        frames = tf.fill(tf.shape(log_probs)[:1], tf.shape(log_probs)[1])
        labels, _, last_symbol = greedy_chunk(log_probs, frames, last_symbol)
        new = tf.strings.reduce_join(tf.gather(tf.constant(self.units.symbols), labels), axis=-1)
        said = tf.strings.join([said, new])
        answer = {"text": one_space(said), "log_probs": log_probs}
        return answer | states | {"said": said, "last_symbol": last_symbol}

    def _describe(self) -> dict[str, tf.Tensor]:
        return {
            "symbols": tf.constant(self.units.symbols),
            "head": tf.constant(self.model.config.model.head),
            "rate": tf.constant(self.model.rate),
            "frame_seconds": tf.constant(self.model.frame_seconds, tf.float32),
            "longest_seconds": tf.constant(self.longest_seconds, tf.float32),
        }

    def _at_own_rate(self, waveform, rate) -> tf.Tensor:
        return resample(waveform, rate, self.model.rate)


def stream_specs(states: dict[str, tf.Tensor], batch: int | None = None) -> dict[str, tf.TensorSpec]:
    """What goes into a step of a stream: chunk, last, and states such as the first ones."""
    specs = {"chunk": tf.TensorSpec((batch, None), tf.float32, "chunk"), "last": tf.TensorSpec((), tf.bool, "last")}
    for name, value in states.items():
        # Samples and frames that are kept for the next chunk: their number changes.
        kept = name == "features_samples" or value.shape.rank >= 3
        shape = (batch, None, *value.shape[2:]) if kept else (batch, *value.shape[1:])
        specs[name] = tf.TensorSpec(shape, value.dtype, name)
    return specs


def _traced(function: Callable, specs: dict[str, tf.TensorSpec]):
    return tf.function(function, autograph=False).get_concrete_function(**specs)
