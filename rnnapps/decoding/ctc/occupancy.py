"""Soft alignment: how sure it is, frame by frame, that a symbol of a known text is being said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def occupancy(log_probs: np.ndarray, labels: Sequence[int]) -> np.ndarray:
    """P(the path is on label l in frame t | the path collapses to the labels), over all paths.

    gamma_t(l) = alpha_t(l) beta_t(l) / P(labels)

    `align` gives the likeliest path alone; this is what attention would be: weights of frames for each symbol.

    Args:
        log_probs: (T, V) log-probabilities; symbol 0 is the blank.
        labels: L numbers in [1, V).
    Returns:
        (L, T) in [0, 1]; a column sums to 1 less the probability of a blank there.
    Raises:
        ValueError: too few frames for the labels.

    Graves et al. 2006, Connectionist temporal classification, eq. 14.
    """
    log_probs = np.asarray(log_probs, "float64")
    labels = np.asarray(labels, int)
    states = np.zeros(2 * len(labels) + 1, int)
    states[1::2] = labels
    emissions = log_probs[:, states]  # T, S
    skips = np.zeros(len(states), bool)
    skips[3::2] = labels[1:] != labels[:-1]
    forward = _forward(emissions, skips)
    # Backwards it is the same walk; a state is skipped into from two behind.
    backward = _forward(emissions[::-1, ::-1], np.r_[False, False, skips[:1:-1]])[::-1, ::-1]
    total = np.logaddexp.reduce(forward[-1, -2:])
    if not np.isfinite(total):
        raise ValueError(f"{len(log_probs)} frames are too few for {len(labels)} labels")
    # Both hold the frame's own emission.
    with np.errstate(invalid="ignore"):
        both = forward + backward - emissions - total
    return np.exp(np.where(np.isnan(both), -np.inf, both))[:, 1::2].T


def _forward(emissions: np.ndarray, skips: np.ndarray) -> np.ndarray:
    """(T, S) log-probability of all ways into a state up to a frame, its emission included."""
    found = np.full(emissions.shape, -np.inf)
    if not len(emissions):
        return found
    found[0, :2] = emissions[0, :2]
    for t in range(1, len(emissions)):
        before = found[t - 1]
        ways = np.logaddexp(before, np.r_[-np.inf, before[:-1]])
        ways = np.where(skips, np.logaddexp(ways, np.r_[-np.inf, -np.inf, before[:-2]][: len(before)]), ways)
        found[t] = ways + emissions[t]
    return found
