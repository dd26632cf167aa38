"""A trained network together with what turns its posteriors into text."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .config import SpeechConfig
from .graph_decoding import Answer, FrameDecoding, LabelDecoding
from .long_recordings import LongRecordings, StreamedPosteriors, WindowedPosteriors
from .model import Recognizer
from .pauses import Pauses
from .transcriber import Transcriber
from .units import Units


class Recognition(tf.Module):
    """From waveforms to answers, as `graph_decoding` describes them, in functions that a SavedModel can hold.

    Args:
        model: with its weights.
        units: what the texts are made of.
        config: of the run.
        search: of `FrameDecoding`; None is greedy.
    """

    def __init__(self, model: Recognizer, units: Units, config: SpeechConfig, search=None):
        super().__init__()
        self.model, self.units, self.config = model, units, config
        if model.keyword is not None:
            self.decode = LabelDecoding(units.symbols, config.decode.n_best)
        else:
            self.decode = FrameDecoding(units.symbols, model.frame_seconds, search)

    def recognize(self, waveform: tf.Tensor, length: tf.Tensor) -> Answer:
        """What is said in waveforms (B, N) of true length (B,), at the rate of the model."""
        return self.decode(*self.model.posteriors(waveform, length))

    def transcriber(self) -> Transcriber:
        """For waveforms of any length; its graphs are traced when they are first used."""
        batch = [tf.TensorSpec((None, None), tf.float32), tf.TensorSpec((None,), tf.int32)]
        recognize = tf.function(self.recognize, input_signature=batch)
        return Transcriber(recognize, self.model.rate, self._long())

    def _long(self) -> LongRecordings | None:
        if self.model.dense is None:
            return None
        frames = [tf.TensorSpec((None, None, len(self.units)), tf.float32), tf.TensorSpec((None,), tf.int32)]
        decode = tf.function(self.decode, input_signature=frames)
        return LongRecordings(
            self._posteriors(), decode, pauses_of(self.units), self.model.rate, self.model.frame_seconds
        )

    def _posteriors(self):
        if self.model.streamable:
            stream = tf.function(
                lambda chunk, last, states: self.model.stream(chunk, states, last), reduce_retracing=True
            )
            return StreamedPosteriors(stream, lambda: self.model.initial_states(1))
        batch = [tf.TensorSpec((None, None), tf.float32), tf.TensorSpec((None,), tf.int32)]
        posteriors = tf.function(self.model.posteriors, input_signature=batch)
        return WindowedPosteriors(posteriors, self.model.rate, self.model.frame_seconds)


def pauses_of(units: Units) -> Pauses:
    """Where the words of these units begin and end."""
    forms = [symbol.lstrip(" ") for symbol in units.symbols]
    separators = [bool(symbol) and not form for symbol, form in zip(units.symbols, forms, strict=True)]
    beginnings = [symbol != form and bool(form) for symbol, form in zip(units.symbols, forms, strict=True)]
    return Pauses(np.array(separators), np.array(beginnings))
