"""Attention of one translation as labelled arrays and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnnapps.inspection import plot_alignment

from .word_alignment import END, SPACE, word_alignment

# What marks a piece that continues a word: a hyphen could be the text's own.
CONTINUES = "·"
CAPTION = (
    "A dark square: when the model wrote the {unit} of that row, it looked at the source {unit} of that column. A "
    "diagonal is the same order of words; where words change places, so do the squares."
)


class Attention(NamedTuple):
    """What a translation of one text looked at: alignment (T, S) and the labels of its rows and columns."""

    text: str
    translation: str
    score: float
    source_tokens: list[str]
    target_tokens: list[str]
    alignment: np.ndarray
    rank: int = 1  # among the hypotheses, the best is 1
    level: str = "token"  # or "word": what rows and columns are

    def words(self) -> "Attention":
        """The same between words, as `word_alignment` sums it up; the end symbol's attention is left out."""
        weights, source, target = word_alignment(self.alignment, self.source_tokens, self.target_tokens)
        return self._replace(source_tokens=source, target_tokens=target, alignment=weights, level="word")

    def save(self, path: str | Path) -> None:
        """Writes the heat map to `path` and the same numbers to an .npz file beside it."""
        labels = self.source_tokens, self.target_tokens
        caption = CAPTION.format(unit=self.level)
        if self.level == "token":
            labels = [[token_label(token) for token in tokens] for tokens in labels]
            caption += f" {CONTINUES} continues the word before it; (end) is the end of the sentence."
        plot_alignment(
            self.alignment,
            *labels,
            path,
            title=f"{self.text}\n→ {self.translation}",
            source_name="source text",
            target_name="translation" if self.rank == 1 else f"translation, number {self.rank} of the search",
            caption=caption,
        )
        np.savez(
            Path(path).with_suffix(".npz"),
            alignment=self.alignment,
            source_tokens=np.array(self.source_tokens),
            target_tokens=np.array(self.target_tokens),
            text=self.text,
            translation=self.translation,
            score=self.score,
            rank=self.rank,
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


def attention_of(model, texts: Sequence[str], rank: int = 1) -> list[Attention]:
    """Translates texts and tells what each token of the translations looked at.

    Args:
        model: `TextTranslator` or what `load_translator` returns.
        texts: sentences.
        rank: which hypothesis of each; 1 is the best.
    Raises:
        ValueError: the beam is smaller than `rank`.
    """
    import tensorflow as tf

    answers = {name: value.numpy() for name, value in model.n_best(tf.constant(list(texts), tf.string)).items()}
    beam_size = answers["text"].shape[1]
    if not 1 <= rank <= beam_size:
        raise ValueError(f"--rank must lie in 1 to {beam_size}, the beam of this model, is {rank}")
    found = []
    for row, text in enumerate(texts):
        hypothesis = row, rank - 1
        source = [token.decode("utf-8") for token in answers["source_tokens"][row] if token]
        target = [token.decode("utf-8") for token in answers["tokens"][hypothesis] if token]
        alignment = answers["alignments"][hypothesis][: len(target), : len(source)]
        translation = answers["text"][hypothesis].decode("utf-8")
        score = float(answers["score"][hypothesis])
        found.append(Attention(text, translation, score, source, target, alignment, rank))
    return found


def token_label(token: str) -> str:
    """A piece as people read it: word starts bare, a piece that continues a word behind a mark."""
    if token == END:
        return "(end)"
    if token.startswith(SPACE):
        return token.removeprefix(SPACE) or "(space)"
    return f"{CONTINUES}{token}" if token.isalnum() else token
