"""Rows that are done leave the batch, and no result shows it."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding import beam_search
from tests.decoding.table_model import END, START, TableModel

MODEL = TableModel(rows=8, steps=9, seed=4)
CAPS = tf.constant([1, 9, 2, 0, 9, 3, 5, 9])
BEAMS = 3


def closed_over(tokens, states):
    return MODEL.step(tokens, states)


class Remembered:
    """The same model, but that which row it is stands in the memory; counts the rows of every step."""

    def __init__(self):
        self.rows = []

    def __call__(self, tokens, states, memory):
        self.rows.append(tokens.shape[0])
        logits, states, alignment = MODEL.step(tokens, {"row": memory["row"], "time": states})
        return logits, states["time"], alignment


def remembered(step, **options):
    memory = {"row": tf.range(8), "mask": None}
    return beam_search(step, tf.zeros(8, tf.int32), memory=memory, **options)


@pytest.mark.parametrize("penalties", [(0.0, 0.0), (1.0, 0.0), (0.6, 0.5)])
@pytest.mark.parametrize("traced", [False, True])
def test_a_memory_gives_what_closing_over_it_gives(penalties, traced):
    options = {"beam_size": BEAMS, "start_id": START, "end_id": END, "max_lengths": CAPS, "n_best": BEAMS}
    options |= {"length_penalty": penalties[0], "coverage_penalty": penalties[1]}
    call = lambda: remembered(Remembered(), **options)
    found = (tf.function(call, autograph=False) if traced else call)()
    expected = beam_search(closed_over, MODEL.states(), **options)
    for name in expected._fields:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-6, err_msg=name)


def test_rows_that_are_done_are_not_computed_again():
    step = Remembered()
    remembered(step, beam_size=BEAMS, start_id=START, end_id=END, max_lengths=CAPS)
    assert step.rows[0] == 8 * BEAMS
    assert step.rows[-1] <= 4 * BEAMS
    assert sorted(step.rows, reverse=True) == step.rows
