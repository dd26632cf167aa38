"""Sides that share no sentence, and draws that depend on seed and text only."""

import pytest

from apps.translation.split_pairs import sample_pairs, split_pairs
from rnnapps.text.pairs import Pairs

# Three source sentences to a group: a and b share a translation, b and c share another.
LINKED = [
    pair
    for n in range(40)
    for pair in ((f"a{n}", f"x{n}"), (f"b{n}", f"x{n}"), (f"b{n}", f"y{n}"), (f"c{n}", f"y{n}"), (f"c{n}", f"z{n}"))
]


def made(pairs) -> Pairs:
    return Pairs(*map(list, zip(*pairs, strict=True)), list(range(1, len(pairs) + 1)), name="pairs.tsv")


def texts(pairs) -> list[tuple[str, str]]:
    return list(zip(pairs.source, pairs.target, strict=True))


@pytest.fixture(scope="module")
def linked():
    return made(LINKED)


@pytest.mark.parametrize("language", ["source", "target"])
def test_no_sentence_of_either_language_stands_on_two_sides(linked, language):
    sides = [set(getattr(side, language)) for side in split_pairs(linked, 0.1, 0.2, 1)]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]


def test_shares_are_of_the_different_source_sentences(linked):
    sides = split_pairs(linked, 0.1, 0.2, 1)  # of 120
    assert [len(set(side.source)) for side in sides] == [84, 12, 24]


def test_every_pair_stands_on_one_side_with_its_line(linked):
    sides = split_pairs(linked, 0.1, 0.2, 1)
    assert sorted(line for side in sides for line in side.lines) == linked.lines
    assert all(LINKED[line - 1] == pair for side in sides for line, pair in zip(side.lines, texts(side), strict=True))


def test_sentences_that_unicode_holds_equivalent_are_one():
    pairs = made(
        [*((f"I see {n}", f"{n}") for n in range(20)), *((f"I \uff53ee {n}", f"again {n}") for n in range(20))]
    )
    for side in split_pairs(pairs, 0.1, 0.1, 1)[1:]:
        assert len(side) == 4 and len({source.replace("\uff53", "s") for source in side.source}) == 2


def test_the_split_depends_on_the_seed_and_not_on_the_order(linked):
    backwards = linked.take(range(len(linked) - 1, -1, -1))
    one, other = split_pairs(linked, 0.1, 0.2, 1), split_pairs(backwards, 0.1, 0.2, 1)
    assert [sorted(texts(side)) for side in one] == [sorted(texts(side)) for side in other]
    assert texts(split_pairs(linked, 0.1, 0.2, 2)[2]) != texts(one[2])


def test_a_group_larger_than_a_side_stays_in_training():
    pairs = made([*((f"yes {n}", "oui") for n in range(30)), *((f"no {n}", f"non {n}") for n in range(30))])
    training, validation, test = split_pairs(pairs, 0.1, 0.1, 1)
    assert training.target.count("oui") == 30
    assert (len(validation), len(test)) == (6, 6)


def test_where_most_share_a_translation_source_sentences_are_divided_alone():
    pairs = made([(f"yes {n}", "oui") for n in range(40)])
    training, validation, test = split_pairs(pairs, 0.1, 0.1, 1)
    assert (len(training), len(validation), len(test)) == (32, 4, 4)
    assert not set(training.source) & {*validation.source, *test.source}


def test_the_first_of_a_side_are_a_sample_of_it_even_if_the_file_is_sorted():
    pairs = made([(f"{n:04}", f"t{n}") for n in range(4000)])
    first = [int(source) for source in split_pairs(pairs, 0.1, 0.1, 1)[1].source[:100]]
    assert first != sorted(first)
    assert 1600 < sum(first) / 100 < 2400


def test_a_share_of_nothing_is_an_empty_side(linked):
    training, validation, test = split_pairs(linked, 0.0, 0.0, 1)
    assert texts(training) == LINKED and len(validation) == len(test) == 0


def test_skipped_lines_stay_with_the_training_side():
    pairs = Pairs(list("abcdefghij"), list("klmnopqrst"), list(range(2, 12)), [1], "pairs.tsv")
    assert [side.skipped for side in split_pairs(pairs, 0.1, 0.1, 1)] == [[1], [], []]


def test_the_sample_has_the_size_asked_for_and_the_order_of_the_file(linked):
    sample = sample_pairs(linked, 50, 1)
    assert len(sample) == 50
    assert sample.lines == sorted(sample.lines)


def test_a_smaller_sample_is_part_of_a_larger_one(linked):
    assert set(texts(sample_pairs(linked, 20, 1))) < set(texts(sample_pairs(linked, 50, 1)))


def test_the_sample_depends_on_the_seed_and_not_on_the_order(linked):
    backwards = linked.take(range(len(linked) - 1, -1, -1))
    assert sorted(texts(sample_pairs(backwards, 50, 1))) == sorted(texts(sample_pairs(linked, 50, 1)))
    assert texts(sample_pairs(linked, 50, 2)) != texts(sample_pairs(linked, 50, 1))


def test_a_sentence_is_drawn_with_all_its_translations(linked):
    sample = sample_pairs(linked, 50, 1)
    cut = [s for s in set(sample.source) if sample.source.count(s) != linked.source.count(s)]
    assert len(cut) <= 1  # only the last one drawn can be cut
