import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding import greedy, sample
from tests.decoding.table_model import END, START, TableModel, tokens_of

IDS = {"start_id": START, "end_id": END}
PROBABILITIES = np.array([0.05, 0.1, 0.15, 0.3, 0.4])
N = 4000


def first_tokens(probabilities=PROBABILITIES, **options):
    """Draws the first token N times; the share of each id."""
    logits = tf.math.log(tf.constant(probabilities, tf.float32))
    step = lambda tokens, states: (tf.repeat(logits[None], tf.shape(tokens)[0], axis=0), states, None)
    options = {"seed": (1, 2), "n": N, **options}
    result = sample(step, tf.zeros((1,)), max_lengths=[1], **IDS, **options)
    return np.bincount(result.tokens.numpy().ravel(), minlength=5) / options["n"]


def test_frequencies_match_the_probabilities():
    # Standard error at most sqrt(.25 / 4000) = 0.008; the draw is seeded.
    np.testing.assert_allclose(first_tokens(), PROBABILITIES, atol=0.025)


def test_temperature_sharpens_as_the_softmax_of_divided_logits():
    expected = PROBABILITIES**2 / np.sum(PROBABILITIES**2)
    np.testing.assert_allclose(first_tokens(temperature=0.5), expected, atol=0.025)


def test_temperature_may_be_a_tensor():
    expected = PROBABILITIES**0.5 / np.sum(PROBABILITIES**0.5)
    np.testing.assert_allclose(first_tokens(temperature=tf.constant(2.0)), expected, atol=0.025)


@pytest.mark.parametrize("temperature", [0.0, 1e-4])
def test_no_temperature_is_greedy(temperature):
    model = TableModel(rows=6, steps=5, vocabulary=7)
    options = {"max_lengths": [5] * 6, **IDS}
    drawn = sample(model.step, model.states(), seed=(3, 4), temperature=temperature, **options)
    for a, b in zip(drawn, greedy(model.step, model.states(), **options), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_top_k_draws_only_the_likeliest_in_their_proportions():
    np.testing.assert_allclose(first_tokens(top_k=2), [0, 0, 0, 3 / 7, 4 / 7], atol=0.025)


def test_top_k_beyond_the_vocabulary_is_all_of_it():
    np.testing.assert_allclose(first_tokens(top_k=50), PROBABILITIES, atol=0.025)


def test_top_p_draws_the_fewest_that_hold_that_much():
    # .4 < .6 <= .4 + .3
    np.testing.assert_allclose(first_tokens(top_p=0.6), [0, 0, 0, 3 / 7, 4 / 7], atol=0.025)
    np.testing.assert_allclose(first_tokens(top_p=0.75), [0, 0, 3 / 17, 6 / 17, 8 / 17], atol=0.025)


def test_a_tiny_top_p_keeps_the_best():
    np.testing.assert_array_equal(first_tokens(top_p=1e-6, n=50), [0, 0, 0, 0, 1])


def test_top_p_counts_within_top_k():
    # Among the best three, .15 / .85, .3 / .85, .4 / .85: the best alone holds .47, the best two .82.
    np.testing.assert_allclose(first_tokens(top_k=3, top_p=0.8), [0, 0, 0, 3 / 7, 4 / 7], atol=0.025)


def test_forbidden_ids_are_never_drawn():
    expected = np.array([0.05, 0.1, 0.15, 0.3, 0]) / 0.6
    np.testing.assert_allclose(first_tokens(forbidden_ids=(4,)), expected, atol=0.025)


def test_same_seed_same_samples_and_another_seed_others():
    model = TableModel(rows=3, steps=6, vocabulary=20, scale=0.1)
    draw = lambda seed: sample(model.step, model.states(), seed=seed, n=4, max_lengths=[6] * 3, **IDS).tokens.numpy()
    np.testing.assert_array_equal(draw((1, 2)), draw((1, 2)))
    assert draw((1, 2)).shape != draw((1, 3)).shape or np.any(draw((1, 2)) != draw((1, 3)))


def test_steps_draw_independently():
    # Two tokens with even odds at two steps: all four pairs come up about equally often.
    logits = tf.constant([-99.0, -99.0, -99.0, 0.0, 0.0])
    step = lambda tokens, states: (tf.repeat(logits[None], tf.shape(tokens)[0], axis=0), states, None)
    tokens = sample(step, tf.zeros((1,)), seed=(5, 6), n=N, max_lengths=[2], **IDS).tokens.numpy()[0]
    pairs = np.bincount(2 * (tokens[:, 0] - 3) + tokens[:, 1] - 3, minlength=4) / N
    np.testing.assert_allclose(pairs, [0.25] * 4, atol=0.03)


def test_log_probabilities_are_the_models_own_and_sorted():
    model = TableModel(rows=2, steps=5, vocabulary=6)
    result = sample(model.step, model.states(), seed=(1, 1), n=5, max_lengths=[5, 3], temperature=2.0, top_k=4, **IDS)
    assert np.all(np.diff(result.scores) <= 0)
    for row in range(2):
        for n in range(5):
            log_prob, alignments = model.score(row, tokens_of(result, row, n))
            assert float(result.log_probs[row, n]) == pytest.approx(log_prob, abs=1e-4)
            np.testing.assert_allclose(result.alignments[row, n, : len(alignments)], alignments, atol=1e-6)


def test_traced_with_an_unknown_batch_gives_the_same():
    model = TableModel(rows=4)
    specs = [
        {name: tf.TensorSpec((None,), tf.int32) for name in ("row", "time")},
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((2,), tf.int32),
    ]
    draw = lambda states, caps, seed: sample(
        model.step, states, max_lengths=caps, seed=seed, n=3, top_k=3, top_p=0.9, **IDS
    )
    arguments = model.states(), tf.fill([4], 4), tf.constant([1, 2])
    for a, b in zip(tf.function(draw, input_signature=specs)(*arguments), draw(*arguments), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n must be at least 1, got 0"),
        ({"top_k": -1}, "top_k must not be negative, got -1"),
        ({"top_p": 0.0}, r"top_p must lie in \(0, 1\], got 0.0"),
        ({"temperature": -1.0}, "temperature must not be negative, got -1.0"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    model = TableModel()
    with pytest.raises(ValueError, match=message):
        sample(model.step, model.states(), seed=(1, 2), max_lengths=[2] * 3, **IDS, **options)
