"""Soft alignment of CTC, against all paths one by one."""

import itertools

import numpy as np
import pytest

from rnnapps.decoding.ctc.occupancy import occupancy


def log_probs(frames, symbols=3, seed=1):
    logits = np.random.default_rng(seed).normal(size=(frames, symbols)) * 2
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def by_all_paths(scores, labels):
    """Each path of symbols that collapses to the labels, with its weight on the label that each frame says."""
    weights, total = np.zeros((len(labels), len(scores))), 0.0
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        said = [symbol for symbol, _ in itertools.groupby(path) if symbol]
        if said != list(labels):
            continue
        probability = np.exp(sum(scores[t, symbol] for t, symbol in enumerate(path)))
        total += probability
        number = -1
        for t, symbol in enumerate(path):
            number += bool(symbol) and (t == 0 or path[t - 1] != symbol)
            if symbol:
                weights[number, t] += probability
    return weights / total


@pytest.mark.parametrize("labels", [[1], [1, 2], [1, 1], [2, 1, 1]])
def test_it_is_the_share_of_all_paths(labels):
    scores = log_probs(5)
    np.testing.assert_allclose(occupancy(scores, labels), by_all_paths(scores, labels), atol=1e-9)


def test_a_symbol_of_every_frame_leaves_no_choice():
    np.testing.assert_allclose(occupancy(log_probs(2), [1, 2]), np.eye(2), atol=1e-12)


def test_impossible_symbols_do_not_become_not_a_number():
    scores = np.log(
        np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]) + 0.0,
        where=[[1, 1, 0], [0, 0, 1], [1, 0, 0]],
        out=np.full((3, 3), -np.inf),
    )
    np.testing.assert_allclose(occupancy(scores, [1, 2]), [[1, 0, 0], [0, 1, 0]], atol=1e-12)


def test_too_few_frames_are_an_error():
    with pytest.raises(ValueError, match="2 frames are too few for 2 labels"):
        occupancy(log_probs(2), [1, 1])
