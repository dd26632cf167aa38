"""Layers inside a model, by names."""

import keras

from rnnapps.layers import GRU, Bidirectional, Stacked
from rnnapps.layers.inner_layers import inner_layers


def stack():
    return keras.Sequential([Stacked(Bidirectional(GRU(2, return_sequences=True)), 2, name="encoder")])


def test_names_are_the_same_however_many_layers_were_made_before():
    first, second = (list(inner_layers(stack())) for _ in range(2))
    assert first == second
    recurrent = [name for name in first if name.endswith("ward_gru")]
    assert recurrent == [
        "encoder/bidirectional/forward_gru",
        "encoder/bidirectional/backward_gru",
        "encoder/bidirectional_1/forward_gru",
        "encoder/bidirectional_1/backward_gru",
    ]


def test_given_names_stay():
    model = keras.Sequential([keras.layers.Dense(2, name="out_7"), keras.layers.Dense(2, name="dense_of_mine")])
    assert list(inner_layers(model)) == ["out_7", "dense_of_mine"]


def test_a_layer_that_is_used_twice_is_there_once():
    class Twice(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(2, name="first")
            self.wrapped = keras.Sequential([self.first], name="wrapped")

    assert list(inner_layers(Twice())) == ["first", "wrapped"]
