"""A trained recogniser for LiteRT: sound of any length in, posteriors and the symbols that they spell out."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from rnnapps.decoding.ctc import greedy_row
from rnnapps.export_litert import LiteRTModel

from .model import Recognizer
from .saved_recognizer import stream_specs
from .units import Units

SPELLED = """Answers as `posteriors` of the SavedModel, a recording at a time; features are inside. The text is
`symbols[label]` of all `labels`, joined: the likeliest path, without the beam and the language model of the
SavedModel."""
NAMED = """Answers as `posteriors` of the SavedModel, a recording at a time; features are inside."""

STREAM = """
`stream` hears a recording chunk by chunk: all states that it gives go into its next call, those of `initial_states()`
into the first; its frames and labels together are those of the whole."""


def litert_model(run: str, model: Recognizer, units: Units, metrics: Mapping) -> LiteRTModel:
    """What `export_litert` converts.

    Args:
        run: name of the run.
        model: with its weights.
        units: what the texts are made of.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
    Raises:
        ValueError: a head that spells by itself, whose search LiteRT cannot run.
    """
    if model.dense is None and model.keyword is None:
        raise ValueError(
            "model.head: attention cannot be converted to LiteRT: its text comes from a search over a "
            "decoder; export it as a SavedModel or train with ctc or joint"
        )
    keyword = model.keyword is not None

    def answer(waveform):
        log_probs, _ = model.posteriors(waveform, tf.shape(waveform)[1:])
        if keyword:
            return {"log_probs": log_probs, "label": tf.argmax(log_probs, axis=1, output_type=tf.int32)}
        labels, _ = greedy_row(log_probs[0], tf.constant([0]))
        return {"log_probs": log_probs, "labels": labels[None]}

    def first_states():
        return model.initial_states(1) | {"last_symbol": tf.constant([0])}

    def stream(chunk, last, last_symbol, **states):
        log_probs, states = model.stream(chunk, states, last)
        labels, last_symbol = greedy_row(log_probs[0], last_symbol)
        return {"log_probs": log_probs, "labels": labels[None], "last_symbol": last_symbol} | states

    traced = lambda function, **specs: tf.function(function, autograph=False).get_concrete_function(**specs)
    signatures = {"serving_default": traced(answer, waveform=tf.TensorSpec((1, None), tf.float32, "waveform"))}
    if model.streamable:
        signatures["initial_states"] = traced(first_states)
        signatures["stream"] = traced(stream, **stream_specs(first_states(), batch=1))
    return LiteRTModel(
        title=f"Recogniser `{run}` for LiteRT",
        about=(NAMED if keyword else SPELLED) + (STREAM if model.streamable else ""),
        signatures=signatures,
        weights=model.variables,
        meanings={
            "waveform": f"samples in [-1, 1], mono, {model.rate} per second",
            "log_probs": "natural logarithms of the probabilities of the symbols in metadata.json"
            + ("" if keyword else f"; a frame is {1000 * model.frame_seconds:g} ms"),
            "labels": "numbers of symbols, in the order in which they are heard",
            "label": "number of the likeliest symbol",
            "chunk": f"the next samples, any number of them, {model.rate} per second",
            "last": "nothing comes after this chunk",
        },
        licence=metrics.get("data", {}).get("licence", "unknown"),
        metadata={
            "rate": model.rate,
            "frame_seconds": model.frame_seconds,
            "symbols": units.symbols,
        },
    )
