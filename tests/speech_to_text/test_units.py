"""Units: texts to numbers and back, for each kind."""

import dataclasses

import numpy as np
import pytest

from apps.speech_to_text.config import DataConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.units import Units, build_units
from rnnapps.audio.recording import Recording

TEXTS = ["one two", "two o'clock", "no one", "ten to two"] * 5
PIECES = DataConfig(symbols="sentencepiece", vocabulary_size=16)


def said(texts):
    return [Recording.from_array(np.zeros(1), 8000, text) for text in texts]


def built(texts=TEXTS, data=None, head="ctc"):
    return build_units(SpeechConfig(data=data or DataConfig(), model=ModelConfig(head=head)), said(texts))


def test_characters_are_those_of_the_training_texts_after_the_blank():
    assert built(["no one", "one"]).symbols == ("", " ", "e", "n", "o")


def test_a_text_is_the_numbers_of_its_characters():
    assert built(["no one"]).encode("one no") == [4, 3, 2, 1, 3, 4]


@pytest.mark.parametrize("data", [DataConfig(), PIECES])
def test_what_was_encoded_is_decoded(data):
    units = built(data=data)
    for text in ["one two", "no", "two o'clock one"]:
        assert units.decode(units.encode(text)) == text
        assert 0 not in units.encode(text)


def test_the_blank_is_decoded_to_nothing():
    assert built(["no one"]).decode([0, 3, 0, 4, 0]) == "no"


def test_words_are_decoded_with_one_space_between_them():
    # A network may say two spaces with a blank between.
    assert Units("characters", ("", " ", "n", "o")).decode([1, 2, 3, 1, 1, 3, 1]) == "no o"


@pytest.mark.parametrize("data", [DataConfig(), PIECES])
def test_what_is_no_unit_is_left_out_and_told(data):
    units = built(data=data)
    assert units.decode(units.encode("oñne")) == "one"
    assert units.unknown("oñne tßwñ") == ["ñ", "ß"]


def test_pieces_that_begin_a_word_begin_with_a_space():
    units = built(data=PIECES)
    assert len(units) == 16
    assert any(len(symbol) > 2 and symbol.startswith(" ") for symbol in units.symbols)
    assert not any("▁" in symbol for symbol in units.symbols)


@pytest.mark.parametrize(
    ("size", "expected"), [(5, "smallest possible is 11"), (9000, "more than the training texts allow; the largest")]
)
def test_a_vocabulary_that_is_not_possible_is_told_with_one_that_is(size, expected):
    with pytest.raises(ValueError, match=f"data.vocabulary_size: {size}: .*{expected}"):
        built(data=dataclasses.replace(PIECES, vocabulary_size=size))


@pytest.mark.parametrize("data", [DataConfig(), PIECES])
def test_units_come_back_from_a_run_folder(tmp_path, data):
    units = built(data=data)
    units.save(tmp_path)
    loaded = Units.load(tmp_path)
    assert loaded == units
    assert loaded.encode("two o'clock") == units.encode("two o'clock")


def test_labels_are_the_different_texts_without_a_blank():
    units = built(["yes", "no", "yes"], head="keyword")
    assert units.symbols == ("no", "yes")
    assert [units.encode("no"), units.encode("yes")] == [[0], [1]]
    assert units.decode([0]) == "no"


def test_a_text_that_is_no_label_is_told():
    with pytest.raises(ValueError, match="'maybe' is not a label that the model knows: 'no', 'yes'"):
        built(["yes", "no"], head="keyword").encode("maybe")


def test_one_label_is_not_enough():
    with pytest.raises(ValueError, match="keyword needs two different texts at least, found 'yes'"):
        built(["yes"], head="keyword")


def test_recordings_without_texts_are_told():
    with pytest.raises(ValueError, match="no training recording has a text"):
        built(["", ""])


@pytest.mark.parametrize("content", ["", "{}", '{"kind": "characters"}'])
def test_a_damaged_file_is_told(tmp_path, content):
    (tmp_path / "units.json").write_text(content)
    with pytest.raises(ValueError, match=r"units.json: damaged; train again"):
        Units.load(tmp_path)


def test_a_damaged_model_is_told(tmp_path):
    built(data=PIECES).save(tmp_path)
    (tmp_path / "units.model").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"units.model: damaged; train again"):
        Units.load(tmp_path)
