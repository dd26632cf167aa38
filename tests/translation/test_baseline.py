"""Copying the translation of the nearest training sentence."""

from apps.translation.baseline import copy_nearest

SOURCE = ["a red car", "a blue car", "the green house is big"]
TARGET = ["RED", "BLUE", "HOUSE"]


def test_a_training_sentence_gets_its_own_translation():
    assert copy_nearest(SOURCE, SOURCE, TARGET) == TARGET


def test_the_most_words_in_common_win():
    assert copy_nearest(["the green house is small"], SOURCE, TARGET) == ["HOUSE"]


def test_letters_decide_between_equal_words():
    assert copy_nearest(["a bluer car"], SOURCE, TARGET) == ["BLUE"]


def test_case_does_not_matter():
    assert copy_nearest(["THE GREEN HOUSE"], SOURCE, TARGET) == ["HOUSE"]


def test_nothing_in_common_still_gives_a_sentence():
    assert copy_nearest(["zzz", ""], SOURCE, TARGET) == ["RED", "RED"]
