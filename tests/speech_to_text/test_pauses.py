import numpy as np
import pytest

from apps.speech_to_text.pauses import Cutter, Pauses

# Symbols: blank, space, a, b; and _c, which begins a word by itself.
PAUSES = Pauses(separators=[False, True, False, False, False], beginnings=[False, False, False, False, True])


def frames(path):
    """(T, 5) log probabilities whose likeliest symbols are written: . blank, _ space, a, b, C."""
    ids = [".", "_", "a", "b", "C"]
    return np.log(np.eye(5, dtype=np.float32)[[ids.index(symbol) for symbol in path]] * 0.9 + 0.02)


def test_the_cut_is_in_the_middle_of_the_longest_pause():
    # It is frames 11 to 15, the other one 6 to 8.
    assert PAUSES.best_place(frames("aaaaaa._.ab_....ba")) == 14


def test_a_pause_in_the_first_third_does_not_count():
    assert PAUSES.best_place(frames("_____abababab_abab")) == 14


def test_a_pause_inside_a_word_is_no_place_to_cut():
    assert PAUSES.best_place(frames("ababab....ab_ab")) == 13


def test_a_piece_that_begins_a_word_ends_the_pause_before_it():
    assert PAUSES.best_place(frames("ababab....ab..Cab")) == 13


def test_where_no_pause_is_between_words_any_is_taken():
    assert PAUSES.best_place(frames("ababab....ab.a")) == 8


def test_speech_without_a_pause_is_cut_at_the_end():
    assert PAUSES.best_place(frames("abababab")) == 8


def test_silence_is_cut_in_its_last_two_thirds():
    assert PAUSES.best_place(frames("." * 9)) == 6


@pytest.mark.parametrize("piece", [1, 4, 50])
def test_every_frame_is_in_one_stretch(piece):
    whole = np.log(np.random.default_rng(1).dirichlet(np.ones(5), size=200)).astype(np.float32)
    found = list(PAUSES.cut((whole[at : at + piece] for at in range(0, 200, piece)), most=30))
    np.testing.assert_array_equal(np.concatenate([stretch for _, stretch in found]), whole)
    assert [first for first, _ in found] == np.cumsum([0] + [len(stretch) for _, stretch in found])[:-1].tolist()
    assert max(len(stretch) for _, stretch in found) <= 30
    assert min(len(stretch) for _, stretch in found[:-1]) >= 10


def test_the_pieces_do_not_decide_where_is_cut():
    whole = np.log(np.random.default_rng(2).dirichlet(np.ones(5), size=100)).astype(np.float32)
    cuts = [[first for first, _ in PAUSES.cut(np.array_split(whole, parts), most=20)] for parts in (1, 7, 100)]
    assert cuts[0] == cuts[1] == cuts[2]


def test_what_fits_is_not_cut():
    assert [(first, len(stretch)) for first, stretch in PAUSES.cut([frames("ab_ab")], most=5)] == [(0, 5)]


def test_no_frames_are_one_empty_stretch():
    assert [len(stretch) for _, stretch in PAUSES.cut([frames("")], most=5)] == [0]


def test_a_pause_that_is_long_enough_is_cut_in_its_middle_at_once():
    # Silence before anything is said does not count; the pause of 4 is frames 7 to 10.
    assert PAUSES.first_place(frames(".....ab........ba"), pause=4) == 9


def test_a_short_pause_is_not_cut_at_once():
    assert PAUSES.first_place(frames("....ab...ba.."), pause=4) == 0


@pytest.mark.parametrize("piece", [1, 5, 300])
def test_cuts_at_once_do_not_depend_on_the_pieces(piece):
    whole = frames("..ab._.a......ba_a....." * 10)
    cutter = Cutter(PAUSES, most=100, pause=4)
    firsts = [first for at in range(0, len(whole), piece) for first, _ in cutter.add(whole[at : at + piece])]
    # Of each 23 frames 4 are silent from 8 and from 18 on; the recording itself begins in frame 0.
    assert [*firsts, cutter.begins] == [0, *(23 * phrase + place for phrase in range(10) for place in (10, 20))]
