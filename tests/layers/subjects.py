"""The layers under the contract, in the variants that run different code."""

from functools import partial

import keras
import numpy as np

from rnnapps.initializers import ChronoBias, OrthogonalPerGate
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
    Stacked,
)
from tests.layer_checks import B, D, Subject

VOCABULARY, STEPS = 7, 3
ALL = {"return_sequences": True, "return_state": True}
INITIALISED = {
    "recurrent_initializer": OrthogonalPerGate(seed=1),
    "bias_initializer": ChronoBias(9, units=4, seed=1),
    "unit_forget_bias": False,
}
LSTM_EXTRAS = {"layer_norm": True, "zoneout": 0.3, "zoneout_cell": 0.2, "peephole": True, "projection_units": 3}

# Configured otherwise, but called outside training these run the code of the plain ones.
CONFIGURED = {
    "lstm-initialised": partial(LSTM, 4, **INITIALISED),
}
# One layer on one loop; what it computes on each kernel is compared in test_layer_kernels.py.
LOOPS = {
    "simple_rnn": partial(SimpleRNN, 4),
    "simple_rnn-everything": partial(SimpleRNN, 4, layer_norm=True, zoneout=0.3),
    "lstm": partial(LSTM, 4),
    "lstm-everything": partial(LSTM, 4, **LSTM_EXTRAS),
    "gru": partial(GRU, 4),
    "gru-everything": partial(GRU, 4, layer_norm=True, zoneout=0.3),
    "gru-reset_before-layer_norm": partial(GRU, 4, reset_after=False, layer_norm=True),
    "gru-backwards": partial(GRU, 4, go_backwards=True),
}
DROPPING = {
    "simple_rnn-dropout": partial(SimpleRNN, 4, dropout=0.3, recurrent_dropout=0.2, seed=3),
    "lstm-dropout": partial(LSTM, 4, dropout=0.3, recurrent_dropout=0.2, seed=3),
    "gru-dropout": partial(GRU, 4, dropout=0.3, recurrent_dropout=0.2, seed=3),
    "lstm-zoneout-dropout": partial(LSTM, 4, zoneout=0.3, zoneout_cell=0.2, dropout=0.3, seed=3),
}
WRAPPED = {
    "bidirectional-lstm": lambda **kw: Bidirectional(LSTM(4, **kw)),
    "bidirectional-gru-sum": lambda **kw: Bidirectional(GRU(4, layer_norm=True, **kw), merge_mode="sum"),
    "bidirectional-stacked": lambda **kw: Bidirectional(Stacked(GRU(4), 2, **kw)),
    "stacked": lambda **kw: Stacked(LSTM(4, projection_units=3), 2, residual=True, dropout=0.2, **kw),
    "stacked-bidirectional": lambda **kw: Stacked([Bidirectional(GRU(2)), LSTM(4)], residual=True, **kw),
    "stacked-backwards": lambda **kw: Stacked([SimpleRNN(4), GRU(4)], go_backwards=True, **kw),
    "stacked-alternating": lambda **kw: Stacked([GRU(4), GRU(4, go_backwards=True)], residual=True, **kw),
}


def recurrent(make) -> Subject:
    return Subject(lambda **kw: make(**{**ALL, **kw}))


RECURRENT = {name: recurrent(make) for name, make in {**LOOPS, **DROPPING, **CONFIGURED, **WRAPPED}.items()}

ATTENTION_MAKERS = {
    "bahdanau": lambda: BahdanauAttention(4),
    "bahdanau-everything": lambda: BahdanauAttention(4, normalize=True, use_bias=True, score_initializer="he_normal"),
    "luong-dot": lambda: LuongAttention("dot"),
    "luong-general": lambda: LuongAttention("general"),
    "luong-concat": lambda: LuongAttention("concat", units=3),
}
QUERY = np.random.default_rng(1).normal(size=(B, STEPS, D)).astype("float32")
ATTENTION = {
    name: Subject(make, (QUERY,), {"return_attention_scores": True}, ("row", "alignment"))
    for name, make in ATTENTION_MAKERS.items()
}


def decoder(cells, attention, width: int = 3, projection=None, **options) -> AttentionDecoder:
    embedding = keras.layers.ReversibleEmbedding(VOCABULARY, width)
    return AttentionDecoder(cells, attention, embedding, projection or keras.layers.Dense(VOCABULARY), **options)


DECODER_MAKERS = {
    "decoder-bahdanau": lambda: decoder(LSTMCell(4), BahdanauAttention(5), readout_units=6),
    "decoder-maxout": lambda: decoder(
        GRUCell(4), BahdanauAttention(5, normalize=True), readout_units=6, readout="maxout", dropout=0.2, seed=3
    ),
    "decoder-luong": lambda: decoder(keras.layers.GRUCell(4), LuongAttention("dot"), timing="luong"),
    "decoder-input_feeding": lambda: decoder(
        LSTMCell(4, peephole=True), LuongAttention("concat"), timing="luong", input_feeding=True
    ),
    "decoder-stacked": lambda: decoder(
        [keras.layers.LSTMCell(4), GRUCell(4), LSTMCell(5, projection_units=4)], BahdanauAttention(5), residual=True
    ),
    "decoder-tied": lambda: decoder(GRUCell(4), LuongAttention("general"), 4, "tied", timing="luong"),
}
# Vectors in, features out: no embedding, no readout, no projection.
FEATURES = {"decoder-features": lambda: AttentionDecoder(LSTMCell(4), LuongAttention("general"))}
IDS = np.random.default_rng(2).integers(1, VOCABULARY, size=(B, STEPS)).astype("int32")
# Without a source a decoder still speaks: rows that attend to nothing are not silent.
DECODER = {
    "options": {"return_attention_scores": True, "return_state": True},
    "outputs": ("row", "alignment"),
    "silent": False,
}
DECODERS = {name: Subject(make, (IDS,), **DECODER) for name, make in DECODER_MAKERS.items()}
DECODERS |= {name: Subject(make, (QUERY,), **DECODER) for name, make in FEATURES.items()}
SUBJECTS = {**RECURRENT, **ATTENTION, **DECODERS}
