"""What the symbols of a recogniser spell, in a form that a search compares in the graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

# Texts are compared by h(text letter) = h(text) * MULTIPLIER + code of the letter + 1, modulo 2^64, which symbols of
# several letters carry on in one step. Two of some million texts coincide with probability 1e-7.
MULTIPLIER = 6364136223846793005
EMPTY = 0  # hash of the empty text


class SymbolSpelling:
    """The V symbols as steps of text hashes. A space begins a word; it stands first in a symbol or nowhere.

    Args:
        symbols: V texts, the first of them "", the blank.
    Fields:
        steps, additions: (V,) int64; a symbol takes h to h * step + addition.
        begins: (V,) bool, the symbol begins with a space: it ends the word before it.
        word_hashes: (V,) int64, hash of what a symbol that begins a word has of it; `EMPTY` of a lone space.
        letters: (V,) float32, how many letters a symbol has, its space counted.
    Raises:
        ValueError: a space elsewhere in a symbol.
    """

    def __init__(self, symbols: Sequence[str]):
        for symbol in symbols:
            if " " in symbol[1:]:
                raise ValueError(f"symbols: {symbol!r} has a space behind its first letter; a space begins a symbol")
        self.symbols = tuple(symbols)
        self.steps = np.array([pow(MULTIPLIER, len(s), 2**64) for s in symbols], np.uint64).view(np.int64)
        self.additions = text_hashes(symbols)
        self.begins = np.array([s.startswith(" ") for s in symbols])
        self.word_hashes = text_hashes(s.removeprefix(" ") for s in symbols)
        self.letters = np.array([len(s) for s in symbols], np.float32)


def text_hashes(texts: Iterable[str]) -> np.ndarray:
    """(N,) int64 hashes of texts."""
    hashes = []
    for text in texts:
        value = EMPTY
        for letter in text:
            value = (value * MULTIPLIER + ord(letter) + 1) % 2**64
        hashes.append(value)
    return np.array(hashes, np.uint64).view(np.int64)
