"""Words with their times out of aligned symbols, as a graph function that a SavedModel can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding.ctc import Alignment


class Spelling(NamedTuple):
    """What the symbols stand for in words.

    Fields:
        forms: (V,) string, what a symbol adds to its word; "" of the blank and of what only separates words.
        separates: (V,) bool, the symbol stands between words.
        begins: (V,) bool, the symbol is the first of a word.
    """

    forms: tf.Tensor
    separates: tf.Tensor
    begins: tf.Tensor

    @classmethod
    def of(cls, symbols: Sequence[str]) -> Spelling:
        """Of symbols as `Units` has them: the first is the blank, and a space in front begins a word."""
        forms = [symbol.lstrip(" ") for symbol in symbols]
        separates = [bool(symbol) and not form for symbol, form in zip(symbols, forms, strict=True)]
        begins = [symbol != form and bool(form) for symbol, form in zip(symbols, forms, strict=True)]
        return cls(tf.constant(forms), tf.constant(separates), tf.constant(begins))


class SpokenWords(NamedTuple):
    """Words of each row, (B, W), padded with "" and 0."""

    words: tf.Tensor  # string
    starts: tf.Tensor  # float32, frames
    ends: tf.Tensor  # float32, frames
    log_posteriors: tf.Tensor  # float32, mean over the word's symbols


def joined_text(labels: tf.Tensor, symbols: tf.Tensor) -> tf.Tensor:
    """(..., L) labels, zero padded, as (...) texts; symbols (V,) string, the first of them ""."""
    return one_space(tf.strings.reduce_join(tf.gather(symbols, labels), axis=-1))


def one_space(texts: tf.Tensor) -> tf.Tensor:
    """Texts with one space between words and none around them: a network may say two with a blank between."""
    return tf.strings.strip(tf.strings.regex_replace(texts, " +", " "))


def spoken_words(labels: tf.Tensor, alignment: Alignment, spelling: Spelling) -> SpokenWords:
    """Which words the labels spell, and from which frame to which.

    A symbol lasts from half a frame before its first frame to half a frame behind its last one.

    Args:
        labels: (B, L) int32, zero padded.
        alignment: of the labels.
        spelling: of the V symbols.
    """
    batch, length = tf.shape(labels)[0], tf.shape(labels)[1]
    forms, separates, begins = (tf.gather(part, labels) for part in spelling)  # B, L
    number = tf.cumsum(
        tf.cast(separates | begins, tf.int32), axis=1
    )  # of the word, with gaps where two separators meet
    inside = (labels > 0) & ~separates & (forms != "")
    key = tf.boolean_mask(tf.range(batch)[:, None] * (length + 1) + number, inside)
    keys, word = tf.unique(key)
    count, rows = tf.size(keys), tf.cast(keys // (length + 1), tf.int64)

    def padded(values):
        return tf.RaggedTensor.from_value_rowids(
            values, rows, nrows=tf.cast(batch, tf.int64), validate=False
        ).to_tensor()

    first, last, posteriors = (tf.boolean_mask(part, inside) for part in alignment[:3])
    return SpokenWords(
        words=padded(tf.strings.unsorted_segment_join(tf.boolean_mask(forms, inside), word, count)),
        starts=padded(tf.cast(tf.math.unsorted_segment_min(first, word, count), tf.float32) - 0.5),
        ends=padded(tf.cast(tf.math.unsorted_segment_max(last, word, count), tf.float32) + 0.5),
        log_posteriors=padded(tf.math.unsorted_segment_mean(posteriors, word, count)),
    )
