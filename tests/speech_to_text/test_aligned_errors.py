import numpy as np

from apps.speech_to_text.aligned_errors import Pair, aligned, draw, heard_right, worst_utterances
from apps.speech_to_text.edit_counts import count


def test_words_are_paired_with_what_they_became():
    words = count(["one too three"], ["one two three four"]).words
    assert aligned(words, 0) == [
        Pair("equal", "one", "one"),
        Pair("substituted", "two", "too"),
        Pair("equal", "three", "three"),
        Pair("deleted", "four", ""),
    ]


def test_a_word_that_was_not_said_is_inserted():
    assert aligned(count(["a b"], ["b"]).words, 0) == [Pair("inserted", "", "a"), Pair("equal", "b", "b")]


def test_errors_are_marked_under_their_words():
    pairs = [Pair("equal", "a", "a"), Pair("inserted", "", "new"), Pair("substituted", "seven", "six")]
    assert draw(pairs).splitlines() == [
        "said   a  ***  seven",
        "heard  a  new  six",
        "          I    S",
    ]


def test_long_utterances_are_folded_between_words():
    pairs = [Pair("equal", "word", "word")] * 5
    assert draw(pairs, width=20).splitlines() == ["said   word  word", "heard  word  word"] * 2 + [
        "said   word",
        "heard  word",
    ]


def test_wide_and_combining_characters_keep_their_columns():
    # "e" and a combining accent take one column, each Chinese character two.
    drawn = draw([Pair("substituted", "e\u0301", "abc"), Pair("substituted", "中", "a")]).splitlines()
    assert drawn == ["said   e\u0301    中", "heard  abc  a", "       S    S"]


def test_every_heard_word_is_right_or_not():
    words = count(["a x c d"], ["a b c"]).words
    np.testing.assert_array_equal(heard_right(words, 0), [True, False, True, False])


def test_nothing_heard_has_no_word_that_is_right():
    assert heard_right(count([""], ["a b"]).words, 0).shape == (0,)


def test_the_worst_utterances_come_first_and_right_ones_never():
    said = ["a b", "a b c d", "c d", "a b c d"]
    heard = ["a b", "a b c x", "x y", "a b x y"]
    worst = worst_utterances(count(heard, said), heard, said)
    assert [(found["index"], found["wer"]) for found in worst] == [(2, 100.0), (3, 50.0), (1, 25.0)]
    assert worst[2]["alignment"][-1] == ["substituted", "d", "x"]


def test_a_text_without_spaces_that_differs_is_shown():
    worst = worst_utterances(count(["ab"], ["a b"]), ["ab"], ["a b"])
    assert worst[0]["cer"] > 0
