import numpy as np

from apps.speech_to_text.confusion import Confusion
from apps.speech_to_text.edit_counts import count


def test_characters_are_counted_with_what_they_became():
    found = Confusion.of_edits(count(["bat", "ca", "cats"], ["cat", "cat", "cat"]).characters)
    assert found.counts == {
        ("c", "b"): 1,
        ("c", "c"): 2,
        ("a", "a"): 3,
        ("t", "t"): 2,
        ("t", ""): 1,
        ("", "s"): 1,
    }


def test_the_commonest_errors_have_their_share():
    found = Confusion([("a", "b"), ("a", "b"), ("a", "a"), ("a", "a"), ("", "c"), ("b", "b")])
    assert found.most_common() == [
        {"said": "a", "heard": "b", "times": 2, "share": 50.0},
        {"said": "", "heard": "c", "times": 1, "share": None},
    ]


def test_the_matrix_has_rows_said_and_columns_heard():
    symbols, table = Confusion([("no", "yes"), ("no", "no"), ("no", "no"), ("yes", "yes")]).matrix()
    assert symbols == ("no", "yes")
    np.testing.assert_array_equal(table, [[2, 1], [0, 1]])


def test_nothing_is_the_last_symbol_of_the_matrix():
    symbols, table = Confusion([("a", ""), ("b", "b")]).matrix()
    assert symbols == ("a", "b", "")
    np.testing.assert_array_equal(table, [[0, 0, 1], [0, 1, 0], [0, 0, 0]])


def test_a_large_matrix_keeps_the_symbols_with_most_errors():
    symbols, table = Confusion([("a", "a")] * 9 + [("c", "b")] * 2 + [("d", "e")]).matrix(most=2)
    assert symbols == ("b", "c")
    np.testing.assert_array_equal(table, [[0, 0], [2, 0]])
