"""Long recordings for a network that only spells: cut where they are quietest, and each piece spelled on its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from .transcriber import padded_together, transcripts
from .transcript import Transcript

QUIET = 0.2  # seconds of which the loudness is compared
BATCH = 8


class QuietPlaces:
    """Spells a recording of any length piece by piece, in bounded memory.

    A decoder that spells must not be given more than it has learnt to find its way in; where no symbol is known of
    any frame, loudness alone tells where nobody speaks.

    Args:
        recognize: (waveform (B, N), length (B,)) -> an answer, as `graph_decoding` describes it.
        rate: samples per second.
        seconds: of a piece, at most.
        batch: pieces at once.
    """

    def __init__(self, recognize: Callable, rate: int, seconds: float, batch: int = BATCH):
        self.recognize, self.rate, self.batch = recognize, rate, batch
        self.most, self.window = round(seconds * rate), max(1, round(QUIET * rate))

    def __call__(self, blocks: Iterable[np.ndarray]) -> Iterator[Transcript]:
        """The pieces in turn, their times those of the recording."""
        found = self.pieces(blocks)
        while batch := list(itertools.islice(found, self.batch)):
            seconds = [len(samples) / self.rate for _, samples in batch]
            answer = self.recognize(*padded_together([samples for _, samples in batch]))
            for (first, _), transcript in zip(batch, transcripts(answer, seconds), strict=True):
                yield transcript.later(first / self.rate)

    def pieces(self, blocks: Iterable[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
        """(first sample, samples), together every sample once; nothing for a recording without samples."""
        begins, held = 0, np.zeros(0, np.float32)
        for block in blocks:
            held = np.concatenate([held, block])
            while len(held) > self.most:
                place = self.quietest(held[: self.most])
                yield begins, held[:place]
                begins, held = begins + place, held[place:]
        if len(held):
            yield begins, held

    def quietest(self, waveform: np.ndarray) -> int:
        """The middle of the quietest fifth of a second in the last two thirds of (N,) samples; of equals the last."""
        least = len(waveform) // 3
        window = min(self.window, len(waveform) - least)
        power = np.cumsum(np.concatenate([[0.0], np.square(waveform[least:], dtype=np.float64)]))
        loudness = (power[window:] - power[:-window])[::-1]
        last = len(loudness) - 1 - int(np.argmin(loudness))
        return max(1, least + last + window // 2)
