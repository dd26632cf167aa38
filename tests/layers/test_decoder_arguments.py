"""What `AttentionDecoder` takes, and what it says of what it does not."""

import keras
import numpy as np
import pytest

from rnnapps.layers import AttentionDecoder, LuongAttention
from tests.layers.decoders import MASK, B, V, make_decoder


def test_the_initial_state_is_flat_bottom_cell_first(ids, values):
    decoder = make_decoder("stack")
    states = [np.full((B, 7), i / 10, "float32") for i in range(5)]  # h, c; h; h, c
    logits = decoder(ids, values=values, initial_state=states)
    memory = decoder.prepare(values)
    first = decoder.initial_states(memory, states)
    np.testing.assert_allclose(logits[:, 0], decoder.step(ids[:, 0], first, memory)[0], atol=1e-5)
    assert [float(s[0, 0]) for s in first.cells] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timing": "late"}, "timing must be one of bahdanau, luong, got 'late'"),
        ({"input_feeding": True}, "input_feeding=True belongs to timing='luong'"),
        ({"readout": "maxout", "timing": "luong"}, "readout='maxout' belongs to timing='bahdanau'"),
        ({"readout": "relu", "readout_units": 3}, "kind must be one of tanh, maxout, got 'relu'"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), got 1.0"),
        ({"projection": "linear"}, "projection must be a layer, 'tied' or None, got 'linear'"),
        ({"projection": "tied"}, "got Embedding"),
        ({"cells": []}, "at least one cell"),
        ({"cells": keras.layers.GRU(3)}, "cells must be cells such as GRUCell, got <GRU"),
        ({"attention": keras.layers.AdditiveAttention()}, "attention must be .* got <AdditiveAttention"),
        ({"readout": "maxout"}, "readout='maxout' needs readout_units"),
        ({"readout_units": 0}, "units must be at least 1, got 0"),
        ({"cells": [keras.layers.GRUCell(3), keras.layers.GRUCell(4)], "residual": True}, r"got \[3, 4\]"),
    ],
)
def test_arguments_that_do_not_fit_are_named(options, message):
    arguments = {"cells": keras.layers.GRUCell(3), "embedding": keras.layers.Embedding(4, 3), **options}
    arguments = {"attention": LuongAttention(), **arguments}
    with pytest.raises(ValueError, match=message):
        AttentionDecoder(**arguments)


def test_a_wrong_number_of_initial_states_is_named(ids, values):
    with pytest.raises(ValueError, match=r"2 tensors \(B, U\) of widths \[7, 7\], got shapes \[\(2, 7\)\]"):
        make_decoder()(ids, values=values, initial_state=[np.zeros((B, 7))])


def test_a_tied_projection_of_another_width_is_named(ids, values):
    decoder = make_decoder(embedding=keras.layers.ReversibleEmbedding(V, 3), projection="tied")
    with pytest.raises(ValueError, match="got 6 and 3; set readout_units"):
        decoder(ids, values=values)


def test_cells_of_another_dtype_are_named():
    with pytest.raises(ValueError, match="in its own dtype=float64, got float32, float32"):
        AttentionDecoder(keras.layers.GRUCell(3), LuongAttention(), dtype="float64")


def test_initial_states_may_be_nested_per_cell_or_one_tensor(ids, values):
    h, c = np.full((B, 7), 0.3, "float32"), np.full((B, 7), -0.2, "float32")
    stack, gru = make_decoder("stack"), make_decoder("gru")
    flat, nested = [h, c, h, c, h], [[h, c], h, [c, h]]
    np.testing.assert_array_equal(
        stack(ids, values=values, initial_state=flat), stack(ids, values=values, initial_state=nested)
    )
    np.testing.assert_array_equal(gru(ids, values=values, initial_state=h), gru(ids, values=values, initial_state=[h]))


@pytest.mark.parametrize("state", [np.zeros((B, 5)), np.zeros(7)])
def test_an_initial_state_of_a_wrong_shape_is_named(state, ids, values):
    with pytest.raises(ValueError, match=r"1 tensors \(B, U\) of widths \[7\], got shapes"):
        make_decoder("gru")(ids, values=values, initial_state=[state])


def test_a_mask_of_a_wrong_shape_is_named(ids, values):
    with pytest.raises(ValueError, match=r"mask must be \(B, S\) like values \(2, 4, 6\), got \(2, 3\)"):
        make_decoder()(ids, values=values, mask=MASK[:, :3])
