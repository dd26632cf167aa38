import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc import align
from tests.decoding.ctc.all_paths import all_paths, posteriors

LOG_PROBS = posteriors(3, 6, 4)


def said(path, labels):
    """First and last frame of each label on a path."""
    spans, previous = [], 0
    for t, symbol in enumerate(path):
        if symbol and symbol != previous:
            spans.append([t, t])
        elif symbol:
            spans[-1][1] = t
        previous = symbol
    assert len(spans) == len(labels)
    return spans


@pytest.mark.parametrize("labels", [(1,), (2, 3), (1, 1), (3, 3, 3), (1, 2, 1), (2, 1, 3, 2, 1, 3)])
def test_the_path_is_the_likeliest_of_all_that_collapse_to_the_labels(labels):
    score, path = max(all_paths(LOG_PROBS)[labels])
    found = align(LOG_PROBS[None], [6], [labels])
    spans = np.stack([found.first[0], found.last[0]], axis=1).tolist()
    assert spans == said(path, labels)
    assert float(found.scores[0]) == pytest.approx(score, rel=1e-5)


def test_the_posterior_of_a_label_is_the_mean_over_its_frames():
    log_probs = np.log([[[0.1, 0.8, 0.1], [0.3, 0.6, 0.1], [0.8, 0.1, 0.1], [0.2, 0.1, 0.7]]])
    found = align(log_probs, [4], [[1, 2]])
    np.testing.assert_allclose(found.log_posteriors[0], [(np.log(0.8) + np.log(0.6)) / 2, np.log(0.7)], rtol=1e-6)


def test_too_few_frames_for_the_labels_are_reported():
    found = align(np.tile(LOG_PROBS[None, :3], (2, 1, 1)), [3, 3], [[1, 1, 0], [1, 1, 2]])
    assert found.possible.numpy().tolist() == [True, False]
    assert not np.any(found.log_posteriors[1])


def test_padding_and_other_rows_change_nothing():
    rows = [(posteriors(seed, frames, 5), labels) for seed, frames, labels in ((0, 4, [1, 2]), (1, 9, [4]), (2, 6, []))]
    batch, labels = np.full((3, 11, 5), 5.0, "float32"), np.zeros((3, 4), int)
    for i, (log_probs, ids) in enumerate(rows):
        batch[i, : len(log_probs)] = log_probs
        labels[i, : len(ids)] = ids
    together = align(batch, [4, 9, 6], labels)
    for i, (log_probs, ids) in enumerate(rows):
        alone = align(log_probs[None], [len(log_probs)], np.array(ids, int).reshape(1, -1))
        for ours, theirs in zip(together[:3], alone[:3], strict=True):
            np.testing.assert_array_equal(ours[i, : len(ids)], theirs[0])
            assert not np.any(ours[i, len(ids) :])
        assert float(together.scores[i]) == float(alone.scores[0])


def test_it_runs_in_a_graph_of_unknown_shapes():
    specs = [tf.TensorSpec((None, None, None)), tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None, None), tf.int32)]
    graph = tf.function(align, input_signature=specs, autograph=False)
    for seed in range(2):
        log_probs = posteriors(seed, 5 + seed, 3 + seed)
        arguments = (log_probs[None], tf.constant([5 + seed]), tf.constant([[1, 2]]))
        np.testing.assert_array_equal(graph(*arguments).first, align(*arguments).first)


def test_a_batch_may_have_a_known_size():
    log_probs = tf.constant(LOG_PROBS[None])
    graph = tf.function(lambda log_probs: align(log_probs, tf.constant([6]), tf.constant([[1, 2]])), autograph=False)
    np.testing.assert_array_equal(graph(log_probs).last, align(log_probs, [6], [[1, 2]]).last)


def test_a_recording_without_frames_says_nothing():
    found = align(np.zeros((2, 0, 4)), [0, 0], [[0], [1]])
    assert found.possible.numpy().tolist() == [True, False]
