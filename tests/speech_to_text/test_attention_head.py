"""The head that spells, against every text that it could spell."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.attention_head import AttentionHead
from apps.speech_to_text.config import ModelConfig
from tests.decoding.ctc.all_paths import posteriors, text_log_probs

SYMBOLS, FRAMES, WIDTH = 3, 4, 5
CONFIG = ModelConfig(head="joint", attention_units=6, decoder_units=7, embedding=4, cell="gru", dropout=0.1)
MEMORY = np.random.default_rng(0).normal(size=(2, FRAMES, WIDTH)).astype("float32")
LENGTHS = np.array([FRAMES, 3])
LOG_PROBS = np.stack([posteriors(seed, FRAMES, SYMBOLS) for seed in range(2)])


@pytest.fixture(scope="module")
def head():
    keras.utils.set_random_seed(2)
    head = AttentionHead(CONFIG, SYMBOLS, label_smoothing=0.0)
    head.build(MEMORY.shape)
    # Outputs of some size, so that texts are not all as likely as each other.
    kernel = head.decoder.projection.kernel
    kernel.assign(4.0 * kernel)
    return head


def every_text(longest):
    return [text for count in range(longest + 1) for text in itertools.product(range(1, SYMBOLS), repeat=count)]


def padded(texts):
    longest = max(map(len, texts))
    return np.array([[*text, *[0] * (longest - len(text))] for text in texts], "int32")


def text_of(row):
    return tuple(int(symbol) for symbol in row if symbol)


def scores_of_all(head, row, longest):
    texts = every_text(longest)
    count = LENGTHS[row]
    scores = head.score(MEMORY[row : row + 1, :count], LENGTHS[row : row + 1], padded(texts)[None])
    return dict(zip(texts, np.array(scores[0]), strict=True))


def test_the_probabilities_of_all_texts_and_their_beginnings_sum_to_one(head):
    # What is no whole text of up to two symbols begins with one of three.
    texts = every_text(2)
    whole = np.exp(head.score(MEMORY[:1], LENGTHS[:1], padded(texts)[None]))[0].sum()
    logits = head(np.repeat(MEMORY[:1], 8, axis=0), np.full(8, FRAMES), padded(every_text(3)[7:]))
    log_probs = tf.nn.log_softmax(logits[:, :3])
    longer = np.exp(tf.reduce_sum(tf.gather(log_probs, padded(every_text(3)[7:]), axis=2, batch_dims=2), axis=1)).sum()
    assert whole + longer == pytest.approx(1.0, abs=1e-5)


def test_the_loss_is_the_score_of_the_labels_with_its_sign_turned(head):
    labels = np.array([[1, 2, 2], [2, 0, 0]])
    np.testing.assert_allclose(
        head.loss(MEMORY, LENGTHS, labels), -head.score(MEMORY, LENGTHS, labels[:, None])[:, 0], rtol=1e-5
    )


def test_padding_of_frames_and_labels_changes_no_loss(head):
    expected = head.loss(MEMORY[1:, :3], LENGTHS[1:], np.array([[2, 1]]))
    found = head.loss(MEMORY[1:], LENGTHS[1:], np.array([[2, 1, 0, 0]]))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_wide_beam_finds_the_best_texts_of_all(head):
    found = head.decode(MEMORY, LENGTHS, beam_size=40, n_best=3)
    for row in range(2):
        scores = scores_of_all(head, row, 6)
        best = sorted(scores, key=scores.get, reverse=True)[:3]
        assert [text_of(labels) for labels in found.labels[row]] == best
        np.testing.assert_allclose(found.scores[row], [scores[text] for text in best], rtol=1e-4)
        assert np.all(found.ended[row])


@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_with_posteriors_the_score_is_that_of_both(head, weight):
    found = head.decode(MEMORY, LENGTHS, beam_size=40, n_best=3, log_probs=LOG_PROBS, joint_weight=weight)
    for row in range(2):
        heard = text_log_probs(LOG_PROBS[row, : LENGTHS[row]])
        spelled = scores_of_all(head, row, LENGTHS[row])
        scores = {text: (1 - weight) * spelled[text] + weight * heard[text] for text in heard}
        best = sorted(scores, key=scores.get, reverse=True)[:3]
        assert [text_of(labels) for labels in found.labels[row]] == best
        np.testing.assert_allclose(found.scores[row], [scores[text] for text in best], rtol=1e-4)


@pytest.mark.parametrize("log_probs", [None, LOG_PROBS])
def test_the_rows_of_a_batch_do_not_see_each_other(head, log_probs):
    both = head.decode(MEMORY, LENGTHS, beam_size=4, n_best=2, log_probs=log_probs)
    heard = None if log_probs is None else log_probs[1:, :3]
    alone = head.decode(MEMORY[1:, :3], LENGTHS[1:], beam_size=4, n_best=2, log_probs=heard)
    assert [text_of(labels) for labels in both.labels[1]] == [text_of(labels) for labels in alone.labels[0]]
    np.testing.assert_allclose(both.scores[1], alone.scores[0], rtol=1e-4)


@pytest.fixture
def circling():
    """A head that says 1 again and again, and hardly ever ends."""
    head = AttentionHead(CONFIG, SYMBOLS)
    head.build(MEMORY.shape)
    head.decoder.projection.kernel.assign(np.zeros(head.decoder.projection.kernel.shape))
    head.decoder.projection.bias.assign([-6.0, 3.0, 0.0])
    return head


def test_what_goes_round_in_circles_is_cut_and_told(circling):
    found = circling.decode(MEMORY[:1], LENGTHS[:1], beam_size=2)
    assert text_of(found.labels[0, 0]) == (1,) * (2 * FRAMES + 1)
    assert not found.ended[0, 0]


def test_what_comes_to_an_end_is_ranked_before_what_was_cut(circling):
    circling.decoder.projection.bias.assign([-1.0, 3.0, 0.0])
    found = circling.decode(MEMORY[:1], LENGTHS[:1], beam_size=40, n_best=40)
    assert text_of(found.labels[0, 0]) == ()  # the likeliest that ends, though others are likelier
    ended = np.array(found.ended[0])
    assert ended.any() and not ended.all()
    assert not np.diff(ended.astype(int)).max() > 0


def test_ctc_ends_what_goes_round_in_circles(circling):
    # CTC hears 1, then 2.
    log_probs = np.log(np.array([[[0.01, 0.98, 0.01], [0.98, 0.01, 0.01], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01]]]))
    found = circling.decode(MEMORY[:1], LENGTHS[:1], 8, log_probs=log_probs.astype("float32"), joint_weight=0.7)
    assert text_of(found.labels[0, 0]) == (1, 2)
    assert found.ended[0, 0]


def test_rescoring_reorders_what_ctc_found(head):
    labels = padded([(1,), (2, 1), (), ()])[None]
    heard = np.array([[-1.0, -1.5, -2.0, -1e30]], "float32")
    spelled = head.score(MEMORY[:1], LENGTHS[:1], labels)[0].numpy()
    mixed = 0.25 * heard[0, :3] + 0.75 * spelled[:3]
    found, scores = head.rescore(MEMORY[:1], LENGTHS[:1], labels, heard, 0.25)
    order = np.argsort(-mixed)
    np.testing.assert_array_equal(found[0, :3], labels[0, order])
    np.testing.assert_allclose(scores[0, :3], mixed[order], rtol=1e-5)
    assert scores[0, 3] < -1e29  # a row with fewer hypotheses stays one


def test_rescoring_with_all_weight_on_ctc_changes_nothing(head):
    labels, heard = padded([(1,), (2, 1)])[None], np.array([[-1.0, -1.5]], "float32")
    found, scores = head.rescore(MEMORY[:1], LENGTHS[:1], labels, heard, 1.0)
    np.testing.assert_array_equal(found, labels)
    np.testing.assert_allclose(scores, heard)


def test_a_recording_without_text_is_spelled_by_nothing(head):
    head = AttentionHead.from_config(head.get_config())
    head.build(MEMORY.shape)
    head.decoder.projection.bias.assign([30.0, 0.0, 0.0])
    found = head.decode(MEMORY, LENGTHS, beam_size=2)
    assert [text_of(labels) for labels in found.labels[:, 0]] == [(), ()]
    np.testing.assert_allclose(found.scores[:, 0], 0.0, atol=1e-4)


def test_the_config_gives_the_same_head(head):
    again = AttentionHead.from_config(head.get_config())
    again.build(MEMORY.shape)
    again.set_weights(head.get_weights())
    labels = np.array([[1, 2], [2, 0]])
    np.testing.assert_array_equal(again.loss(MEMORY, LENGTHS, labels), head.loss(MEMORY, LENGTHS, labels))


def test_it_learns_to_spell_what_the_frames_hold_and_where():
    # Frames do not tell their place: it has to begin at the first, and go on from where it looked.
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    config = ModelConfig(attention_units=16, decoder_units=32, embedding=8, cell="gru", dropout=0.0)
    head, optimizer = AttentionHead(config, 4, label_smoothing=0.0), keras.optimizers.Adam(0.02)
    head.build((None, None, 4))
    optimizer.build(head.trainable_variables)

    def draw(count):
        steps = np.hstack([rng.integers(0, 3, (count, 1)), rng.integers(1, 3, (count, 3))])
        labels = np.cumsum(steps, axis=1) % 3 + 1  # neighbours differ
        memory = 2 * np.eye(4)[np.repeat(labels, 2, axis=1)] + rng.normal(scale=0.1, size=(count, 8, 4))
        return memory.astype("float32"), np.full(count, 8), labels

    @tf.function
    def step(memory, frames, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(head.loss(memory, frames, labels, training=True))
        optimizer.apply(tape.gradient(loss, head.trainable_variables), head.trainable_variables)

    for _ in range(50):
        step(*draw(16))
    memory, frames, labels = draw(20)
    found = head.decode(memory, frames, beam_size=1)
    assert [text_of(row) for row in found.labels[:, 0]] == [tuple(row) for row in labels]
    # Each symbol lasts two frames; the decoder looks at one of them.
    assert np.mean(found.peaks[:, 0] // 2 == np.arange(4)) > 0.9
