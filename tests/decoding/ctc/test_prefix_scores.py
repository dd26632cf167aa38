"""What CTC tells a decoder that spells, against the sum over every path."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc.prefix_scores import extended, first_prefixes, next_scores, silent_padding
from tests.decoding.ctc.all_paths import posteriors, text_log_probs

FRAMES, SYMBOLS = 5, 3
LOG_PROBS = posteriors(0, FRAMES, SYMBOLS)
TEXTS = text_log_probs(LOG_PROBS)


def begins_with(prefix):
    found = [score for text, score in TEXTS.items() if text[: len(prefix)] == prefix]
    return np.logaddexp.reduce(found) if found else -np.inf


def prefixes_of(text, heard):
    prefixes = first_prefixes(heard)
    for symbol in text:
        prefixes = extended(prefixes, tf.constant([symbol]), heard)
    return prefixes


@pytest.mark.parametrize("text", [(), (1,), (2, 2), (1, 2), (1, 1, 1), (1, 2, 1, 2)])
def test_every_way_to_go_on_is_as_likely_as_all_its_paths(text):
    heard = silent_padding(LOG_PROBS[None], [FRAMES])
    prefixes = prefixes_of(text, heard)
    whole = begins_with(text)
    expected = [TEXTS.get(text, -np.inf), *(begins_with((*text, symbol)) for symbol in range(1, SYMBOLS))]
    np.testing.assert_allclose(prefixes.scores[0], whole, rtol=1e-6, atol=1e-6)
    found = next_scores(prefixes, heard)[0]
    np.testing.assert_allclose(np.exp(found), np.exp(np.array(expected) - whole), rtol=1e-4, atol=1e-7)


def test_a_text_longer_than_the_frames_cannot_be():
    heard = silent_padding(LOG_PROBS[None], [FRAMES])
    assert prefixes_of((1, 2, 1, 2, 1, 2), heard).scores[0] < -500


def test_frames_behind_the_end_change_nothing():
    longer = np.concatenate([LOG_PROBS, posteriors(1, 4, SYMBOLS)])[None]
    padded, exact = silent_padding(longer, [FRAMES]), silent_padding(LOG_PROBS[None], [FRAMES])
    for text in [(), (1,), (1, 2)]:
        found, expected = (next_scores(prefixes_of(text, heard), heard) for heard in (padded, exact))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_many_frames_lose_no_precision():
    # 2000 frames of which each says 1 with e^-20: the running sums reach 40,000.
    log_probs = np.log(np.full((1, 2000, 2), [1 - np.exp(-20), np.exp(-20)], "float64"))
    heard = silent_padding(log_probs, [2000])
    score = extended(first_prefixes(heard), tf.constant([1]), heard).scores[0]
    np.testing.assert_allclose(np.exp(score), 1 - (1 - np.exp(-20)) ** 2000, rtol=1e-4)


def test_symbol_zero_adds_nothing():
    heard = silent_padding(LOG_PROBS[None], [FRAMES])
    prefixes = prefixes_of((1, 2), heard)
    for part, same in zip(prefixes, extended(prefixes, tf.constant([0]), heard), strict=True):
        np.testing.assert_array_equal(part, same)
