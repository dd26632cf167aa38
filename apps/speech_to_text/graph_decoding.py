"""From posteriors to text, words with times and confidences, as functions that a SavedModel can hold.

Training, evaluation, transcription and the exported model all decode with these, so that they give the same.

Every decoding answers with a dictionary of tensors:
    text         (B,) string, the best hypothesis
    confidence   (B,) float32, probability that the text is right
    words        (B, W) string, padded with ""
    starts, ends (B, W) float32, seconds from the beginning
    confidences  (B, W) float32, probability that the word is right
    n_best       (B, N) string, the best hypotheses, the text first, padded with ""
    scores       (B, N) float32, their log probabilities, with whatever the search adds
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from rnnapps.decoding.ctc import Alignment, align, greedy

from .model import Recognizer
from .spoken_words import Spelling, joined_text, spoken_words

Answer = dict[str, tf.Tensor]
CUT = -20.0  # mean log probability of what cannot be right


class GreedySearch(tf.Module):
    """The likeliest symbol of every frame: a search with one hypothesis."""

    def __call__(self, log_probs: tf.Tensor, frames: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Labels (B, 1, L) and scores (B, 1)."""
        labels, scores = greedy(log_probs, frames)
        return labels[:, None], scores[:, None]


class FrameDecoding(tf.Module):
    """Decoding of CTC posteriors.

    Args:
        symbols: V, as `Units` has them, the first of them "".
        frame_seconds: from one frame to the next; frame t is centred on second t * frame_seconds.
        search: (log_probs, frames) -> labels (B, N, L), zero padded, and scores (B, N), best first. A tf.Module, if
            it holds tables. Default: greedy.
        word_confidence: (B, W) mean log posteriors of words -> probabilities. Default: exp.
        text_confidence: the same of the (B,) mean log posteriors of all symbols of a text. Default: exp.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        frame_seconds: float,
        search: Callable | None = None,
        word_confidence: Callable = tf.exp,
        text_confidence: Callable = tf.exp,
    ):
        super().__init__()
        self.symbols, self.frame_seconds = tuple(symbols), frame_seconds
        self.search = GreedySearch() if search is None else search
        self.word_confidence, self.text_confidence = word_confidence, text_confidence

    def __call__(self, log_probs: tf.Tensor, frames: tf.Tensor) -> Answer:
        """Log probabilities (B, T, V) of which `frames` (B,) are true, as an answer."""
        labels, scores = self.search(log_probs, frames)
        return self.answer(labels, scores, align(log_probs, frames, labels[:, 0]), frames)

    def answer(self, labels: tf.Tensor, scores: tf.Tensor, alignment: Alignment, frames: tf.Tensor) -> Answer:
        """Hypotheses (B, N, L) with scores (B, N) as an answer, given where the symbols of the first are.

        One that has no possible alignment has confidence 0.
        """
        best = labels[:, 0]
        # Attention may spell more than there are frames to say it in, or come to no end: sure of it, and wrong.
        sure = tf.where(alignment.possible[:, None], alignment.log_posteriors, CUT)
        alignment = alignment._replace(log_posteriors=tf.where(best > 0, sure, 0.0))
        said = spoken_words(best, alignment, Spelling.of(self.symbols))
        texts = joined_text(labels, tf.constant(self.symbols))
        # Frame t stands for the time around it; the last one lies inside the recording, what follows may not.
        last = tf.cast(frames - 1, tf.float32)[:, None]
        counts = tf.math.count_nonzero(best, axis=1, dtype=tf.float32)
        means = tf.math.divide_no_nan(tf.reduce_sum(alignment.log_posteriors, axis=1), counts)
        return {
            "text": texts[:, 0],
            "confidence": self.text_confidence(means),
            "words": said.words,
            "starts": tf.maximum(said.starts, 0.0) * self.frame_seconds,
            "ends": tf.clip_by_value(said.ends, 0.0, last) * self.frame_seconds,
            "confidences": tf.where(said.words != "", self.word_confidence(said.log_posteriors), 0.0),
            "n_best": texts,
            "scores": scores,
        }


class SpelledDecoding(FrameDecoding):
    """Decoding of a head that spells, alone or together with CTC.

    With CTC a word is where CTC hears it, and as sure as CTC is. Without, it is where the decoder looks, and each is
    as sure as the text: the mean log probability of a symbol; not at all of a text that came to no end.

    Args:
        symbols, frame_seconds, word_confidence, text_confidence: as `FrameDecoding`.
        spell: (memory, frames, log_probs or None) -> what `AttentionHead.decode` gives.
    """

    def __init__(self, symbols: Sequence[str], frame_seconds: float, spell: Callable, **confidences: Callable):
        super().__init__(symbols, frame_seconds, **confidences)
        self.spell = spell

    def __call__(self, log_probs: tf.Tensor | None, frames: tf.Tensor, memory: tf.Tensor) -> Answer:
        """Memory (B, T, D) of which `frames` are true, and CTC's log probabilities (B, T, V) or None, as an answer."""
        spelled = self.spell(memory, frames, log_probs)
        labels, best = spelled.labels, spelled.labels[:, 0]
        if log_probs is not None:
            alignment = align(log_probs, frames, best)
        else:
            counts = tf.math.count_nonzero(best, axis=1, dtype=tf.float32, keepdims=True)
            means = spelled.scores[:, :1] / (counts + 1)  # the end is a symbol too
            peaks = spelled.peaks[:, 0]
            means += tf.zeros_like(peaks, tf.float32)
            alignment = Alignment(peaks, peaks, means, spelled.scores[:, 0], spelled.ended[:, 0])
        return self.answer(labels, spelled.scores, alignment, frames)


class LabelDecoding(tf.Module):
    """Decoding of a keyword head: the likeliest labels of a whole recording; no word times.

    Args:
        labels: V.
        n_best: how many to tell, at most V.
    """

    def __init__(self, labels: Sequence[str], n_best: int = 1):
        super().__init__()
        self.labels, self.n_best = tuple(labels), min(n_best, len(labels))

    def __call__(self, log_probs: tf.Tensor, frames: tf.Tensor) -> Answer:
        """Log probabilities (B, V) as an answer."""
        scores, numbers = tf.math.top_k(log_probs, self.n_best)
        texts = tf.gather(tf.constant(self.labels), numbers)
        nothing = tf.zeros((tf.shape(log_probs)[0], 0))
        return {
            "text": texts[:, 0],
            "confidence": tf.exp(scores[:, 0]),
            "words": tf.strings.as_string(nothing),
            "starts": nothing,
            "ends": nothing,
            "confidences": nothing,
            "n_best": texts,
            "scores": scores,
        }


def recognize(model: Recognizer, decoding: Callable, waveform: tf.Tensor, length: tf.Tensor) -> Answer:
    """Waveforms (B, N), of which `length` (B,) samples are true, as an answer.

    Args:
        model: the network.
        decoding: that fits its head.
    """
    outputs = model({"waveform": waveform, "length": length}, training=False)
    log_probs = tf.nn.log_softmax(outputs["logits"]) if "logits" in outputs else None
    if model.attention is not None:
        return decoding(log_probs, outputs["frames"], outputs["memory"])
    return decoding(log_probs, outputs["frames"])
