"""What word and character error rates are computed from, utterance by utterance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class EditCounts(NamedTuple):
    """Edits that turn references into what was recognised, as jiwer counts them.

    Fields:
        rows: (N, 4) int64, of each utterance: substitutions, deletions, insertions, and units of the reference.
        alignments: of each utterance, jiwer's chunks: which units of the reference became which of the text.
        references, texts: units of each utterance: words, or characters.
    """

    rows: np.ndarray
    alignments: list
    references: list[list[str]]
    texts: list[list[str]]

    @property
    def errors(self) -> np.ndarray:
        """(N,) edits of each utterance."""
        return self.rows[:, :3].sum(1)


class Counts(NamedTuple):
    """Edits of words and of characters."""

    words: EditCounts
    characters: EditCounts

    @property
    def right(self) -> np.ndarray:
        """(N,) bool, whether an utterance is right to the last character."""
        return self.characters.errors == 0


def count(texts: Sequence[str], references: Sequence[str]) -> Counts:
    """Edits between what was recognised and what was said.

    Args:
        texts: what was recognised.
        references: what was said, in the same order and form (case, punctuation).
    Raises:
        ValueError: no utterance, or not as many texts as references.
    """
    if not references or len(texts) != len(references):
        raise ValueError(f"{len(texts)} texts for {len(references)} references: expected one or more, and as many")
    import jiwer

    texts, references = list(texts), list(references)
    words = jiwer.process_words(references, texts)
    return Counts(_edits(words), _edits(jiwer.process_characters(references, texts)))


def rate(total: np.ndarray) -> float:
    """Errors in percent of the reference: 100 (S + D + I) / N.

    Where nothing was said, every insertion counts as one wrong unit of one, as jiwer does.

    Args:
        total: (4,), a sum of `EditCounts.rows`.
    """
    return 100 * float(total[:3].sum()) / max(1.0, float(total[3]))


def _edits(found) -> EditCounts:
    rows = np.zeros((len(found.references), 4), "int64")
    for row, chunks, reference in zip(rows, found.alignments, found.references, strict=True):
        row[3] = len(reference)
        for chunk in chunks:
            said, recognised = chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
            if chunk.type == "delete":
                row[1] += said
            elif chunk.type == "insert":
                row[2] += recognised
            elif chunk.type != "equal":
                row[0] += said
    return EditCounts(rows, found.alignments, found.references, found.hypotheses)
