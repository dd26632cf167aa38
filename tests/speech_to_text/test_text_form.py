"""What is written of a text."""

import pytest

from apps.speech_to_text.text_form import as_is, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Author of the danger trail, Philip Steels, etc.", "author of the danger trail philip steels etc"),
        ("  don’t\tsay 'no' -- rock 'n' roll ", "don't say no rock n roll"),
        ("E\u0301cole", "\u00e9cole"),
        ("well-known AND/OR 3.5 %", "well known and or 3 5"),
        ("STRAẞE Ärger", "straße ärger"),
        ("कहानी नमस्ते", "कहानी नमस्ते"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("…!?", ""),
    ],
)
def test_plain_texts_are_words_alone(text, expected):
    assert plain(text) == expected


def test_as_is_changes_spaces_and_composition_alone():
    assert as_is(" E\u0301cole,\u00a0 OK!\n") == "École, OK!"
