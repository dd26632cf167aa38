"""What a recogniser is to write of a text."""

from __future__ import annotations

import unicodedata

APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ＇`´"), "'")
JOINERS = "\u200c\u200d"  # they change how letters of Persian or Hindi are written


def plain(text: str) -> str:
    """Lower case, no punctuation but apostrophes inside words, one space between words, Unicode NFC.

    Punctuation, symbols and control characters part words, as spaces do.

    >>> plain("  Don’t say “well-known”, Tom! ")
    "don't say well known tom"
    """
    text = unicodedata.normalize("NFC", text.lower()).translate(APOSTROPHES)
    letters = "".join(letter if _spoken(letter) else " " for letter in text)
    words = (word.strip("'") for word in letters.split())
    return unicodedata.normalize("NFC", " ".join(word for word in words if word))


def as_is(text: str) -> str:
    """One space between words, Unicode NFC, else as written.

    >>> as_is(" Don’t   say so! ")
    'Don’t say so!'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def _spoken(letter: str) -> bool:
    return letter in JOINERS or letter == "'" or unicodedata.category(letter)[0] in "LMN"


FORMS = {"plain": plain, "as_is": as_is}
