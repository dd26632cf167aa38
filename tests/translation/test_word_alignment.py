"""Attention between pieces becomes links between words."""

import numpy as np

from apps.translation.word_alignment import pharaoh, word_alignment

SOURCE = ["▁the", "▁re", "d", "▁car", "</s>"]
TARGET = ["▁l", "a", "▁voiture", "▁rou", "ge", "</s>", ""]
# source:   the  re   d    car  end
ATTENTION = [
    [0.6, 0.1, 0.1, 0.1, 0.1],  # l
    [0.2, 0.0, 0.1, 0.5, 0.2],  # a
    [0.0, 0.2, 0.2, 0.3, 0.3],  # voiture: both pieces of red together have more than car
    [0.1, 0.3, 0.1, 0.5, 0.0],  # rou
    [0.1, 0.5, 0.3, 0.0, 0.1],  # ge
    [0.0, 0.0, 0.0, 0.0, 1.0],
    [0.0, 0.0, 0.0, 0.0, 0.0],
]


def test_weights_are_sums_over_source_pieces_and_means_over_target_pieces():
    weights, source, target = word_alignment(np.array(ATTENTION), SOURCE, TARGET)
    assert (source, target) == (["the", "red", "car"], ["la", "voiture", "rouge"])
    # la: the (.6 + .2) / 2, red (.2 + .1) / 2, car (.1 + .5) / 2; rouge: (.1 + .1) / 2, (.4 + .8) / 2, .5 / 2
    np.testing.assert_allclose(weights, [[0.4, 0.15, 0.3], [0.0, 0.4, 0.3], [0.1, 0.6, 0.25]], atol=1e-6)


def test_pharaoh_links_every_target_word_to_the_source_word_it_attends_to_most():
    assert pharaoh(*word_alignment(np.array(ATTENTION), SOURCE, TARGET)) == "0-0 1-1 1-2"


def test_among_equals_the_earlier_source_word_is_linked():
    assert pharaoh(np.array([[0.2, 0.4, 0.4]]), ["a", "b", "c"], ["x"]) == "1-0"


def test_a_space_of_its_own_belongs_to_the_word_behind_it():
    # As around characters that are not in the vocabulary, which come without their space.
    weights, source, _ = word_alignment(np.eye(4, 6), ["▁", "你好", "▁a", "▁", "ä", "</s>"], ["▁x", "▁y", "▁", "▁z"])
    assert source == ["你好", "a", "ä"]
    np.testing.assert_allclose(weights, [[1, 0, 0], [1, 0, 0], [0, 0.5, 0.5]])


def test_a_text_without_words_has_no_links():
    assert pharaoh(*word_alignment(np.zeros((1, 1)), ["</s>"], ["▁x"])) == ""
    assert pharaoh(*word_alignment(np.zeros((1, 2)), ["▁x", "</s>"], ["</s>"])) == ""
