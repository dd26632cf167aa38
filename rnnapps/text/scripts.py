"""Which script a text is written in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache

# Written side by side in Japanese and Chinese.
EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "KATAKANA-HIRAGANA")


@cache
def script(letter: str) -> str:
    """First word of the letter's Unicode name, such as LATIN, CYRILLIC or CJK; UNKNOWN where it has none."""
    return unicodedata.name(letter, "UNKNOWN").split()[0]


def main_script(text: str) -> str | None:
    """The script of most of a text's letters; None where it has no letter.

    The scripts that Japanese and Chinese mix are one here, called CJK.

    >>> main_script("Привет, Bob")
    'CYRILLIC'
    """
    counts = Counter(script(letter) for letter in text if letter.isalpha())
    for mixed in EAST_ASIAN[1:]:
        counts["CJK"] += counts.pop(mixed, 0)
    found, count = counts.most_common(1)[0]
    return found if count else None
