"""Copy, reverse and sort: what a recurrent encoder-decoder with attention must be able to learn, in a minute each.

    python -m benchmarks.synthetic_tasks [--task copy reverse sort] [--updates N] [--seed N]

Random digit strings; 10,000 to train on, 1,000 others to decode greedily. The published figures are BLEU of the same
tasks in the test suites of Sockeye 1 (copy and sort: LSTM of 64 units, 4,000 updates) and JoeyNMT (reverse).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from rnnapps.decoding import greedy
from rnnapps.layers import LSTM, AttentionDecoder, BahdanauAttention, Bidirectional, LSTMCell
from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.metrics import bleu

PAD, START, END, FIRST_DIGIT = 0, 1, 2, 3
VOCABULARY = FIRST_DIGIT + 10
TRAIN_LINES, TEST_LINES = 10_000, 1_000


@dataclass(frozen=True)
class Task:
    """One task and the settings that reach its published figure."""

    target_of: callable  # digits of the source (L,) -> digits of the target (L,)
    published_bleu: float
    longest: int = 10  # digits
    units: int = 64  # of the decoder; half in each direction of the encoder
    batch: int = 32
    updates: int = 1000
    learning_rate: float = 0.003  # decays to a tenth, linearly


TASKS = {
    "copy": Task(lambda digits: digits, published_bleu=98, updates=500),
    "reverse": Task(lambda digits: digits[::-1], published_bleu=95, longest=25, updates=2000),
    "sort": Task(np.sort, published_bleu=97),
}


def run_task(name: str, updates: int | None = None, seed: int = 1) -> dict:
    """Trains on one task and decodes its test lines.

    Args:
        name: "copy", "reverse" or "sort".
        updates: training steps, None for the task's own number.
        seed: of data, weights and order.
    Returns:
        task, updates, sequence_accuracy and token_accuracy in [0, 1], bleu and published_bleu in [0, 100], seconds.
    Raises:
        ValueError: an unknown task.
    """
    if name not in TASKS:
        raise ValueError(f"run_task: name must be one of {', '.join(TASKS)}, got {name!r}")
    task, began = TASKS[name], time.perf_counter()
    updates = updates or task.updates
    keras.utils.set_random_seed(seed)
    train, test = make_lines(task, np.random.default_rng(seed))
    model = build_model(task)
    fit(model, task, train, updates, seed)
    decoded = decode(model, test.source, task.longest + 5)
    return {
        "task": name,
        "updates": updates,
        **compare(decoded, test.target),
        "published_bleu": task.published_bleu,
        "seconds": time.perf_counter() - began,
    }


@dataclass(frozen=True)
class Lines:
    """Padded ids: (N, longest + 1) each, with the end symbol."""

    source: np.ndarray
    target: np.ndarray


def make_lines(task: Task, rng: np.random.Generator) -> tuple[Lines, Lines]:
    """Distinct lines of 1 to `longest` digits; none of the test lines is a training line."""
    lines: dict[tuple[int, ...], None] = {}
    while len(lines) < TRAIN_LINES + TEST_LINES:
        lines[tuple(rng.integers(10, size=rng.integers(1, task.longest + 1)))] = None
    # Short lines run out first: in the order drawn, the last lines would all be long.
    order = rng.permutation(len(lines))
    digits = [np.array(line) for line in lines]
    source = np.stack([to_ids(digits[i], task.longest) for i in order])
    target = np.stack([to_ids(task.target_of(digits[i]), task.longest) for i in order])
    return (
        Lines(source[:TRAIN_LINES], target[:TRAIN_LINES]),
        Lines(source[TRAIN_LINES:], target[TRAIN_LINES:]),
    )


def to_ids(digits: np.ndarray, longest: int) -> np.ndarray:
    """(L,) digits -> (longest + 1,) ids."""
    ids = np.full(longest + 1, PAD, np.int32)
    ids[: len(digits)] = digits + FIRST_DIGIT
    ids[len(digits)] = END
    return ids


class EncoderDecoder(keras.Model):
    """Bidirectional LSTM, Bahdanau attention, LSTM decoder that starts from the encoder's last states."""

    def __init__(self, task: Task):
        super().__init__()
        self.embedding = keras.layers.Embedding(VOCABULARY, 32)
        encoder = LSTM(task.units // 2, return_sequences=True, return_state=True)
        self.encoder = Bidirectional(encoder)
        self.decoder = AttentionDecoder(
            LSTMCell(task.units),
            BahdanauAttention(task.units),
            keras.layers.Embedding(VOCABULARY, 32),
            keras.layers.Dense(VOCABULARY),
            readout_units=task.units,
        )

    def call(self, inputs, training=False):
        source, target_in = inputs
        values, mask, states = self.encode(source, training)
        return self.decoder(target_in, values=values, mask=mask, initial_state=states, training=training)

    def encode(self, source, training=False):
        """Memory (B, S, units), its mask (B, S), and the decoder's first states [h, c]."""
        mask = source != PAD
        values, fh, fc, bh, bc = self.encoder(self.embedding(source), mask=mask, training=training)
        return values, mask, [tf.concat([fh, bh], axis=-1), tf.concat([fc, bc], axis=-1)]


def build_model(task: Task) -> EncoderDecoder:
    model = EncoderDecoder(task)
    model((np.ones((1, 2), np.int32), np.ones((1, 2), np.int32)))
    return model


def fit(model: EncoderDecoder, task: Task, lines: Lines, updates: int, seed: int) -> None:
    """Teacher forcing: the decoder reads the target shifted right."""
    shifted = np.concatenate([np.full((len(lines.target), 1), START), lines.target[:, :-1]], axis=1)
    data = tf.data.Dataset.from_tensor_slices(((lines.source, shifted.astype(np.int32)), lines.target))
    data = data.shuffle(TRAIN_LINES, seed=seed).repeat().batch(task.batch, drop_remainder=True).prefetch(2)
    rate = keras.optimizers.schedules.PolynomialDecay(task.learning_rate, updates, task.learning_rate / 10)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0), SmoothedCrossEntropy(ignore_id=PAD))
    model.fit(data, steps_per_epoch=updates, epochs=1, shuffle=False, verbose=0)


def decode(model: EncoderDecoder, source: np.ndarray, cap: int) -> np.ndarray:
    """Greedy translations (N, L), padded."""

    @tf.function
    def run(source):
        values, mask, states = model.encode(source)
        memory = model.decoder.prepare(values, mask)
        step = lambda tokens, states: model.decoder.step(tokens, states, memory)
        states = model.decoder.initial_states(memory, states)
        caps = tf.fill([tf.shape(source)[0]], cap)
        return greedy(step, states, start_id=START, end_id=END, max_lengths=caps, pad_id=PAD).tokens[:, 0]

    return run(source).numpy()


def compare(decoded: np.ndarray, target: np.ndarray) -> dict:
    """Share of lines that are right, share of target tokens that are right where they stand, and BLEU over digits."""
    width = max(decoded.shape[1], target.shape[1])
    widen = lambda ids: np.pad(ids, ((0, 0), (0, width - ids.shape[1])), constant_values=PAD)
    right = widen(decoded) == widen(target)
    text = lambda ids: " ".join(str(i - FIRST_DIGIT) for i in ids if i >= FIRST_DIGIT)
    return {
        "sequence_accuracy": float(np.mean(right.all(axis=1))),
        "token_accuracy": float(np.mean(right[widen(target) != PAD])),
        "bleu": bleu([text(ids) for ids in decoded], [text(ids) for ids in target]).score,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--updates", type=int, default=None, help="training steps (default: the task's own)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'task':8} {'updates':>7} {'sequences':>9} {'tokens':>7} {'BLEU':>6} {'published':>9} {'seconds':>7}")
    for name in options.task:
        row = run_task(name, options.updates, options.seed)
        print(
            f"{row['task']:8} {row['updates']:7} {row['sequence_accuracy']:9.3f} {row['token_accuracy']:7.3f} "
            f"{row['bleu']:6.2f} {row['published_bleu']:9} {row['seconds']:7.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
