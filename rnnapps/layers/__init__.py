"""Recurrent layers and attention for Keras 3, one file each."""

from rnnapps.layers.attention_decoder import AttentionDecoder
from rnnapps.layers.bahdanau_attention import BahdanauAttention
from rnnapps.layers.bidirectional import Bidirectional
from rnnapps.layers.gru import GRU, GRUCell
from rnnapps.layers.lstm import LSTM, LSTMCell
from rnnapps.layers.luong_attention import LuongAttention
from rnnapps.layers.simple_rnn import SimpleRNN, SimpleRNNCell
from rnnapps.layers.stacked import Stacked

__all__ = [
    "GRU",
    "LSTM",
    "AttentionDecoder",
    "BahdanauAttention",
    "Bidirectional",
    "GRUCell",
    "LSTMCell",
    "LuongAttention",
    "SimpleRNN",
    "SimpleRNNCell",
    "Stacked",
]
