"""Waveforms to transcripts, many at once or one that is hours long."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from .transcript import Transcript, Word, joined

# What is read at once: longer recordings are read piece by piece. Together in a batch, padding included.
WHOLE_SECONDS, BATCH_SECONDS, BATCH_SIZE = 60.0, 240.0, 64


class Transcriber:
    """Transcribes with a network and a decoding.

    Recordings do not see each other: alone and among others they give the same.

    Args:
        recognize: (waveform (B, N) float32, length (B,) int32) -> an answer, as `graph_decoding` describes it.
        rate: samples per second of the waveforms.
        long: blocks of a long recording -> its stretches in turn, in bounded memory; None refuses long recordings.
        whole_seconds: up to which a recording is read at once.
    """

    def __init__(
        self,
        recognize: Callable,
        rate: int,
        long: Callable[[Iterator[np.ndarray]], Iterator[Transcript]] | None = None,
        whole_seconds: float = WHOLE_SECONDS,
    ):
        self.rate, self.whole_seconds = rate, whole_seconds
        self._recognize, self._long = recognize, long

    def transcribe(self, waveforms: Sequence[np.ndarray]) -> list[Transcript]:
        """The transcripts of waveforms, (N,) each, in their order.

        Raises:
            ValueError: one is too long for this model.
        """
        found: dict[int, Transcript] = {}
        most = round(self.whole_seconds * self.rate)
        short = [number for number, waveform in enumerate(waveforms) if len(waveform) <= most]
        for numbers in self._batches(short, [len(waveform) for waveform in waveforms]):
            answers = self._at_once([waveforms[number] for number in numbers])
            found.update(zip(numbers, answers, strict=True))
        return [
            found[number] if number in found else joined(list(self.stretches(iter([waveform]))))
            for number, waveform in enumerate(waveforms)
        ]

    def stretches(self, blocks: Iterable[np.ndarray]) -> Iterator[Transcript]:
        """A recording of any length as stretches that follow each other; a short one is a single stretch.

        Args:
            blocks: (n,) samples each. They are read as they are needed, and not kept.
        Raises:
            ValueError: it is too long for this model.
        """
        blocks, most = iter(blocks), round(self.whole_seconds * self.rate)
        held, count = [], 0
        for block in blocks:
            held.append(block)
            count += len(block)
            if count > most:
                break
        else:
            yield from self._at_once([np.concatenate([np.zeros(0, np.float32), *held])])
            return
        if self._long is None:
            raise ValueError(f"longer than {self.whole_seconds:g} s, the most that this model hears at once; cut it up")
        yield from self._long(itertools.chain(held, blocks))

    def _batches(self, numbers: list[int], lengths: list[int]) -> Iterator[list[int]]:
        """Similar lengths together, so that little of a batch is padding."""
        batch: list[int] = []
        for number in sorted(numbers, key=lambda number: lengths[number]):
            if batch and (len(batch) == BATCH_SIZE or (len(batch) + 1) * lengths[number] > BATCH_SECONDS * self.rate):
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch

    def _at_once(self, waveforms: list[np.ndarray]) -> list[Transcript]:
        lengths = [len(waveform) for waveform in waveforms]
        if not max(lengths):
            return [Transcript("")] * len(waveforms)
        padded, lengths = padded_together(waveforms)
        return transcripts(self._recognize(padded, lengths), [length / self.rate for length in lengths])


def padded_together(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Arrays (n, ...) as one (B, N, ...), zeros behind the end of each, and their lengths (B,) int32."""
    lengths = np.array([len(row) for row in rows], np.int32)
    padded = np.zeros((len(rows), lengths.max(), *rows[0].shape[1:]), np.float32)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return padded, lengths


def transcripts(answer: dict, seconds: Sequence[float]) -> list[Transcript]:
    """An answer of tensors as transcripts of recordings that last so many seconds each."""
    answer = {name: np.asarray(value) for name, value in answer.items()}
    return [
        Transcript(
            text=_text(answer["text"][row]),
            words=_words(*(answer[name][row] for name in ("words", "starts", "ends", "confidences"))),
            confidence=float(answer["confidence"][row]),
            alternatives=_alternatives(answer["n_best"][row], answer["scores"][row]),
            end=float(end),
        )
        for row, end in enumerate(seconds)
    ]


def _words(texts, starts, ends, confidences) -> tuple[Word, ...]:
    rows = zip(map(_text, texts), starts.tolist(), ends.tolist(), confidences.tolist(), strict=True)
    return tuple(Word(*row) for row in rows if row[0])


def _alternatives(texts, scores) -> tuple[tuple[str, float], ...]:
    """Hypotheses of which none is there twice: what differs in spaces alone, or is padding, is left out."""
    found: dict[str, float] = {}
    for number, (text, score) in enumerate(zip(map(_text, texts), scores.tolist(), strict=True)):
        if text or not number:
            found.setdefault(text, score)
    return tuple(found.items())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
