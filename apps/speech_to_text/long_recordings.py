"""Recordings of any length in bounded memory: posteriors piece by piece, decoded from pause to pause."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .pauses import Pauses
from .stitch import stitched, windows
from .transcriber import padded_together, transcripts
from .transcript import Transcript

WINDOW, OVERLAP = 30.0, 4.0  # seconds
STRETCH = 30.0  # seconds between two pauses, at most
BATCH = 8  # windows or stretches that are worked on together


class WindowedPosteriors:
    """Posteriors of a model that reads whole recordings, by windows that overlap.

    Args:
        posteriors: (waveform (B, N), length (B,)) -> log probabilities (B, T, V), frames (B,).
        rate: samples per second.
        frame_seconds: from one frame of the posteriors to the next.
        window, overlap: seconds; the overlap is at most half of the window.
        batch: windows at once.
    """

    def __init__(
        self,
        posteriors: Callable,
        rate: int,
        frame_seconds: float,
        window: float = WINDOW,
        overlap: float = OVERLAP,
        batch: int = BATCH,
    ):
        if not 0 < overlap <= window / 2:
            raise ValueError(f"overlap: {overlap:g} s, must be above 0 and at most half of the window of {window:g} s")
        self.grid = round(frame_seconds * rate)  # samples from frame to frame
        self.size = max(2, round(window / frame_seconds)) * self.grid
        self.step = self.size - max(1, round(overlap / frame_seconds)) * self.grid
        self.posteriors, self.batch = posteriors, batch

    def __call__(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Blocks of samples as pieces (t, V) that follow each other."""
        return stitched(self._windows(blocks))

    def _windows(self, blocks) -> Iterator[tuple[int, np.ndarray]]:
        found = windows(blocks, self.size, self.step)
        while batch := list(itertools.islice(found, self.batch)):
            log_probs, frames = self.posteriors(*padded_together([samples for _, samples in batch]))
            log_probs, frames = np.asarray(log_probs), np.asarray(frames)
            for (start, _), rows, count in zip(batch, log_probs, frames, strict=True):
                yield start // self.grid, rows[:count]


class StreamedPosteriors:
    """Posteriors of a model that looks back only: its state is carried from block to block, and nothing is lost.

    Args:
        stream: (chunk (1, n), last () bool, states) -> log probabilities (1, t, V), next states.
        initial_states: () -> the states before the first chunk.
    """

    def __init__(self, stream: Callable, initial_states: Callable[[], dict[str, Any]]):
        self.stream, self.initial_states = stream, initial_states

    def __call__(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Blocks of samples as pieces (t, V) that follow each other; a piece for each block and one for the end."""
        states = self.initial_states()
        for block in blocks:
            log_probs, states = self.stream(np.asarray(block, np.float32)[None], np.array(False), states)
            yield np.asarray(log_probs)[0]
        log_probs, _ = self.stream(np.zeros((1, 0), np.float32), np.array(True), states)
        yield np.asarray(log_probs)[0]


class LongRecordings:
    """Decodes posteriors from pause to pause.

    Args:
        posteriors: blocks of samples -> pieces of posteriors.
        decode: (log probabilities (B, T, V), frames (B,)) -> an answer, as `graph_decoding` describes it.
        pauses: where to cut.
        rate: samples per second.
        frame_seconds: from one frame to the next.
        stretch: seconds that are decoded at once, at most.
        batch: stretches at once.
    """

    def __init__(
        self,
        posteriors: Callable[[Iterable[np.ndarray]], Iterator[np.ndarray]],
        decode: Callable,
        pauses: Pauses,
        rate: int,
        frame_seconds: float,
        stretch: float = STRETCH,
        batch: int = BATCH,
    ):
        self.posteriors, self.decode, self.pauses = posteriors, decode, pauses
        self.rate, self.frame_seconds, self.batch = rate, frame_seconds, batch
        self.most = max(3, round(stretch / frame_seconds))

    def __call__(self, blocks: Iterable[np.ndarray]) -> Iterator[Transcript]:
        """The stretches of a recording in turn, their times those of the recording."""
        samples = 0

        def counted():
            nonlocal samples
            for block in blocks:
                samples += len(block)
                yield block

        found = self.pauses.cut(self.posteriors(counted()), self.most)
        while batch := list(itertools.islice(found, self.batch)):
            log_probs, frames = padded_together([stretch for _, stretch in batch])
            starts = [first * self.frame_seconds for first, _ in batch]
            # The last frame may stand for time behind the end.
            ends = np.minimum(starts + frames * self.frame_seconds, samples / self.rate)
            lasting = (ends - starts).tolist()
            for start, transcript in zip(starts, transcripts(self.decode(log_probs, frames), lasting), strict=True):
                yield transcript.later(start)
