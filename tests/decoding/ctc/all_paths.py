"""The truth about small CTC problems: every path, one by one."""

from __future__ import annotations

import itertools

import numpy as np


def posteriors(seed: int, frames: int, symbols: int, sharpness: float = 1.0) -> np.ndarray:
    """Log-probabilities (T, V) float32 of a made-up utterance."""
    logits = sharpness * np.random.default_rng(seed).normal(size=(frames, symbols))
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype("float32")


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    """The labels of a path: equal neighbours merged, blanks (0) left out."""
    return tuple(symbol for symbol, _ in itertools.groupby(path) if symbol)


def all_paths(log_probs: np.ndarray) -> dict[tuple[int, ...], list[tuple[float, tuple[int, ...]]]]:
    """For every text: (log-probability, path) of all paths that collapse to it."""
    found = {}
    frames, symbols = log_probs.shape
    for path in itertools.product(range(symbols), repeat=frames):
        score = float(sum(log_probs[t, symbol] for t, symbol in enumerate(path)))
        found.setdefault(collapse(path), []).append((score, path))
    return found


def text_log_probs(log_probs: np.ndarray) -> dict[tuple[int, ...], float]:
    """For every text that has a path: its log-probability."""
    return {
        labels: np.logaddexp.reduce([score for score, _ in paths]) for labels, paths in all_paths(log_probs).items()
    }
