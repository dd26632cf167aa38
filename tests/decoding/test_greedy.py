import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding import greedy
from tests.decoding.table_model import END, START, TableModel, tokens_of

IDS = {"start_id": START, "end_id": END}


def fixed_step(*steps, alignment=None):
    """A model of one row whose probabilities at step t are steps[t], whatever came before."""
    logits = tf.math.log(tf.constant(steps, tf.float32))

    def step(tokens, time):
        return tf.gather(logits, time), time + 1, alignment

    return step, tf.zeros((1,), tf.int32)


def test_the_likeliest_token_of_every_step_until_the_end():
    step, states = fixed_step([0.1, 0.1, 0.1, 0.7], [0.2, 0.1, 0.4, 0.3])
    result = greedy(step, states, max_lengths=[5], **IDS)
    np.testing.assert_array_equal(result.tokens, [[[3, END]]])
    np.testing.assert_array_equal(result.lengths, [[2]])
    np.testing.assert_allclose(result.log_probs, [[np.log(0.7 * 0.4)]], rtol=1e-5)
    np.testing.assert_allclose(result.scores, result.log_probs)


def test_among_equals_the_lowest_id_wins():
    step, states = fixed_step([0.1, 0.2, 0.2, 0.25, 0.25])
    assert tokens_of(greedy(step, states, max_lengths=[1], **IDS), 0) == (3,)


def test_a_cut_hypothesis_has_no_end():
    step, states = fixed_step([0.1, 0.1, 0.1, 0.7], [0.1, 0.1, 0.1, 0.7], [0.1, 0.1, 0.1, 0.7])
    assert tokens_of(greedy(step, states, max_lengths=[2], **IDS), 0) == (3, 3)


def test_a_batch_equals_its_rows_one_by_one():
    model = TableModel(rows=6, steps=5, vocabulary=7)
    caps = [5, 1, 4, 0, 3, 5]
    together = greedy(model.step, model.states(), max_lengths=caps, **IDS)
    for row, cap in enumerate(caps):
        alone = greedy(model.step, model.states([row]), max_lengths=[cap], **IDS)
        assert tokens_of(together, row) == tokens_of(alone, 0)
        assert len(tokens_of(together, row)) <= cap
        np.testing.assert_allclose(together.log_probs[row], alone.log_probs[0], atol=1e-6)


def test_scoring_the_output_again_gives_its_log_probability_and_alignments():
    model = TableModel(rows=4, steps=5, vocabulary=6)
    result = greedy(model.step, model.states(), max_lengths=[5] * 4, **IDS)
    for row in range(4):
        expected, alignments = model.score(row, tokens_of(result, row))
        length = len(alignments)
        assert float(result.log_probs[row, 0]) == pytest.approx(expected, abs=1e-5)
        np.testing.assert_allclose(result.alignments[row, 0, :length], alignments, atol=1e-6)
        assert not np.any(result.alignments[row, 0, length:])


def test_padding_follows_the_end():
    model = TableModel(rows=6, steps=5, vocabulary=7, seed=1)
    result = greedy(model.step, model.states(), max_lengths=[5] * 6, pad_id=-1, **IDS)
    after = np.arange(result.tokens.shape[2]) >= result.lengths.numpy()[..., None]
    assert np.any(after) and np.all((result.tokens.numpy() == -1) == after)


def test_forbidden_ids_are_never_chosen_and_nothing_is_renormalised():
    step, states = fixed_step([0.1, 0.1, 0.3, 0.5])
    result = greedy(step, states, max_lengths=[1], forbidden_ids=(3, 0), **IDS)
    assert tokens_of(result, 0) == (END,)
    assert float(result.log_probs[0, 0]) == pytest.approx(np.log(0.3), abs=1e-5)


def test_alignments_that_are_not_wanted_are_not_kept():
    model = TableModel(rows=2)
    kept = greedy(model.step, model.states(), max_lengths=[4, 3], **IDS)
    spared = greedy(model.step, model.states(), max_lengths=[4, 3], alignments=False, **IDS)
    assert kept.alignments is not None
    assert spared.alignments is None
    np.testing.assert_array_equal(spared.tokens, kept.tokens)


def test_a_step_without_alignment_gives_none():
    step, states = fixed_step([0.1, 0.2, 0.7])
    assert greedy(step, states, max_lengths=[3], **IDS).alignments is None


def test_nan_and_infinite_logits_neither_win_nor_spread():
    def step(tokens, states):
        return tf.constant([[np.nan, 0.0, -np.inf, 1.0], [np.nan] * 4]), states, None

    result = greedy(step, tf.zeros((2,)), max_lengths=[2, 2], **IDS)
    assert tokens_of(result, 0) == (3, 3)
    assert np.all(np.isfinite(result.log_probs))


def test_no_rows_give_no_hypotheses():
    model = TableModel()
    result = greedy(model.step, model.states(np.zeros(0, int)), max_lengths=np.zeros(0, int), **IDS)
    assert result.tokens.shape[0] == 0 and result.scores.shape == (0, 1)


def test_traced_with_an_unknown_batch_gives_the_same():
    model = TableModel(rows=4)
    specs = [{name: tf.TensorSpec((None,), tf.int32) for name in ("row", "time")}, tf.TensorSpec((None,), tf.int32)]
    traced = tf.function(
        lambda states, caps: greedy(model.step, states, max_lengths=caps, **IDS), input_signature=specs
    )
    for rows in ([0, 1, 2, 3], [2]):
        caps = tf.fill([len(rows)], 4)
        expected = greedy(model.step, model.states(rows), max_lengths=caps, **IDS)
        for a, b in zip(traced(model.states(rows), caps), expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_one_cap_for_all_rows_is_refused():
    step, states = fixed_step([0.1, 0.1, 0.1, 0.7])
    with pytest.raises(ValueError, match=r"max_lengths must be \(B,\), a cap for every row, got shape \(\)"):
        greedy(step, states, max_lengths=5, **IDS)
