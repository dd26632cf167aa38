"""Prefix beam search over CTC posteriors, with a language model and hot words."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import tensorflow as tf

from rnnapps.decoding.backtrace import backtrace
from rnnapps.decoding.ctc.hot_words import HotWords
from rnnapps.decoding.ctc.log_domain import IMPOSSIBLE, log_add
from rnnapps.decoding.ctc.prefix_step import Frame, Prefixes, first_prefixes, step

State = dict[str, tf.Tensor]
Number = float | tf.Tensor


class LanguageModel(Protocol):
    """What the search asks of a language model; its states are tensors with leading (B, W)."""

    def start(self, shape: tuple) -> State:
        """Before the first symbol, for `shape` prefixes."""

    def extend(self, state: State, symbols: tf.Tensor, weight: Number, bonus: Number) -> tuple[tf.Tensor, State]:
        """What each prefix gains by each of the symbols (B, C), (B, W, C), and the states after them."""

    def finish(self, state: State, weight: Number, bonus: Number) -> tf.Tensor:
        """What each prefix gains (B, W) by being the whole text."""


class Texts(NamedTuple):
    """The N best texts of each row, best first."""

    labels: tf.Tensor  # B, N, L int32, zero padded
    scores: tf.Tensor  # B, N float32; IMPOSSIBLE, and no labels, where there are fewer than N texts


class PrefixBeamSearch(tf.Module):
    """The likeliest texts, each over all its alignments, that a search with W prefixes finds.

    score(y) = log sum over paths pi that collapse to y: P(pi | X) * boosts(pi)  +  weight * log P_lm(y) + bonus * |y|

    |y| counts what the language model rates: words or symbols. Without model and hot words the score is log P(y | X).
    Every prefix carries the probability of its paths that end in a blank and that do not. At each frame a prefix stays
    or is extended by a symbol; an extension that equals another prefix of the beam adds its paths to it. Which one it
    equals is found by comparing hashes of all prefixes with those of all prefixes' parents, in one operation.

    A graph function: runs inside `tf.function` and a SavedModel, with unknown batch and lengths, whole or chunk by
    chunk: `start`, `advance` for every chunk, and `finish` whenever the text so far is wanted. Chunks, padding and the
    other rows of the batch change nothing.

    Args:
        symbols: int > 1, V.
        beam_size: int > 0, W, prefixes kept from frame to frame.
        n_best: int in [1, W], N.
        top_symbols: int, C, how many symbols of a frame, the likeliest, may extend a prefix; 0 is all.
        language_model: `CharacterModel` or `WordModel`, or None.
        lm_weight: what the model's log-probability counts for; float or scalar tensor.
        insertion_bonus: added for each word or symbol that the model rates; float or scalar tensor.
        hot_words: `HotWords`, or None.
    Raises:
        ValueError: sizes out of range.

    >>> search = PrefixBeamSearch(symbols=2, beam_size=4)
    >>> texts = search(np.log([[[0.6, 0.4], [0.6, 0.4]]]), [2])       # 1 has three paths, .64; blanks have one, .36
    >>> texts.labels.numpy().tolist(), round(float(texts.scores[0, 0]), 4)
    ([[[1]]], -0.4463)

    Graves and Jaitly 2014, Towards end-to-end speech recognition with recurrent neural networks, algorithm 1; Hannun
    et al. 2014, First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs.
    """

    def __init__(
        self,
        symbols: int,
        beam_size: int = 16,
        n_best: int = 1,
        top_symbols: int = 0,
        language_model: LanguageModel | None = None,
        lm_weight: Number = 1.0,
        insertion_bonus: Number = 0.0,
        hot_words: HotWords | None = None,
    ):
        super().__init__()
        if symbols < 2:
            raise ValueError(f"PrefixBeamSearch: symbols must be at least 2, a blank and another, got {symbols}")
        if beam_size < 1:
            raise ValueError(f"PrefixBeamSearch: beam_size must be at least 1, got {beam_size}")
        if not 1 <= n_best <= beam_size:
            raise ValueError(f"PrefixBeamSearch: n_best must lie in [1, beam_size={beam_size}], got {n_best}")
        if top_symbols < 0:
            raise ValueError(f"PrefixBeamSearch: top_symbols must not be negative, got {top_symbols}")
        self.symbols, self.beam_size, self.n_best = symbols, beam_size, n_best
        self.choices = min(top_symbols or symbols - 1, symbols - 1)
        self.language_model, self.hot_words = language_model, hot_words
        self.weights = lm_weight, insertion_bonus

    def __call__(self, log_probs: tf.Tensor, frames: tf.Tensor) -> Texts:
        """The best texts of log-probabilities (B, T, V) of which `frames` (B,) are true; symbol 0 is the blank."""
        log_probs = tf.convert_to_tensor(log_probs)
        return self.finish(self.advance(self.start(tf.shape(log_probs)[0]), log_probs, frames))

    def start(self, batch: int | tf.Tensor) -> State:
        """The state before the first frame: named tensors with leading B, which a signature can hand in and out."""
        shape = (batch, self.beam_size)
        versions = 1 if self.hot_words is None else 2
        state = {f"prefix_{name}": x for name, x in first_prefixes(batch, self.beam_size, versions)._asdict().items()}
        if self.language_model is not None:
            state |= _named("lm", self.language_model.start(shape)) | {"lm_gain": tf.zeros(shape)}
        if self.hot_words is not None:
            state |= _named("hot", self.hot_words.start(shape))
        return state | {"labels": tf.zeros((*shape, 0), tf.int32), "offset": tf.zeros((batch,), tf.float64)}

    def advance(self, state: State, log_probs: tf.Tensor, frames: tf.Tensor) -> State:
        """The state after further frames.

        Args:
            state: of `start` or of the chunk before.
            log_probs: (B, T, V) float; T may be 0.
            frames: (B,) int, true frames of each row in this chunk.
        """
        frames = tf.cast(frames, tf.int32)
        log_probs = tf.maximum(tf.cast(log_probs, tf.float32), IMPOSSIBLE)
        # A loop over no frame would leave arrays without a shape.
        log_probs = tf.pad(log_probs, ((0, 0), (0, tf.maximum(1 - tf.shape(log_probs)[1], 0)), (0, 0)))
        log_probs = tf.transpose(tf.ensure_shape(log_probs, (None, None, self.symbols)), (1, 0, 2))  # T, B, V
        steps, batch = tf.shape(log_probs)[0], tf.shape(log_probs)[1]
        values, symbols = self._candidates(log_probs)
        highest = tf.reduce_max(log_probs, axis=2, keepdims=True)

        carried = {name: tensor for name, tensor in state.items() if name != "labels"}
        itself = tf.broadcast_to(tf.range(self.beam_size), (batch, self.beam_size))
        carried["origin"] = itself
        arrays = [tf.TensorArray(tf.int32, steps, element_shape=(None, self.beam_size)) for _ in range(2)]

        def body(t, carried, tokens, parents):
            candidates = symbols if self._all_symbols else symbols[t]
            after, token, parent = self._step(carried, Frame(log_probs[t], candidates, values[t], highest[t]))
            inside = t < frames
            after = {name: _chosen(inside, after[name], tensor) for name, tensor in carried.items()}
            tokens = tokens.write(t, _chosen(inside, token, tf.zeros_like(token)))
            return t + 1, after, tokens, parents.write(t, _chosen(inside, parent, itself))

        _, carried, tokens, parents = tf.while_loop(
            lambda t, *_: t < steps,
            body,
            (0, carried, *arrays),
            shape_invariants=(
                tf.TensorShape([]),
                {name: tf.TensorShape([None, *tensor.shape[1:]]) for name, tensor in carried.items()},
                *(tf.TensorShape(None) for _ in arrays),
            ),
        )
        new, _ = backtrace(steps, tokens, parents, None)
        before = tf.gather(state["labels"], carried.pop("origin"), batch_dims=1)
        return {**carried, "labels": _without_gaps(tf.concat([before, new], axis=2), self.beam_size)}

    def finish(self, state: State) -> Texts:
        """The best texts if the recording ends here; the state can still be advanced."""
        totals = log_add(state["prefix_blank"], state["prefix_symbol"])  # B, W, 1 or 2
        ending = tf.zeros_like(totals[..., 0])
        if self.language_model is not None:
            ending = self.language_model.finish(_unnamed("lm", state), *self.weights)
        if self.hot_words is None:
            totals = totals[..., 0] + ending
        else:
            totals = self.hot_words.finish(_unnamed("hot", state), totals, ending)
        scores, best = tf.math.top_k(totals, self.n_best)
        alive = scores > IMPOSSIBLE / 2
        labels = tf.where(alive[..., None], tf.gather(state["labels"], best, batch_dims=1), 0)
        scores = tf.cast(tf.cast(scores, tf.float64) + state["offset"][:, None], tf.float32)
        return Texts(_without_gaps(labels, self.n_best), tf.where(alive, scores, IMPOSSIBLE))

    @property
    def _all_symbols(self):
        return self.choices == self.symbols - 1

    def _candidates(self, log_probs):
        """The symbols that may extend prefixes and their log-probabilities (T, B, C); all of them without a T."""
        if self._all_symbols:
            return log_probs[:, :, 1:], tf.tile(tf.range(1, self.symbols)[None], (tf.shape(log_probs)[1], 1))
        values, symbols = tf.math.top_k(log_probs[:, :, 1:], self.choices)
        return values, symbols + 1

    def _step(self, state, frame):
        gains = created = codes = code = None
        before, extended = {}, {}
        if self.language_model is not None:
            before |= _named("lm", _unnamed("lm", state))
            gains, states = self.language_model.extend(_unnamed("lm", state), frame.symbols, *self.weights)
            extended |= _named("lm", {**states, "gain": gains})
            created = state["lm_gain"]
        if self.hot_words is not None:
            before |= _named("hot", _unnamed("hot", state))
            states = self.hot_words.extend(_unnamed("hot", state), frame.symbols)
            extended |= _named("hot", states)
            codes, code = states["code"], state["hot_code"]
        prefixes = Prefixes(*(state[f"prefix_{name}"] for name in Prefixes._fields))
        best = step(prefixes, frame, gains, created, self.hot_words, codes, code)
        after = {f"prefix_{name}": x for name, x in best.prefixes._asdict().items()}
        for name, tensor in before.items():
            flat = tf.reshape(extended[name], (tf.shape(tensor)[0], self.beam_size * self.choices))
            after[name] = tf.gather(tf.concat([tensor, flat], axis=1), best.places, batch_dims=1)
        after["offset"] = state["offset"] + tf.cast(best.shift, tf.float64)
        after["origin"] = tf.gather(state["origin"], best.parents, batch_dims=1)
        return after, best.tokens, best.parents


def _named(prefix, tensors):
    return {f"{prefix}_{name}": tensor for name, tensor in tensors.items()}


def _unnamed(prefix, state):
    return {name[len(prefix) + 1 :]: tensor for name, tensor in state.items() if name.startswith(f"{prefix}_")}


def _chosen(rows, new, old):
    """`new` where the row counts, else `old`."""
    return tf.where(tf.reshape(rows, (-1, *[1] * (new.shape.rank - 1))), new, old)


def _without_gaps(labels, width):
    """(B, N, L) with the zeros of every text moved behind it, and no longer than the longest text."""
    lengths = tf.math.count_nonzero(labels, axis=2, dtype=tf.int32)
    longest = tf.reduce_max(tf.concat([tf.reshape(lengths, [-1]), [0]], axis=0))
    order = tf.argsort(tf.cast(labels == 0, tf.int32), axis=2, stable=True)[:, :, :longest]
    return tf.ensure_shape(tf.gather(labels, order, batch_dims=2), (None, width, None))
