"""Ways to ask a translator: for the best translation, for several, or for samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .word_alignment import pharaoh, word_alignment


class Translation(NamedTuple):
    """One translation of a text."""

    text: str
    score: float  # natural logarithm of its probability
    alignment: str = ""  # Pharaoh format, where it was asked for
    truncated: bool = False  # whether only the beginning of the text was translated


# (texts, a number that is different for every batch) -> for each text its translations, best first
Answer = Callable[[Sequence[bytes], int], list[list[Translation]]]


@dataclass(frozen=True)
class Sampling:
    """How translations are drawn.

    Args:
        count: samples per text.
        temperature: 0 is greedy, 1 the model's own distribution.
        top_k: draw among so many of the likeliest tokens; 0 for all.
        top_p: and among the fewest of them that together hold this probability.
        seed: the same seed gives the same samples.
    """

    count: int = 1
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self):
        for name, value, fits, allowed in (
            ("sample", self.count, self.count >= 1, "at least 1"),
            ("temperature", self.temperature, 0 <= self.temperature < float("inf"), "at least 0"),
            ("top_k", self.top_k, self.top_k >= 0, "at least 0, which is all tokens"),
            ("top_p", self.top_p, 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("seed", self.seed, -(2**31) <= self.seed < 2**31, "a number of 32 bits"),
        ):
            if not fits:
                raise ValueError(f"--{name} must be {allowed}, is {value}")


def best(model) -> Answer:
    """Answers with the best translation."""
    import tensorflow as tf

    def answer(texts, batch):
        return [[translation] for translation in _firsts(model.serving_default(tf.constant(texts, tf.string)))]

    return answer


def n_best_of(model, count: int, alignments: bool = False) -> Answer:
    """Answers with the best translations.

    Args:
        model: `TextTranslator` or what `load_translator` returns.
        count: how many; the beam is the most there can be.
        alignments: also say which words come from which.
    Raises:
        ValueError: the beam is smaller than `count`.
    """
    import tensorflow as tf

    beams = model.n_best(tf.constant([], tf.string))["text"].shape[1]
    if count > beams:
        raise ValueError(f"--n_best {count} is more than the beam of {beams}; give --beam_size {count} too")

    def answer(texts, batch):
        found = {name: value.numpy() for name, value in model.n_best(tf.constant(texts, tf.string)).items()}
        truncated = found.get("truncated", [False] * len(texts))
        return [
            [
                Translation(
                    found["text"][row, rank].decode("utf-8"),
                    float(found["score"][row, rank]),
                    pharaoh(*_words(found, row, rank)) if alignments else "",
                    bool(truncated[row]),
                )
                for rank in range(count)
            ]
            for row in range(len(texts))
        ]

    return answer


def samples(model, sampling: Sampling) -> Answer:
    """Answers with translations drawn at random, in the order in which they were drawn."""
    import tensorflow as tf

    def answer(texts, batch):
        repeated = tf.repeat(tf.constant(texts, tf.string), sampling.count)
        drawn = model.sample(
            repeated,
            tf.constant([sampling.seed, batch], tf.int32),
            tf.constant(sampling.temperature, tf.float32),
            tf.constant(sampling.top_k, tf.int32),
            tf.constant(sampling.top_p, tf.float32),
        )
        drawn = _firsts(drawn)
        return [drawn[start : start + sampling.count] for start in range(0, len(drawn), sampling.count)]

    return answer


def _firsts(answers) -> list[Translation]:
    texts, scores = answers["text"].numpy(), answers["score"].numpy()
    # SavedModels of the first version read any length, and do not say so.
    truncated = answers["truncated"].numpy() if "truncated" in answers else [False] * len(texts)
    return [
        Translation(text.decode("utf-8"), float(score), "", bool(cut))
        for text, score, cut in zip(texts, scores, truncated, strict=True)
    ]


def _words(found, row, rank):
    source = [token.decode("utf-8") for token in found["source_tokens"][row]]
    target = [token.decode("utf-8") for token in found["tokens"][row, rank]]
    return word_alignment(found["alignments"][row, rank], source, target)
