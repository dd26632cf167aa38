"""Greedy decoding of four symbols as a SavedModel holds it: one graph for all shapes, traced once for all tests."""

import functools

import tensorflow as tf

from apps.speech_to_text.graph_decoding import FrameDecoding

SYMBOLS, SECONDS = ("", " ", "a", "b"), 0.1


@functools.cache
def traced_decoding():
    """(log probabilities (B, T, 4), frames (B,)) -> an answer."""
    specs = [tf.TensorSpec((None, None, len(SYMBOLS))), tf.TensorSpec((None,), tf.int32)]
    return tf.function(FrameDecoding(SYMBOLS, SECONDS), input_signature=specs, autograph=False)
