import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.losses import SmoothedCrossEntropy, ctc_loss, frames_needed
from tests.decoding.ctc.all_paths import text_log_probs

LOGITS = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
IDS = np.random.default_rng(1).integers(1, 5, (3, 4))


def test_without_smoothing_the_loss_is_the_negative_log_probability():
    # softmax([ln 3, 0]) = [3/4, 1/4]
    loss = SmoothedCrossEntropy(ignore_id=-1)
    assert float(loss([[0]], [[[np.log(3.0), 0.0]]])) == pytest.approx(-np.log(0.75))


def test_smoothing_spreads_its_share_over_the_whole_vocabulary():
    # q = 0.9 [1, 0] + 0.1 [1/2, 1/2] = [0.95, 0.05]
    loss = SmoothedCrossEntropy(label_smoothing=0.1, ignore_id=-1)
    expected = -0.95 * np.log(0.75) - 0.05 * np.log(0.25)
    assert float(loss([[0]], [[[np.log(3.0), 0.0]]])) == pytest.approx(expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_value_and_gradient_equal_keras_on_one_hot_targets(smoothing):
    logits = tf.Variable(LOGITS)
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    with tf.GradientTape(persistent=True) as tape:
        ours_value = SmoothedCrossEntropy(smoothing)(IDS, logits * 2.0)
        theirs_value = theirs(tf.one_hot(IDS, 5), logits * 2.0)
    np.testing.assert_allclose(ours_value, theirs_value, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(ours_value, logits), tape.gradient(theirs_value, logits), atol=1e-6)


def test_the_denominator_is_the_number_of_real_tokens():
    padded = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0]])
    loss = SmoothedCrossEntropy(0.1)
    each = loss.call(padded, LOGITS).numpy()
    assert float(loss(padded, LOGITS)) == pytest.approx((each[0, 0] + each[0, 1] + each[1, 0]) / 3)


@pytest.mark.parametrize("length", [1, 4])
def test_a_mask_attached_by_keras_changes_nothing(length):
    padded = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [1, 1, 1, 0]])
    masked = tf.convert_to_tensor(LOGITS)
    masked._keras_mask = tf.sequence_mask([length] * 3, 4)
    loss = SmoothedCrossEntropy(0.1)
    assert float(loss(padded, masked)) == float(loss(padded, LOGITS))


def test_padding_has_no_gradient():
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = SmoothedCrossEntropy(0.1)(np.array([[1, 0, 0, 0]] * 3), logits)
    assert not np.any(tape.gradient(loss, logits).numpy()[:, 1:])


def test_a_batch_without_real_tokens_costs_nothing_and_has_zero_gradients():
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = SmoothedCrossEntropy(0.1)(np.zeros((3, 4), int), logits)
    assert float(loss) == 0
    assert not np.any(tape.gradient(loss, logits).numpy())


def test_the_ignored_id_may_lie_outside_the_vocabulary():
    ids = np.where(IDS == 1, -1, IDS)
    loss = SmoothedCrossEntropy(0.1, ignore_id=-1)
    each = loss.call(ids, LOGITS).numpy()
    assert float(loss(ids, LOGITS)) == pytest.approx(each[ids != -1].mean())


def test_sample_weight_of_a_row_multiplies_its_tokens():
    loss = SmoothedCrossEntropy(0.1)
    each = loss.call(IDS, LOGITS).numpy()
    weighted = float(loss(IDS, LOGITS, sample_weight=[2.0, 0.0, 1.0]))
    assert weighted == pytest.approx((2 * each[0].sum() + each[2].sum()) / 12)


def test_half_precision_logits_are_summed_in_float32():
    # The 70000 terms of the softmax sum to more than float16 can hold.
    logits = np.zeros((1, 1, 70000), "float16")
    assert float(SmoothedCrossEntropy(0.1)([[1]], logits)) == pytest.approx(np.log(70000), rel=1e-5)


def test_it_is_the_loss_of_a_compiled_model_and_survives_saving(tmp_path):
    model = keras.Sequential([keras.layers.Embedding(5, 4, mask_zero=True), keras.layers.Dense(5)])
    model.compile("sgd", SmoothedCrossEntropy(0.2, ignore_id=0))
    ids = np.array([[1, 2, 0], [3, 0, 0]])
    history = model.fit(ids, ids, verbose=0, shuffle=False).history["loss"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.isfinite(history[0])
    assert loaded.loss.label_smoothing == 0.2
    np.testing.assert_allclose(loaded.evaluate(ids, ids, verbose=0), model.evaluate(ids, ids, verbose=0))


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_smoothing_outside_its_range_is_an_error_that_says_so(smoothing):
    with pytest.raises(ValueError, match=rf"label_smoothing must be in \[0, 1\), got {smoothing}"):
        SmoothedCrossEntropy(smoothing)


def brute_force_ctc(labels, logits):
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -text_log_probs(log_probs)[tuple(labels)]


@pytest.mark.parametrize("labels", [[], [1], [2, 2], [1, 2, 1], [3, 1, 2, 3, 1]])
def test_ctc_sums_over_all_paths(labels):
    logits = np.random.default_rng(len(labels)).normal(size=(5, 4)).astype("float32")
    padded = np.array([[*labels, 0, 0]])
    assert float(ctc_loss(padded, logits[None], [5])[0]) == pytest.approx(brute_force_ctc(labels, logits), rel=1e-5)


def test_ctc_of_a_batch_uses_the_true_length_of_every_row():
    logits = np.random.default_rng(0).normal(size=(3, 6, 4)).astype("float32")
    labels, frames = np.array([[1, 2, 3], [2, 0, 0], [0, 0, 0]]), [6, 3, 4]
    expected = [brute_force_ctc([x for x in y if x], z[:n]) for y, z, n in zip(labels, logits, frames, strict=True)]
    np.testing.assert_allclose(ctc_loss(labels, logits, frames), expected, rtol=1e-5)


def test_ctc_gives_no_gradient_to_padding_nor_to_texts_that_do_not_fit():
    logits = tf.Variable(np.random.default_rng(0).normal(size=(3, 4, 3)).astype("float32"))
    with tf.GradientTape() as tape:
        losses = ctc_loss([[1, 2], [1, 1], [1, 0]], logits, [3, 2, 0])
    gradient = tape.gradient(losses, logits).numpy()
    assert np.all(gradient[0, :3]) and not np.any(gradient[0, 3:])
    assert losses.numpy()[1:].tolist() == [0, 0] and not np.any(gradient[1:])


def test_ctc_of_half_precision_logits_is_computed_in_float32():
    logits = np.random.default_rng(0).normal(size=(1, 4, 3)).astype("float16")
    assert float(ctc_loss([[1, 2]], logits, [4])[0]) == float(ctc_loss([[1, 2]], logits.astype("float32"), [4])[0])


@pytest.mark.parametrize(("labels", "needed"), [([1, 2, 3], 3), ([1, 1, 1], 5), ([2, 0, 0], 1), ([0, 0, 0], 0)])
def test_ctc_needs_a_frame_for_every_label_and_between_equal_ones(labels, needed):
    assert int(frames_needed([labels])[0]) == needed
