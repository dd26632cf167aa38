"""The script of a text."""

import pytest

from rnnapps.text.scripts import main_script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Привет, Bob", "CYRILLIC"),
        ("it is π", "LATIN"),
        ("これはペンです", "CJK"),
        ("漢字と", "CJK"),
        ("ß", "LATIN"),
        ("12, 13!", None),
        ("", None),
    ],
)
def test_a_text_is_in_the_script_of_most_of_its_letters(text, script):
    assert main_script(text) == script
