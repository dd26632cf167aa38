"""What decode.hot_words may be."""

import dataclasses
import re

import pytest

from apps.speech_to_text.config import DecodeConfig, SpeechConfig
from apps.speech_to_text.decoder import hot_words
from apps.speech_to_text.units import Units

UNITS = Units("characters", ("", " ", "a", "b"))


def found(given):
    return hot_words(dataclasses.replace(SpeechConfig(), decode=DecodeConfig(hot_words=str(given))), UNITS)


def test_words_have_the_form_of_the_texts():
    assert found("Ab, ba  ab.,") == ["ab", "ba ab"]


def test_a_file_has_a_word_a_line_and_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "names.txt").write_text("\ufeffab\r\n\r\nBa\r\n", encoding="utf-8")
    assert found(tmp_path / "names.txt") == ["ab", "ba"]


@pytest.mark.parametrize("name", ["names.txt", "./names"])
def test_the_name_of_a_file_that_is_not_there_is_no_word(name):
    with pytest.raises(FileNotFoundError, match=f"decode.hot_words: {re.escape(name)}: no such file"):
        found(name)


def test_a_word_that_the_model_cannot_write_is_refused():
    with pytest.raises(ValueError, match=r"decode\.hot_words: 'bañó' holds 'ñ' 'ó', which the model cannot write"):
        found("ab,bañó")


def test_an_option_that_holds_no_word_is_refused():
    with pytest.raises(ValueError, match=r"decode\.hot_words: ' , \.\.\.' holds no word"):
        found(" , ...")
