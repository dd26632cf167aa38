"""A language model that is a table, so that every hypothesis can be enumerated in numpy."""

import itertools

import numpy as np
import tensorflow as tf

START, END = 1, 2


class TableModel:
    """log P(token | previous token, time, row), and an alignment that depends on the same."""

    def __init__(self, rows=3, steps=4, vocabulary=4, source=3, seed=0, scale=1.5):
        rng = np.random.default_rng(seed)
        logits = scale * rng.normal(size=(rows, steps, vocabulary, vocabulary))
        self.logits = logits.astype("float32")
        alignments = np.exp(2 * rng.normal(size=(rows, steps, vocabulary, source)))
        self.alignments = (alignments / alignments.sum(-1, keepdims=True)).astype("float32")
        self.rows, self.steps, self.vocabulary = rows, steps, vocabulary

    def states(self, rows=None):
        rows = np.arange(self.rows) if rows is None else np.asarray(rows)
        return {"row": tf.constant(rows, tf.int32), "time": tf.zeros(rows.shape, tf.int32)}

    def step(self, tokens, states):
        index = tf.stack([states["row"], tf.minimum(states["time"], self.steps - 1), tokens], axis=1)
        states = {"row": states["row"], "time": states["time"] + 1}
        return tf.gather_nd(self.logits, index), states, tf.gather_nd(self.alignments, index)

    def score(self, row, tokens):
        """Log-probability and alignments (len, S) of one hypothesis."""
        total, alignments, previous = 0.0, [], START
        for t, token in enumerate(tokens):
            logits = self.logits[row, min(t, self.steps - 1), previous].astype("float64")
            total += logits[token] - np.log(np.exp(logits).sum())
            alignments.append(self.alignments[row, min(t, self.steps - 1), previous])
            previous = token
        return total, np.array(alignments)

    def every_hypothesis(self, cap):
        """All token sequences that end with END or are cut at `cap`."""
        others = [token for token in range(self.vocabulary) if token != END]
        for length in range(1, cap + 1):
            for prefix in itertools.product(others, repeat=length - 1):
                yield (*prefix, END)
        yield from itertools.product(others, repeat=cap)


def tokens_of(hypotheses, row, n=0):
    """The tokens of one hypothesis, without padding."""
    return tuple(hypotheses.tokens.numpy()[row, n, : int(hypotheses.lengths[row, n])])
