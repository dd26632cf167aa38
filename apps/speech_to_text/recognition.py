"""A trained network together with what turns its posteriors into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import tensorflow as tf

from .config import SpeechConfig
from .graph_decoding import Answer, FrameDecoding, LabelDecoding, SpelledDecoding, recognize
from .joint_search import JointSearch
from .live import WHOLE, Live
from .long_recordings import STRETCH, LongRecordings, StreamedPosteriors, WindowedPosteriors
from .model import Recognizer
from .pauses import pauses_between
from .quiet_places import QuietPlaces
from .transcriber import Transcriber
from .units import Units

WAVEFORMS = [tf.TensorSpec((None, None), tf.float32), tf.TensorSpec((None,), tf.int32)]
# A decoder that spells loses its place in recordings much longer than those that it was trained on; CTC keeps it.
SPELLED_SECONDS = 20.0


class Recognition(tf.Module):
    """From waveforms to answers, as `graph_decoding` describes them, in functions that a SavedModel can hold.

    Args:
        model: with its weights.
        units: what the texts are made of.
        config: of the run.
        search: of `FrameDecoding`; None is greedy. Of head joint, what gives the hypotheses that attention rescores;
            None searches with both at once.
        confidences: word_confidence and text_confidence of `FrameDecoding`.
    """

    def __init__(
        self,
        model: Recognizer,
        units: Units,
        config: SpeechConfig,
        search=None,
        confidences: Mapping[str, Callable] = MappingProxyType({}),
    ):
        super().__init__()
        self.model, self.units, self.config = model, units, config
        self.decode = self._decoding(search, confidences)

    def recognize(self, waveform: tf.Tensor, length: tf.Tensor) -> Answer:
        """What is said in waveforms (B, N) of true length (B,), at the rate of the model."""
        return recognize(self.model, self.decode, waveform, length)

    def transcriber(self) -> Transcriber:
        """For waveforms of any length; its graphs are traced when they are first used."""
        recognize = tf.function(self.recognize, input_signature=WAVEFORMS, autograph=False)
        if self.model.attention is None:
            return Transcriber(recognize, self.model.rate, self._long(recognize))
        return Transcriber(recognize, self.model.rate, self._long(recognize), self.spelled_seconds())

    def live(self) -> Live:
        """For sound that comes bit by bit.

        Raises:
            ValueError: the network reads whole recordings.
        """
        model, symbols = self.model, self.units.symbols
        if not model.streamable or model.attention is not None:
            raise ValueError(f"the model {WHOLE}")
        decode = tf.function(self.decode, input_signature=_frames(len(symbols)), autograph=False)
        return Live(self._posteriors(), decode, pauses_between(symbols), symbols, model.frame_seconds)

    def _decoding(self, search, confidences):
        model, symbols, decode = self.model, self.units.symbols, self.config.decode
        if model.keyword is not None:
            return LabelDecoding(symbols, decode.n_best)
        if model.attention is not None:
            return SpelledDecoding(
                symbols, model.frame_seconds, JointSearch(model.attention, decode, search), **confidences
            )
        return FrameDecoding(symbols, model.frame_seconds, search, **confidences)

    def _long(self, recognize) -> Callable | None:
        """For what is too long to be read at once; None where one label is said of the whole."""
        model = self.model
        if model.keyword is not None:
            return None
        if model.dense is None:
            return QuietPlaces(recognize, model.rate, self.spelled_seconds())
        width, decode, stretch = len(self.units), self.decode, STRETCH
        if model.attention is not None:
            # What the decoder looks at is kept beside the posteriors.
            symbols, width, stretch = len(self.units), None, SPELLED_SECONDS
            decode = lambda both, frames: self.decode(both[..., :symbols], frames, both[..., symbols:])
        decode = tf.function(decode, input_signature=_frames(width), autograph=False)
        pauses = pauses_between(self.units.symbols)
        return LongRecordings(self._posteriors(), decode, pauses, model.rate, model.frame_seconds, stretch)

    def spelled_seconds(self) -> float:
        """What a head that spells is given at once, at most; without CTC no longer than what it was trained on."""
        learnt = float(self.model.attention.longest) * self.model.frame_seconds
        return SPELLED_SECONDS if self.model.dense is not None or not learnt else min(SPELLED_SECONDS, learnt)

    def _posteriors(self):
        if self.model.streamable and self.model.attention is None:
            stream = tf.function(
                lambda chunk, last, states: self.model.stream(chunk, states, last), reduce_retracing=True
            )
            return StreamedPosteriors(stream, lambda: self.model.initial_states(1))
        posteriors = self.model.posteriors if self.model.attention is None else self._posteriors_and_memory
        posteriors = tf.function(posteriors, input_signature=WAVEFORMS, autograph=False)
        return WindowedPosteriors(posteriors, self.model.rate, self.model.frame_seconds)

    def _posteriors_and_memory(self, waveform, length):
        outputs = self.model({"waveform": waveform, "length": length}, training=False)
        return tf.concat([tf.nn.log_softmax(outputs["logits"]), outputs["memory"]], axis=-1), outputs["frames"]


def _frames(width: int | None) -> list[tf.TensorSpec]:
    return [tf.TensorSpec((None, None, width), tf.float32), tf.TensorSpec((None,), tf.int32)]
