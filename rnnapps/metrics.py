"""Metrics over token ids (Keras metrics) and over decoded sentences (through sacrebleu)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf


class _PerToken(keras.metrics.Metric):
    """A sum over real tokens and their number, kept over batches: a short batch weighs what it holds."""

    def __init__(self, ignore_id: int = 0, name: str | None = None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.ignore_id = ignore_id
        self.total = self.add_weight(name="total", initializer="zeros", dtype="float32")
        self.count = self.add_weight(name="count", initializer="zeros", dtype="float32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        ids = tf.cast(tf.convert_to_tensor(y_true), tf.int32)
        real = tf.not_equal(ids, self.ignore_id)
        weights = tf.cast(real, tf.float32)
        if sample_weight is not None:
            given = tf.cast(tf.convert_to_tensor(sample_weight), tf.float32)
            weights *= given[:, None] if given.shape.rank == 1 and ids.shape.rank == 2 else given
        # An ignored id may lie outside the vocabulary, which the cross-entropy kernel refuses.
        values = self.per_token(tf.where(real, ids, 0), tf.convert_to_tensor(y_pred))
        self.total.assign_add(tf.reduce_sum(values * weights))
        self.count.assign_add(tf.reduce_sum(weights))

    def get_config(self):
        return {"name": self.name, "ignore_id": self.ignore_id}


@keras.saving.register_keras_serializable(package="rnnapps")
class TokenAccuracy(_PerToken):
    """Share of real tokens whose id has the largest logit.

    Args:
        ignore_id: int, target id of padding, not counted. Default 0.
        name: str, name in the logs.

    Call arguments:
        y_true: (B, T) ids.
        y_pred: (B, T, V) logits or probabilities.
        sample_weight: None, (B,) or (B, T).

    >>> metric = TokenAccuracy()
    >>> metric.update_state([[1, 2, 0]], [[[0, 1, 0], [0, 1, 0], [0, 1, 0]]])
    >>> float(metric.result())
    0.5
    """

    def __init__(self, ignore_id: int = 0, name: str = "token_accuracy", dtype=None):
        super().__init__(ignore_id, name, dtype)

    def per_token(self, ids, y_pred):
        return tf.cast(tf.equal(tf.argmax(y_pred, axis=-1, output_type=tf.int32), ids), tf.float32)

    def result(self):
        return tf.math.divide_no_nan(self.total.value, self.count.value)


@keras.saving.register_keras_serializable(package="rnnapps")
class Perplexity(_PerToken):
    """exp of the mean negative log-probability of a real token: the number of ids the model wavers between.

    P = exp( - sum over real tokens log softmax(z_t)[y_t] / number of real tokens )

    The mean is taken over all batches before the exponential, so P does not depend on how the data is
    batched.

    Args:
        ignore_id: int, target id of padding, not counted. Default 0.
        name: str, name in the logs.

    Call arguments:
        y_true: (B, T) ids.
        y_pred: (B, T, V) logits.
        sample_weight: None, (B,) or (B, T).

    >>> metric = Perplexity()
    >>> metric.update_state([[1, 0]], [[[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]])
    >>> round(float(metric.result()), 4)
    4.0
    """

    def __init__(self, ignore_id: int = 0, name: str = "perplexity", dtype=None):
        super().__init__(ignore_id, name, dtype)

    def per_token(self, ids, y_pred):
        logits = tf.cast(y_pred, tf.float32)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits)

    def result(self):
        return tf.exp(tf.math.divide_no_nan(self.total.value, self.count.value))


@dataclass(frozen=True)
class CorpusScore:
    """A corpus score and the signature that says exactly how it was computed.

    Fields:
        score: float, 0 to 100.
        signature: str, sacrebleu's signature (version, tokeniser, case, smoothing), to be reported with the
            score.
    """

    score: float
    signature: str

    def __iter__(self):
        return iter((self.score, self.signature))

    def __str__(self) -> str:
        return f"{self.score:.2f} ({self.signature})"


def bleu(hypotheses: Sequence[str], references: Sequence[str], **options) -> CorpusScore:
    """Corpus BLEU of detokenised sentences, by sacrebleu, one reference each.

    Args:
        hypotheses: N sentences.
        references: N sentences.
        options: passed to `sacrebleu.metrics.BLEU`, e.g. `tokenize="char"` or `lowercase=True`.
    Returns:
        `CorpusScore`, which unpacks into `score, signature`.
    Raises:
        ValueError: no sentence, or not as many hypotheses as references.

    Papineni et al. 2002; Post 2018, A call for clarity in reporting BLEU scores.
    """
    return bleu_counts(hypotheses, references, **options).corpus_score


def chrf(hypotheses: Sequence[str], references: Sequence[str], **options) -> CorpusScore:
    """Corpus chrF (character n-gram F-score) of detokenised sentences, by sacrebleu, one reference each.

    Args:
        hypotheses: N sentences.
        references: N sentences.
        options: passed to `sacrebleu.metrics.CHRF`, e.g. `word_order=2` for chrF++.
    Returns:
        `CorpusScore`, which unpacks into `score, signature`.
    Raises:
        ValueError: no sentence, or not as many hypotheses as references.

    Popović 2015, chrF: character n-gram F-score for automatic MT evaluation.
    """
    return chrf_counts(hypotheses, references, **options).corpus_score


@dataclass(frozen=True)
class SentenceCounts:
    """What a corpus score is computed from: counts of each sentence, which add up over any selection of them.

    Fields:
        rows: (N, K) float64 array, such as n-grams in common and lengths.
        metric: the sacrebleu metric that counted.

    >>> counts = chrf_counts(["a red house", "yes"], ["a red house", "no"])
    >>> counts.score(counts.rows[0])
    100.0
    """

    rows: np.ndarray
    metric: object

    def score(self, total: np.ndarray) -> float:
        """The score, 0 to 100, of sentences whose rows add up to `total`, (K,)."""
        return float(self.metric._compute_score_from_stats(total.tolist()).score)

    @property
    def corpus_score(self) -> CorpusScore:
        """The score of all sentences."""
        return CorpusScore(self.score(self.rows.sum(0)), self.signature())

    def signature(self, **drawn: int) -> str:
        """sacrebleu's signature; `drawn` are its entries about resampling, such as `bs=1000, seed=12345`."""
        signature = self.metric.get_signature()
        for name, value in drawn.items():
            signature.update(name, value)
        return str(signature)


def bleu_counts(hypotheses: Sequence[str], references: Sequence[str], **options) -> SentenceCounts:
    """What `bleu` adds up; the first two columns are the lengths of hypothesis and reference in BLEU's own tokens."""
    from sacrebleu.metrics import BLEU

    return _count(BLEU(**options), hypotheses, references)


def chrf_counts(hypotheses: Sequence[str], references: Sequence[str], **options) -> SentenceCounts:
    """What `chrf` adds up."""
    from sacrebleu.metrics import CHRF

    return _count(CHRF(**options), hypotheses, references)


def _count(metric, hypotheses, references) -> SentenceCounts:
    if len(hypotheses) != len(references):
        raise ValueError(
            f"hypotheses holds {len(hypotheses)} sentences and references {len(references)}: they must pair"
        )
    if not len(hypotheses):
        raise ValueError("hypotheses is empty: a corpus score needs at least one sentence")
    # The methods that every metric of sacrebleu implements for its own resampling. That itself is not used: it
    # gives no interval of the difference between two systems, finds identical ones different with
    # p = 1 / (resamples + 1), and holds resamples x sentences x counts in memory.
    rows = metric._extract_corpus_statistics(list(hypotheses), [list(references)])
    return SentenceCounts(np.array(rows, "float64"), metric)
