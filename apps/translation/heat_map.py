"""Attention of one translation as labelled arrays and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnnapps.inspection import plot_alignment

SPACE, END = "▁", "</s>"


class Attention(NamedTuple):
    """What the translation of one text looked at: alignment (T, S) and the labels of its rows and columns."""

    text: str
    translation: str
    score: float
    source_tokens: list[str]
    target_tokens: list[str]
    alignment: np.ndarray

    def save(self, path: str | Path) -> None:
        """Writes the heat map to `path` and the same numbers to an .npz file beside it."""
        labels = (
            [_label(token) for token in self.source_tokens],
            [_label(token) for token in self.target_tokens],
        )
        plot_alignment(self.alignment, *labels, path, title=f"{self.text} → {self.translation}")
        np.savez(
            Path(path).with_suffix(".npz"),
            alignment=self.alignment,
            source_tokens=np.array(self.source_tokens),
            target_tokens=np.array(self.target_tokens),
            text=self.text,
            translation=self.translation,
            score=self.score,
        )

    @property
    def swaps(self) -> int:
        """How many pairs of neighbouring target words look at neighbouring source words in reverse order.

        An adjective behind its noun in one language and before it in the other looks like this.
        """
        starts_word = np.array([token.startswith(SPACE) for token in self.target_tokens])
        sharp = starts_word & (self.alignment.max(axis=1) > 0.5)
        looked_at = self.alignment.argmax(axis=1)
        return int(np.sum((looked_at[1:] == looked_at[:-1] - 1) & sharp[1:] & sharp[:-1]))


def attention_of(model, texts: Sequence[str]) -> list[Attention]:
    """Translates texts and tells what each token of the best translations looked at.

    Args:
        model: `TextTranslator` or what `load_translator` returns.
        texts: sentences.
    """
    import tensorflow as tf

    answers = {name: value.numpy() for name, value in model.n_best(tf.constant(list(texts), tf.string)).items()}
    found = []
    for row, text in enumerate(texts):
        source = [token.decode("utf-8") for token in answers["source_tokens"][row] if token]
        target = [token.decode("utf-8") for token in answers["tokens"][row, 0] if token]
        alignment = answers["alignments"][row, 0, : len(target), : len(source)]
        translation = answers["text"][row, 0].decode("utf-8")
        found.append(Attention(text, translation, float(answers["score"][row, 0]), source, target, alignment))
    return found


def _label(token: str) -> str:
    """A piece as people read it: word starts bare, a piece that continues a word behind a hyphen."""
    if token == END:
        return "(end)"
    if token.startswith(SPACE):
        return token.removeprefix(SPACE) or "(space)"
    return f"-{token}" if token.isalnum() else token
