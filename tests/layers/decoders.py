"""Decoders that the tests of `AttentionDecoder` share."""

import keras
import numpy as np

from rnnapps import layers
from rnnapps.layers import AttentionDecoder, BahdanauAttention, LuongAttention

B, T, S, M, V = 2, 5, 4, 6, 11
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)

CELLS = {
    "lstm": lambda: layers.LSTMCell(7),
    "gru": lambda: layers.GRUCell(7),
    "simple_rnn": lambda: layers.SimpleRNNCell(7),
    "keras_lstm": lambda: keras.layers.LSTMCell(7),
    "keras_gru": lambda: keras.layers.GRUCell(7),
    "stack": lambda: [keras.layers.LSTMCell(7), layers.GRUCell(7), layers.LSTMCell(7)],
    "projected": lambda: [layers.LSTMCell(9, projection_units=5), layers.LSTMCell(7, peephole=True)],
}
TIMINGS = {
    "bahdanau": {"attention": lambda: BahdanauAttention(8), "timing": "bahdanau", "readout_units": 6},
    "maxout": {
        "attention": lambda: BahdanauAttention(8, normalize=True, use_bias=True),
        "timing": "bahdanau",
        "readout_units": 6,
        "readout": "maxout",
    },
    "no_readout": {"attention": lambda: LuongAttention("general"), "timing": "bahdanau"},
    "luong": {"attention": lambda: LuongAttention("general"), "timing": "luong"},
    "input_feeding": {
        "attention": lambda: LuongAttention("concat"),
        "timing": "luong",
        "input_feeding": True,
    },
}


def make_decoder(cells="lstm", timing="bahdanau", **options):
    options = {**TIMINGS[timing], **options}
    attention = options.pop("attention")()
    embedding = options.pop("embedding", None) or keras.layers.Embedding(V, 3)
    projection = options.pop("projection", None) or keras.layers.Dense(V)
    return AttentionDecoder(CELLS[cells](), attention, embedding, projection, **options)


def hand_decoder(attention, **options):
    """Widths of one, every weight one, linear: the numbers of the tests below can be checked by hand."""
    cell = keras.layers.SimpleRNNCell(
        1, activation="linear", use_bias=False, kernel_initializer="ones", recurrent_initializer="ones"
    )
    return AttentionDecoder(cell, attention, **options)
