import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding import beam_search, greedy, tile_beams
from rnnapps.layers import AttentionDecoder, BahdanauAttention, GRUCell
from tests.decoding.table_model import END, START, TableModel, tokens_of

IDS = {"start_id": START, "end_id": END}
PENALTIES = [(0.0, 0.0), (0.6, 0.0), (1.0, 0.0), (0.0, 0.3), (1.0, 0.2)]


def search(model, rows=None, caps=None, **options):
    states = model.states(rows)
    caps = [model.steps] * len(states["row"]) if caps is None else caps
    return beam_search(model.step, states, max_lengths=caps, **{**IDS, **options})


def penalized(log_prob, length, alignments, length_penalty, coverage_penalty):
    coverage = np.minimum(alignments.sum(0), 1)
    return log_prob / ((5 + length) / 6) ** length_penalty + coverage_penalty * np.log(coverage).sum()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_a_beam_of_one_is_greedy(seed, length_penalty):
    model = TableModel(rows=8, steps=6, vocabulary=8, seed=seed)
    beam = search(model, beam_size=1, length_penalty=length_penalty)
    best = greedy(model.step, model.states(), max_lengths=[6] * 8, **IDS)
    np.testing.assert_array_equal(beam.tokens, best.tokens)
    np.testing.assert_array_equal(beam.lengths, best.lengths)
    np.testing.assert_allclose(beam.log_probs, best.log_probs, atol=1e-5)
    np.testing.assert_allclose(beam.alignments, best.alignments, atol=1e-6)


@pytest.mark.parametrize(("length_penalty", "coverage_penalty"), PENALTIES)
def test_a_wide_beam_finds_what_exhaustive_enumeration_finds(length_penalty, coverage_penalty):
    model = TableModel(rows=3, steps=3, vocabulary=4)
    result = search(model, beam_size=40, n_best=40, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    for row in range(3):
        scored = {
            tokens: penalized(*(lambda s: (s[0], len(tokens), s[1]))(model.score(row, tokens)), length_penalty,
                              coverage_penalty)
            for tokens in model.every_hypothesis(3)
        }  # fmt: skip
        assert len(scored) == 40
        found = [tokens_of(result, row, n) for n in range(40)]
        assert set(found) == set(scored)
        np.testing.assert_allclose(result.scores[row], sorted(scored.values(), reverse=True), atol=1e-4)
        np.testing.assert_allclose(result.scores[row], [scored[tokens] for tokens in found], atol=1e-4)


@pytest.mark.parametrize(("length_penalty", "coverage_penalty"), PENALTIES)
def test_a_batch_equals_its_rows_one_by_one(length_penalty, coverage_penalty):
    model = TableModel(rows=6, steps=5, vocabulary=6, seed=2)
    caps = [5, 1, 4, 0, 3, 5]
    options = {
        "beam_size": 3,
        "n_best": 3,
        "length_penalty": length_penalty,
        "coverage_penalty": coverage_penalty,
    }
    together = search(model, caps=caps, **options)
    for row, cap in enumerate(caps):
        alone = search(model, rows=[row], caps=[cap], **options)
        for n in range(3):
            assert tokens_of(together, row, n) == tokens_of(alone, 0, n)
        np.testing.assert_allclose(together.scores[row], alone.scores[0], atol=1e-5)


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_the_best_of_one_is_the_first_of_the_n_best(length_penalty):
    # With n_best=1 a row stops as soon as its best is settled; that must not change what the best is.
    for seed in range(6):
        model = TableModel(rows=8, steps=7, vocabulary=6, seed=seed)
        one = search(model, beam_size=4, n_best=1, length_penalty=length_penalty)
        four = search(model, beam_size=4, n_best=4, length_penalty=length_penalty)
        for row in range(8):
            assert tokens_of(one, row) == tokens_of(four, row)
        np.testing.assert_allclose(one.scores[:, 0], four.scores[:, 0], atol=1e-6)


def test_n_best_are_sorted_and_distinct():
    model = TableModel(rows=5, steps=6, vocabulary=7, seed=3)
    result = search(model, beam_size=6, n_best=6, length_penalty=0.8)
    assert np.all(np.diff(result.scores) <= 0)
    for row in range(5):
        assert len({tokens_of(result, row, n) for n in range(6)}) == 6


@pytest.mark.parametrize(("length_penalty", "coverage_penalty"), PENALTIES)
def test_scoring_the_output_again_gives_log_probability_score_and_alignments(length_penalty, coverage_penalty):
    model = TableModel(rows=4, steps=6, vocabulary=6, seed=4)
    result = search(model, beam_size=3, n_best=3, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    for row in range(4):
        for n in range(3):
            tokens = tokens_of(result, row, n)
            log_prob, alignments = model.score(row, tokens)
            assert float(result.log_probs[row, n]) == pytest.approx(log_prob, abs=1e-4)
            score = penalized(log_prob, len(tokens), alignments, length_penalty, coverage_penalty)
            assert float(result.scores[row, n]) == pytest.approx(score, abs=1e-4)
            np.testing.assert_allclose(result.alignments[row, n, : len(tokens)], alignments, atol=1e-6)
            assert not np.any(result.alignments[row, n, len(tokens) :])


def path_step(probabilities):
    """A model of one row: probabilities[t] over tokens, whatever came before; alignments look at position t % 2."""
    logits = tf.math.log(tf.constant(probabilities, tf.float32))

    def step(tokens, time):
        time_now = tf.minimum(time, len(probabilities) - 1)
        return tf.gather(logits, time_now), time + 1, tf.one_hot(time % 2, 2)

    return step, tf.zeros((1,), tf.int32)


def test_length_penalty_by_hand():
    # Ending at once: log .5 = -0.6931, lp = (6/6)^1 = 1. Token 3, then the end: log(.5 * .9) = -0.7985,
    # lp = 7/6, score -0.6844: worse by probability, better by score.
    step, states = path_step([[1e-9, 1e-9, 0.5, 0.5], [1e-9, 1e-9, 0.9, 0.1]])
    plain = beam_search(step, states, beam_size=2, max_lengths=[2], **IDS)
    long = beam_search(step, states, beam_size=2, max_lengths=[2], length_penalty=1.0, **IDS)
    assert (tokens_of(plain, 0), tokens_of(long, 0)) == ((END,), (3, END))
    assert float(plain.scores[0, 0]) == pytest.approx(-0.69315, abs=1e-4)
    assert float(long.scores[0, 0]) == pytest.approx(np.log(0.45) / (7 / 6), abs=1e-4)
    assert float(long.log_probs[0, 0]) == pytest.approx(np.log(0.45), abs=1e-4)


def test_coverage_penalty_by_hand():
    # Ending at once looks only at position 0: coverage (1, 0), with a floor of 1e-10 where the mask says that
    # position 1 is real: 0.1 log 1e-10 = -2.3026. Two steps look at both: no penalty.
    step, states = path_step([[1e-9, 1e-9, 0.7, 0.3], [1e-9, 1e-9, 0.9, 0.1]])
    options = {"beam_size": 2, "max_lengths": [2], "coverage_penalty": 0.1, "n_best": 2, **IDS}
    result = beam_search(step, states, coverage_mask=np.array([[True, True]]), **options)
    assert tokens_of(result, 0) == (3, END)
    np.testing.assert_allclose(result.scores[0], [np.log(0.27), np.log(0.7) + 0.1 * np.log(1e-10)], atol=1e-4)
    padded = beam_search(step, states, coverage_mask=np.array([[True, False]]), **options)
    assert tokens_of(padded, 0) == (END,)
    # Without a mask position 1 counts as well: one of the two beams attended to it.
    unmasked = beam_search(step, states, **options)
    np.testing.assert_allclose(unmasked.scores, result.scores)


@pytest.mark.parametrize("memory", [None, "given"], ids=["closed_over", "memory"])
def test_coverage_ranks_also_where_no_alignments_are_kept(memory):
    model = TableModel(rows=4)
    step = model.step if memory is None else lambda tokens, states, memory: model.step(tokens, states)
    given = {} if memory is None else {"memory": tf.zeros((4, 1))}
    options = {"beam_size": 3, "max_lengths": [5, 2, 4, 5], "coverage_penalty": 0.7, "n_best": 3, **IDS}
    kept = beam_search(step, model.states(), **given, **options)
    spared = beam_search(step, model.states(), alignments=False, **given, **options)
    assert spared.alignments is None
    np.testing.assert_array_equal(spared.tokens, kept.tokens)
    np.testing.assert_array_equal(spared.scores, kept.scores)
    # sum over what was kept: the coverage that the penalty counts
    coverage = np.clip(kept.alignments.numpy().sum(axis=2), 1e-10, 1.0)
    expected = kept.log_probs + 0.7 * np.log(coverage).sum(axis=-1)
    np.testing.assert_allclose(kept.scores, expected, rtol=1e-4)


def test_partial_coverage_costs_its_logarithm():
    def step(tokens, states):
        return tf.math.log([[1e-9, 1e-9, 0.9, 0.1]]), states, tf.constant([[0.75, 0.25, 0.0]])

    result = beam_search(step, tf.zeros((1,)), beam_size=1, max_lengths=[1], coverage_penalty=2.0, **IDS)
    assert float(result.scores[0, 0]) == pytest.approx(np.log(0.9) + 2 * np.log(0.75 * 0.25), abs=1e-4)


def test_finished_beams_stop_collecting_probability():
    # Each further token would cost log .6 at best; the hypotheses that ended at steps 1 and 2 keep what they had.
    step, states = path_step([[1e-9, 1e-9, 0.4, 0.6]] + 5 * [[0.1, 0.1, 0.6, 0.2]])
    result = beam_search(step, states, beam_size=2, max_lengths=[6], n_best=2, length_penalty=0.0, **IDS)
    assert (tokens_of(result, 0, 0), tokens_of(result, 0, 1)) == ((END,), (3, END))
    np.testing.assert_allclose(result.log_probs[0], [np.log(0.4), np.log(0.6 * 0.6)], atol=1e-4)


def test_among_equals_the_lower_ids_win():
    step, states = path_step([[0.2, 0.2, 0.2, 0.2, 0.2]])
    result = beam_search(step, states, beam_size=3, max_lengths=[1], n_best=3, **IDS)
    np.testing.assert_array_equal(result.tokens[0, :, 0], [0, 1, 2])


def test_fewer_hypotheses_than_beams_leave_the_rest_empty():
    model = TableModel(rows=1, vocabulary=4)
    result = search(model, caps=[1], beam_size=6, n_best=6)
    assert [len(tokens_of(result, 0, n)) for n in range(6)] == [1, 1, 1, 1, 0, 0]
    assert np.all(np.isneginf(result.scores[0, 4:])) and np.all(np.isfinite(result.scores[0, :4]))


def test_forbidden_ids_are_never_chosen():
    model = TableModel(rows=4, steps=5, vocabulary=6)
    result = search(model, beam_size=4, n_best=4, forbidden_ids=(0, START, 5))
    used = {token for row in range(4) for n in range(4) for token in tokens_of(result, row, n)}
    assert used == {END, 3, 4}


def test_nan_logits_do_not_spread():
    def step(tokens, states):
        bad = tf.constant([np.nan, 0.5, -np.inf, 1.0])
        return tf.repeat(bad[None], tf.shape(tokens)[0], axis=0), states, None

    result = beam_search(step, tf.zeros((2,)), beam_size=2, n_best=2, max_lengths=[2, 2], **IDS)
    assert tokens_of(result, 0) == (3, 3)
    assert np.all(np.isfinite(result.scores))


def test_no_rows_give_no_hypotheses():
    result = search(TableModel(), rows=np.zeros(0, int), caps=np.zeros(0, int), beam_size=3, n_best=2)
    assert result.tokens.shape[:2] == (0, 2)


def test_states_of_any_structure_follow_their_beams():
    model = TableModel(rows=3, steps=5, vocabulary=6)

    def step(tokens, states):
        logits, table_states, _ = model.step(tokens, states[0])
        history = tf.concat([states[1][0][:, 1:], tokens[:, None]], axis=1)
        return logits, (table_states, [history]), tf.cast(history, tf.float32)

    states = (model.states(), [tf.zeros((3, 4), tf.int32)])
    result = beam_search(step, states, beam_size=3, max_lengths=[5] * 3, n_best=3, **IDS)
    for row in range(3):
        for n in range(3):
            tokens = [0, 0, 0, START, *tokens_of(result, row, n)]
            for t in range(len(tokens) - 4):
                np.testing.assert_array_equal(result.alignments[row, n, t], tokens[t : t + 4])


@pytest.fixture(scope="module")
def translator():
    keras.utils.set_random_seed(1)
    decoder = AttentionDecoder(
        [GRUCell(8)], BahdanauAttention(8), keras.layers.Embedding(9, 5), keras.layers.Dense(9, "tanh"), readout_units=6
    )  # fmt: skip
    values = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32")
    mask = np.arange(6) < np.array([6, 3, 1, 0])[:, None]
    decoder(np.zeros((4, 1), int), values=values)
    # Sharper than an untrained model, so that hypotheses differ.
    for weight in decoder.trainable_weights:
        weight.assign(3 * weight)
    return decoder, values, mask


def translate(decoder, values, mask, beam_size=3, n_best=3):
    memory = decoder.prepare(values, mask)
    tiled = tile_beams(memory, beam_size)
    return beam_search(
        lambda tokens, states: decoder.step(tokens, states, tiled),
        decoder.initial_states(memory),
        beam_size=beam_size,
        n_best=n_best,
        max_lengths=tf.fill([tf.shape(values)[0]], 7),
        length_penalty=0.6,
        coverage_penalty=0.1,
        coverage_mask=mask,
        **IDS,
    )


def test_teacher_forcing_the_output_gives_its_log_probability(translator):
    decoder, values, mask = translator
    result = translate(decoder, values, mask)
    for row in range(4):
        for n in range(3):
            tokens = np.array([tokens_of(result, row, n)])
            inputs = np.concatenate([[[START]], tokens[:, :-1]], axis=1)
            logits, alignments = decoder(
                inputs, values=values[row : row + 1], mask=mask[row : row + 1], return_attention_scores=True
            )
            log_probs = tf.nn.log_softmax(logits)[0]
            total = sum(float(log_probs[t, token]) for t, token in enumerate(tokens[0]))
            assert float(result.log_probs[row, n]) == pytest.approx(total, abs=1e-4)
            np.testing.assert_allclose(result.alignments[row, n, : tokens.shape[1]], alignments[0], atol=1e-5)


def test_a_saved_model_with_unknown_shapes_gives_the_same(translator, tmp_path):
    decoder, values, mask = translator

    class Translator(tf.Module):
        def __init__(self):
            super().__init__()
            self.decoder = decoder

        @tf.function(input_signature=[tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), tf.bool)])
        def __call__(self, values, mask):
            return translate(self.decoder, values, mask)._asdict()

    tf.saved_model.save(Translator(), tmp_path / "model")
    loaded = tf.saved_model.load(tmp_path / "model")
    for rows in (slice(0, 4), slice(1, 2)):
        expected = translate(decoder, values[rows], mask[rows])._asdict()
        for name, value in loaded(tf.constant(values[rows]), tf.constant(mask[rows])).items():
            np.testing.assert_allclose(value, expected[name], atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_size": 2, "caps": 5}, r"max_lengths must be \(B,\), a cap for every row, got shape \(\)"),
        ({"beam_size": 0}, "beam_size must be at least 1, got 0"),
        ({"beam_size": 2, "n_best": 3}, r"n_best must lie in \[1, beam_size=2\], got 3"),
        ({"beam_size": 2, "length_penalty": -1.0}, "length_penalty=-1.0"),
        ({"beam_size": 2, "coverage_penalty": -0.5}, "coverage_penalty=-0.5"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        search(TableModel(), **options)


def test_a_coverage_penalty_without_alignments_is_refused():
    model = TableModel()
    step = lambda tokens, states: (*model.step(tokens, states)[:2], None)
    with pytest.raises(ValueError, match=r"coverage_penalty=0.5 needs a step that gives alignments"):
        beam_search(step, model.states(), beam_size=2, max_lengths=[3] * 3, coverage_penalty=0.5, **IDS)
