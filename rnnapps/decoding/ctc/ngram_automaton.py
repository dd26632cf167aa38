"""N-gram models as tables that a graph looks up."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from rnnapps.decoding.ctc.ngram import NGram

# Tables with a place for every word behind every context have at most that many places.
DENSE_PLACES = 20_000_000


class NGramAutomaton(tf.Module):
    """States are contexts, word numbers lead from one to another; the truth is `NGram.log_prob`.

    A state is the longest context that matters: one that some word follows in the table, or whose backoff counts.
    Tables that are small enough have every word behind every state, others only what the model has, sorted, with a
    way back to shorter contexts. Variables, so that a SavedModel holds them beside its graph.

    Args:
        model: `NGram`.
        dense: whether to have every word behind every state. Default: where that makes no more than 20 million places.
    Fields:
        start: int, the state at the beginning of a sentence.
        states: int, how many there are.
    """

    def __init__(self, model: NGram, dense: bool | None = None):
        super().__init__()
        self.words, self.order = len(model.words), model.order
        keys, log_probs, following, backoffs, shorter, self.start = _tables(model)
        self.states = len(backoffs)
        self.dense = self.states * self.words <= DENSE_PLACES if dense is None else dense
        constant = lambda values, dtype: tf.Variable(values, trainable=False, dtype=dtype)
        if self.dense:
            log_probs, following = _every_word(self.words, keys, log_probs, following, backoffs, shorter)
        else:
            self.keys = constant(keys, tf.int64)
            self.backoffs, self.shorter = constant(backoffs, tf.float32), constant(shorter, tf.int32)
        self.log_probs, self.following = constant(log_probs, tf.float32), constant(following, tf.int32)

    def look_up(self, states: tf.Tensor, words: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Log-probabilities of words behind states, and the states after them; shapes are broadcast."""
        if self.dense:
            places = states * self.words + words
            return tf.gather(self.log_probs, places), tf.gather(self.following, places)
        states = states + tf.zeros_like(words)
        words = tf.cast(words + tf.zeros_like(states), tf.int64)
        keys = tf.convert_to_tensor(self.keys)
        total, log_probs, following = 0.0, tf.zeros(tf.shape(states)), states
        done = tf.zeros(tf.shape(states), tf.bool)
        for _ in range(self.order):
            wanted = tf.cast(states, tf.int64) * self.words + words
            places = tf.reshape(tf.searchsorted(keys, tf.reshape(wanted, [-1])), tf.shape(wanted))
            places = tf.minimum(places, tf.size(keys) - 1)
            found = ~done & (tf.gather(keys, places) == wanted)
            log_probs = tf.where(found, total + tf.gather(self.log_probs, places), log_probs)
            following = tf.where(found, tf.gather(self.following, places), following)
            done |= found
            total += tf.gather(self.backoffs, states)
            states = tf.gather(self.shorter, states)
        return log_probs, following


def _tables(model):
    """Keys (state * words + word, sorted), log-probabilities and next states of all n-grams; backoffs, next shorter
    contexts of all states; the first state."""
    size, order = len(model.words), model.order
    # Every n-gram is a node, numbered by length; 0 is the empty one.
    offsets = np.cumsum([1, *(len(level.words) for level in model.levels)])
    total = offsets[-1]
    backoffs, followed = np.zeros(total), np.zeros(total, bool)
    suffix = np.zeros(total, np.int64)  # longest shorter context that is in the table
    lengths = np.zeros(total, np.int64)
    first = lambda n: 0 if n == 0 else offsets[n - 1]
    for n, level in enumerate(model.levels, 1):
        here = slice(offsets[n - 1], offsets[n])
        lengths[here] = n
        backoffs[here] = level.backoffs if n < order else 0.0
        parents = level.contexts + first(n - 1)
        followed[parents] = True
        if n == 1:
            continue
        # Of the context's shorter forms, the longest that the word follows.
        contexts, words = suffix[parents], level.words
        found = np.full(len(words), -1, np.int64)
        while np.any(missing := found < 0):
            for length in range(n - 1):
                these = missing & (lengths[contexts] == length)
                rows = model.find(length + 1, contexts[these] - first(length), words[these])
                found[these] = np.where(rows < 0, -1, rows + offsets[length])
            contexts = np.where(found < 0, suffix[contexts], contexts)
        suffix[here] = found
    kept = (lengths < order) & (followed | (backoffs != 0)) | (lengths == 0)
    state = np.cumsum(kept) - 1
    reduced = np.arange(total)
    while not np.all(kept[reduced]):
        reduced = np.where(kept[reduced], reduced, suffix[reduced])
    keys, log_probs = [], []
    for n, level in enumerate(model.levels, 1):
        keys.append(state[level.contexts + first(n - 1)] * size + level.words)
        log_probs.append(level.log_probs)
    following = state[reduced[1:]]
    start = int(state[reduced[offsets[0] + size - 1]])
    return (
        np.concatenate(keys),
        np.concatenate(log_probs),
        following,
        backoffs[kept],
        state[reduced[suffix[kept]]],
        start,
    )


def _every_word(words, keys, log_probs, following, backoffs, shorter):
    """Log-probabilities and next states of every word behind every state, flat."""
    states = len(backoffs)
    every, next_states = np.zeros((states, words), np.float32), np.zeros((states, words), np.int32)
    known = np.searchsorted(keys, np.arange(states + 1) * words)
    for state in range(states):  # shorter contexts come first
        here = slice(known[state], known[state + 1])
        if state:
            every[state] = every[shorter[state]] + backoffs[state]
            next_states[state] = next_states[shorter[state]]
        columns = keys[here] - state * words
        every[state, columns], next_states[state, columns] = log_probs[here], following[here]
    return every.ravel(), next_states.ravel()
