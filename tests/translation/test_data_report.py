"""The data report: each figure by value, and a text that a newcomer can read."""

import json

import pytest

from apps.translation.config import TokenizerConfig
from apps.translation.data import Corpus, train_tokenizers
from apps.translation.data_report import data_report
from rnnapps.text.pairs import Pairs

TRAINING = [
    ("Ein Hund.", "A dog."),
    ("Ein Hund.", "One dog."),  # another translation
    ("Ein Hund.", "A dog."),  # a copy
    ("Zwei rote Katzen schlafen hier.", "Two red cats sleep."),
    ("Der Hund ist da.", "The dog is there."),
]
VALIDATION = [("Ein HUND.", "A dog."), ("Ein Hund.", "A dog."), ("Zwei Vögel.", "Two birds.")]
TEST = [("Der Hund schläft.", "The dog sleeps."), ("Ja!", "Ja!")]


def made(pairs, name, first=1) -> Pairs:
    return Pairs(*map(list, zip(*pairs, strict=True)), list(range(first, first + len(pairs))), [], name)


@pytest.fixture(scope="module")
def corpus():
    sides = made(TRAINING, "train.tsv"), made(VALIDATION, "val.tsv", 11), made(TEST, "test.tsv", 21)
    return Corpus(*sides, "animals", "none", ())


@pytest.fixture(scope="module")
def tokenizers(corpus):
    return train_tokenizers(corpus.training, TokenizerConfig(vocabulary_size=60))


@pytest.fixture(scope="module")
def report(corpus, tokenizers):
    return data_report(corpus, tokenizers)


@pytest.fixture(scope="module")
def table(report):
    """(first words of the heading, label) -> the figures of the three sides."""
    rows, heading = {}, ""
    for line in report.lines():
        cells = [line[start : start + 16].strip() for start in (52, 68, 84)]
        if line.startswith("  ") and len(line) == 100 and all(cells):
            rows[heading, line[:52].strip()] = cells
        elif not line.startswith(" "):
            heading = " ".join(line.split()[:2])
    return rows


def test_pairs_and_different_sentences_are_counted(table):
    assert table["(source: what", "pairs"] == ["5", "3", "2"]
    assert table["(source: what", "different source sentences"] == ["3", "3", "2"]
    assert table["(source: what", "different target sentences"] == ["4", "2", "2"]


def test_repetitions_are_counted(table):
    assert table["(source: what", "exact copies of an earlier pair"] == ["1", "0", "0"]
    assert table["(source: what", "known source, another translation"] == ["1", "0", "0"]


def test_lengths_in_words_are_median_95_percent_and_longest(table):
    assert table["words per", "source"] == ["2 / 5 / 5", "2 / 2 / 2", "3 / 3 / 3"]
    assert table["words per", "target"] == ["2 / 4 / 4", "2 / 2 / 2", "3 / 3 / 3"]


def test_lengths_in_tokens_are_those_of_the_tokeniser(report, corpus, tokenizers):
    lengths = tokenizers.source.encode(corpus.test.source).row_lengths().numpy()
    assert report.sides["test"].tokens["source"][2] == lengths.max()


def test_what_is_in_training_too_is_counted_by_sentence_and_pair(table):
    assert table["sentences that", "source"] == ["-", "1", "0"]
    assert table["sentences that", "target"] == ["-", "1", "0"]
    assert table["sentences that", "pairs"] == ["-", "1", "0"]


def test_new_words_are_a_share_of_the_running_words_without_regard_to_case(report, table):
    # Of the validation source 1 word in 6, "vögel", of the test source "schläft" and "ja" of 4.
    assert report.sides["validation"].new_words == {"source": 1 / 6, "target": 1 / 6}
    assert table["words that", "source"] == ["-", "16.7%", "50.0%"]
    assert table["words that", "target"] == ["-", "16.7%", "50.0%"]


def test_unknown_tokens_are_a_share_of_all_tokens(report, corpus, tokenizers):
    assert report.sides["training"].unknown == {"source": 0.0, "target": 0.0}
    ids = tokenizers.source.encode(corpus.validation.source).flat_values.numpy()
    assert report.sides["validation"].unknown["source"] == pytest.approx((ids == 1).mean())
    assert report.sides["validation"].unknown["source"] > 0  # "ö" stands in no training sentence


def test_doubtful_pairs_name_file_and_line(report):
    text = "\n".join(report.lines())
    assert "training: train.tsv\n         1  an exact copy of an earlier pair: line 3" in text
    assert "test: test.tsv\n" in text and "1  source and target are the same: line 22" in text
    assert "1  the source sentence is in training too: line 12" in text


def test_only_the_first_lines_are_listed_and_the_json_has_all(tokenizers, corpus, tmp_path):
    same = made([(f"Tom {n}", f"Tom {n}") for n in range(9)], "same.tsv")
    found = data_report(Corpus(same, corpus.validation, corpus.test, "same", "", ()), tokenizers)
    assert any(line.endswith("9  source and target are the same: lines 1, 2, 3, 4, 5, ...") for line in found.lines())
    _, values = found.write(tmp_path)
    assert json.loads(values.read_text())["sides"]["training"]["lines"][0] == list(range(1, 10))


def test_overlap_is_a_warning(report):
    expected = (
        "1 of the validation source sentences, 1 of them with the same translation, are in training too, "
        "which makes the validation scores too good"
    )
    assert expected in report.warnings


def test_small_sides_are_a_warning(report):
    assert any(warning.startswith("the test side has 2 pairs; with fewer than 500") for warning in report.warnings)


def test_unknown_characters_are_a_warning(report):
    assert any("source tokens of the test side are unknown characters" in found for found in report.warnings)


def test_a_language_without_spaces_is_a_note(tokenizers, corpus):
    japanese = made([("これはペンです。", "This is a pen."), ("私は学生です。", "I am a student.")], "ja.tsv")
    found = data_report(Corpus(japanese, corpus.validation, corpus.test, "ja", "", ()), tokenizers)
    assert any(warning.startswith("source is written without spaces") for warning in found.warnings)
    assert not any(warning.startswith("target is written without") for warning in found.warnings)


def test_what_is_written_is_what_was_printed(report, tmp_path):
    text, values = report.write(tmp_path)
    assert (text.name, values.name) == ("data_report.txt", "data_report.json")
    assert text.read_text(encoding="utf-8").splitlines() == report.lines()
    assert json.loads(values.read_text(encoding="utf-8"))["sides"]["training"]["copies"] == 1


def test_lines_are_short(report):
    assert max(map(len, report.lines())) <= 140
