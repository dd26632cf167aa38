"""Transcribing with an exported model, of which nothing but the SavedModel is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from .live import WHOLE, Live
from .load import LoadedRecognizer
from .long_recordings import LongRecordings, StreamedPosteriors, WindowedPosteriors
from .pauses import pauses_between
from .quiet_places import QuietPlaces
from .transcriber import Transcriber


def saved_transcriber(loaded: LoadedRecognizer) -> Transcriber:
    """For waveforms of any length, decoded as it was exported; several are recognised together where it allows."""
    if "decode" not in loaded.model.signatures:
        recognize = one_by_one(loaded)
        long = QuietPlaces(recognize, loaded.rate, loaded.longest_seconds)
        return Transcriber(recognize, loaded.rate, long, loaded.longest_seconds)
    posteriors, decode = saved_posteriors(loaded), saved_decoding(loaded)

    def recognize(waveform, length):
        return decode(*posteriors(waveform, length))

    if loaded.head == "keyword":
        return Transcriber(recognize, loaded.rate)
    pieces = saved_stream(loaded) if loaded.streamable else None
    pieces = pieces or WindowedPosteriors(posteriors, loaded.rate, loaded.frame_seconds)
    long = LongRecordings(pieces, decode, pauses_between(loaded.symbols), loaded.rate, loaded.frame_seconds)
    return Transcriber(recognize, loaded.rate, long)


def saved_live(loaded: LoadedRecognizer) -> Live:
    """For sound that comes bit by bit.

    Raises:
        ValueError: the model reads whole recordings.
    """
    if not loaded.streamable or "decode" not in loaded.model.signatures:
        raise ValueError(f"{loaded.path}: {WHOLE}")
    pauses = pauses_between(loaded.symbols)
    return Live(saved_stream(loaded), saved_decoding(loaded), pauses, loaded.symbols, loaded.frame_seconds)


def saved_posteriors(loaded: LoadedRecognizer) -> Callable:
    """(waveform (B, N), length (B,)) -> log probabilities, frames."""

    def posteriors(waveform, length):
        found = loaded.model.signatures["posteriors"](
            waveform=tf.constant(waveform, tf.float32), length=tf.constant(length, tf.int32)
        )
        return found["log_probs"], found["frames"]

    return posteriors


def saved_decoding(loaded: LoadedRecognizer) -> Callable:
    """(log probabilities, frames) -> an answer, as `graph_decoding` describes it."""

    def decode(log_probs, frames):
        return loaded.model.signatures["decode"](
            log_probs=tf.constant(log_probs, tf.float32), frames=tf.constant(frames, tf.int32)
        )

    return decode


def saved_stream(loaded: LoadedRecognizer) -> StreamedPosteriors:
    """The posteriors of a model that is streamable, chunk by chunk."""
    first, step = loaded.model.signatures["initial_states"], loaded.model.signatures["stream"]

    def stream(chunk, last, states):
        answer = step(chunk=tf.constant(chunk, tf.float32), last=tf.constant(last), **states)
        return answer["log_probs"], {name: answer[name] for name in states}

    return StreamedPosteriors(stream, first)


def one_by_one(loaded: LoadedRecognizer) -> Callable:
    """(waveform (B, N), length (B,)) -> an answer, by a signature that takes one recording."""
    signature = loaded.model.signatures["waveform"]

    def recognize(waveform, length):
        answers = [
            signature(waveform=tf.constant(row[:count], tf.float32), rate=tf.constant(loaded.rate, tf.int32))
            for row, count in zip(waveform, length, strict=True)
        ]
        return {name: _stacked([answer[name].numpy() for answer in answers]) for name in answers[0]}

    return recognize


def _stacked(rows: list) -> np.ndarray:
    """Values, or vectors of different lengths, as one array; texts are filled up with b""."""
    rows = [np.asarray(row) for row in rows]
    if not rows[0].ndim:
        return np.stack(rows)
    width = max(map(len, rows))
    filling = b"" if rows[0].dtype == object else 0
    return np.stack([np.pad(row, (0, width - len(row)), constant_values=filling) for row in rows])
