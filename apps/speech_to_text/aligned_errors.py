"""What was recognised beneath what was said, word under word, with the errors marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .edit_counts import Counts, EditCounts, rate

WIDTH = 100
SHOWN = 5
MARKS = {"equal": "", "substituted": "S", "deleted": "D", "inserted": "I"}


class Pair(NamedTuple):
    """A unit of the reference and what it became.

    Fields:
        kind: equal, substituted, deleted (not heard) or inserted (not said).
        said: unit of the reference; "" where nothing was said.
        heard: unit of the text; "" where nothing was heard.
    """

    kind: str
    said: str
    heard: str


def aligned(edits: EditCounts, index: int) -> list[Pair]:
    """The pairs of one utterance, in order."""
    said, heard = edits.references[index], edits.texts[index]
    pairs = []
    for chunk in edits.alignments[index]:
        left = said[chunk.ref_start_idx : chunk.ref_end_idx]
        right = heard[chunk.hyp_start_idx : chunk.hyp_end_idx]
        if chunk.type == "delete":
            pairs += [Pair("deleted", unit, "") for unit in left]
        elif chunk.type == "insert":
            pairs += [Pair("inserted", "", unit) for unit in right]
        else:
            kind = "equal" if chunk.type == "equal" else "substituted"
            pairs += [Pair(kind, *units) for units in zip(left, right, strict=True)]
    return pairs


def heard_right(edits: EditCounts, index: int) -> np.ndarray:
    """(W,) bool, for every word of a text whether it is right: what a confidence should tell."""
    return np.array([pair.kind == "equal" for pair in aligned(edits, index) if pair.kind != "deleted"], bool)


def draw(pairs: Sequence[Pair], margin: str = "", width: int = WIDTH) -> str:
    """Three lines, folded where they are too long: said, heard, and a mark under each error.

    S is a word heard as another, D one that was not heard, I one that was not said.

    >>> print(draw([Pair("equal", "one", "one"), Pair("substituted", "two", "too"), Pair("deleted", "ten", "")]))
    said   one  two  ten
    heard  one  too  ***
                S    D
    """
    if not pairs:
        return f"{margin}said\n{margin}heard"
    blocks, taken = [[]], 0
    room = width - len(margin) - len("heard")
    for pair in pairs:
        needed = 2 + max(_columns(pair.said), _columns(pair.heard))
        if blocks[-1] and taken + needed > room:
            blocks.append([])
            taken = 0
        blocks[-1].append(pair)
        taken += needed
    return "\n".join(line for block in blocks for line in _lines(block, margin))


def worst_utterances(counts: Counts, texts: Sequence[str], references: Sequence[str], shown: int = SHOWN) -> list[dict]:
    """The utterances with the highest word error rate, the longer ones first among equals; none that is right.

    Args:
        counts: of all utterances.
        texts: what was recognised.
        references: what was said.
        shown: how many.

    Returns:
        For each: index, wer, cer, said, heard, and alignment, its `Pair`s as lists.
    """
    rates = np.array([rate(row) for row in counts.words.rows])
    letters = np.array([rate(row) for row in counts.characters.rows])
    order = np.lexsort((-counts.words.errors, -letters, -rates))
    # Where words are right and only a space differs, characters still are not.
    wrong = [int(index) for index in order if not counts.right[index]]
    return [
        {
            "index": index,
            "wer": float(rates[index]),
            "cer": float(letters[index]),
            "said": references[index],
            "heard": texts[index],
            "alignment": [list(pair) for pair in aligned(counts.words, index)],
        }
        for index in wrong[:shown]
    ]


def _lines(pairs: Sequence[Pair], margin: str) -> list[str]:
    rows = {"said ": [], "heard": [], "     ": []}
    for pair in pairs:
        width = max(_columns(pair.said), _columns(pair.heard))
        shown = (pair.said or "*" * width, pair.heard or "*" * width, MARKS[pair.kind])
        for cells, text in zip(rows.values(), shown, strict=True):
            cells.append(text + " " * (width - _columns(text)))
    lines = [f"{margin}{label}  {'  '.join(cells)}".rstrip() for label, cells in rows.items()]
    return lines if lines[-1] else lines[:-1]


def _columns(text: str) -> int:
    """How wide a terminal draws a text."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
