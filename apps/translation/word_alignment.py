"""From the attention of pieces to the alignment of words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SPACE, END = "▁", "</s>"


def word_alignment(
    alignment: np.ndarray, source_tokens: Sequence[str], target_tokens: Sequence[str]
) -> tuple[np.ndarray, list[str], list[str]]:
    """Attention between words, from attention between pieces.

    weight(target word, source word) = mean over the target word's pieces of
                                       the sum over the source word's pieces of their attention

    The attention of a piece adds up to one, so what is spread over the pieces of a source word belongs together, while
    the pieces of a target word each have an opinion. A word is what stands between spaces; the end symbol is none.

    Args:
        alignment: (T, S) attention; rows and columns beyond the tokens are ignored.
        source_tokens: pieces, a word's first one beginning with "▁"; empty strings are padding.
        target_tokens: likewise.
    Returns:
        Weights (target words, source words), the source words and the target words.
    """
    source, target = _words(source_tokens), _words(target_tokens)
    weights = np.zeros((len(target), len(source)), np.float32)
    for row, (_, pieces) in enumerate(target):
        attention = np.asarray(alignment)[pieces].mean(axis=0)
        weights[row] = [attention[columns].sum() for _, columns in source]
    return weights, [word for word, _ in source], [word for word, _ in target]


def pharaoh(weights: np.ndarray, source_words: Sequence[str], target_words: Sequence[str]) -> str:
    """`source-target` pairs, words counted from 0: every target word with the source word that it attends to most.

    Among equals the earlier source word wins. Pairs are sorted by source word.
    """
    if not source_words:
        return ""
    links = sorted((int(looked_at), word) for word, looked_at in enumerate(weights.argmax(axis=1)))
    return " ".join(f"{source}-{target}" for source, target in links)


def _words(tokens: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Each word and the places of its pieces."""
    words = []
    for place, token in enumerate(tokens):
        if token in ("", END):
            continue
        # A "▁" of its own is the beginning of what follows it.
        if not words or (token.startswith(SPACE) and words[-1][0]):
            words.append(("", []))
        word, pieces = words[-1]
        words[-1] = (word + token.replace(SPACE, ""), [*pieces, place])
    return [(word, pieces) for word, pieces in words if word]
