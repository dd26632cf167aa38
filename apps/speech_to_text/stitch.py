"""Posteriors of a long recording out of those of overlapping windows.

A network that reads from both ends needs the whole recording, which may be hours. Away from its edges a window tells
nearly the same as the whole, so windows overlap, and where two do, one takes over from the other in a frame in which
both hear nothing and agree: there no symbol is said twice, and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

BLANK = 0
NEAR = 3  # frames on each side that must agree too: the two may say the same symbol a frame or so apart


def windows(blocks: Iterable[np.ndarray], size: int, step: int) -> Iterator[tuple[int, np.ndarray]]:
    """Overlapping windows of a recording that comes in blocks; memory holds one window and one block.

    Args:
        blocks: (n,) samples each, of any lengths.
        size: samples of a window.
        step: samples from window to window; less than `size`.
    Yields:
        (first sample, samples): the last window ends with the recording, is at most `size` and, unless it is the only
        one, more than `size - step` long. One empty window where there are no samples.
    """
    start, kept = 0, [np.zeros(0, np.float32)]
    length = 0
    for block in blocks:
        kept.append(block)
        length += len(block)
        if length <= size:
            continue
        held = np.concatenate(kept)
        while len(held) > size:
            yield start, held[:size]
            start, held = start + step, held[step:]
        kept, length = [held], len(held)
    yield start, np.concatenate(kept)


def seam(left: np.ndarray, right: np.ndarray) -> int:
    """The frame at which the right one of two windows takes over.

    It is in the middle half of the overlap, where neither window is at its edge. The frames around it are those in
    which the two differ least (total variation) and are surest that nothing is said; of equals the one next to the
    middle is taken.

    Args:
        left, right: (O, V) log probabilities of the same frames by the two windows, blank first.
    Returns:
        0 to O: frames before it are the left window's.
    """
    count = len(left)
    if not count:
        return 0
    left, right = np.exp(left), np.exp(right)  # O, V
    doubt = np.abs(left - right).sum(axis=1) + 1 - np.minimum(left[:, BLANK], right[:, BLANK])  # O
    sums = np.concatenate([[0.0], np.cumsum(doubt)])
    frames = np.arange(count // 4, count - count // 4 + 1)
    first, last = np.maximum(frames - NEAR, 0), np.minimum(frames + NEAR, count)
    cost = (sums[last] - sums[first]) / np.maximum(last - first, 1)
    cost += 1e-6 * np.abs(frames - count / 2)
    return int(frames[np.argmin(cost)])


def stitched(posteriors: Iterable[tuple[int, np.ndarray]]) -> Iterator[np.ndarray]:
    """Posteriors of the whole, in pieces that follow each other.

    Args:
        posteriors: (first frame, (T, V) log probabilities) of each window in turn; each begins before the one before
            it ends.
    Yields:
        (t, V): together every frame once.
    Raises:
        ValueError: a window begins after the end of the one before it, or before that one has taken over.
    """
    kept, begins = None, 0
    for first, window in posteriors:
        if kept is not None:
            if not begins <= first <= begins + len(kept):
                raise ValueError(f"a window begins in frame {first}, not in {begins} to {begins + len(kept)}")
            before = first - begins
            shared = min(len(kept) - before, len(window))
            place = seam(kept[before : before + shared], window[:shared])
            yield kept[: before + place]
            window, first = window[place:], first + place
        kept, begins = window, first
    if kept is not None:
        yield kept
