import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc import greedy, greedy_chunk
from tests.decoding.ctc.all_paths import collapse, posteriors


def one_hot_path(path, symbols=4):
    return np.log(np.eye(symbols)[list(path)] * 0.9 + 0.1 / symbols)[None]


@pytest.mark.parametrize(
    ("path", "labels"),
    [([1, 1, 2], [1, 2]), ([1, 0, 1], [1, 1]), ([0, 3, 3, 0], [3]), ([2, 0, 0, 2, 2, 1], [2, 2, 1])],
)
def test_equal_neighbours_merge_and_blanks_vanish(path, labels):
    assert greedy(one_hot_path(path), [len(path)])[0].numpy().tolist() == [labels]


def test_a_recording_of_blanks_has_no_labels():
    assert greedy(one_hot_path([0, 0, 0]), [3])[0].shape == (1, 0)


def test_the_score_is_the_log_probability_of_the_likeliest_path():
    log_probs = posteriors(0, 6, 4)
    _, scores = greedy(log_probs[None], [6])
    assert float(scores[0]) == pytest.approx(log_probs.max(axis=1).sum(), rel=1e-6)


def test_padding_and_other_rows_change_nothing():
    rows = [posteriors(seed, frames, 5, 2.0) for seed, frames in ((0, 3), (1, 9), (2, 6))]
    batch = np.full((3, 12, 5), 7.0, "float32")
    for row, log_probs in zip(batch, rows, strict=True):
        row[: len(log_probs)] = log_probs
    labels, scores = greedy(batch, [3, 9, 6])
    for i, log_probs in enumerate(rows):
        assert [symbol for symbol in labels[i].numpy() if symbol] == list(collapse(tuple(log_probs.argmax(axis=1))))
        assert float(scores[i]) == float(greedy(log_probs[None], [len(log_probs)])[1][0])


@pytest.mark.parametrize("cuts", [[0, 4], [3, 6], [1, 2, 3, 4, 5, 6, 7], [2, 2, 5]])
def test_chunks_give_the_labels_of_the_whole(cuts):
    log_probs = one_hot_path([1, 1, 1, 0, 1, 2, 2, 3])
    last, found = tf.zeros([1], tf.int32), []
    for chunk in np.split(log_probs, cuts, axis=1):
        labels, _, last = greedy_chunk(chunk, [chunk.shape[1]], last)
        found += labels[0].numpy().tolist()
    assert found == [1, 1, 2, 3]
