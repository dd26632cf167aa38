"""Any number of lines in bounded memory: sorted by length within a chunk, given back in order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from .answers import Answer, Translation, best, n_best_of

CHUNK_SIZE = 2000
# Padding counted. Decoding takes memory by the square of the length, so long lines go in smaller batches: 64 sentences
# have some 6,000 bytes, and of texts of 16,000 two go at a time.
BYTES_PER_BATCH = 32_000


def translate_lines(
    model, lines: Iterable[str | bytes], n_best: int = 1, batch_size: int = 64
) -> Iterator[list[Translation]]:
    """Translates lines in batches of similar length and gives them back in order.

    Args:
        model: `TextTranslator` or what `load_translator` returns.
        lines: any number of them; they are read as they are needed.
        n_best: translations of each.
        batch_size: sentences translated together, at most.
    Yields:
        for each line its translations, best first.
    Raises:
        ValueError: the model's beam is smaller than `n_best`.
    """
    answer = best(model) if n_best == 1 else n_best_of(model, n_best)
    for chunk in chunks(lines):
        yield from answer_chunk(answer, chunk, batch_size)


def chunks(lines: Iterable[str | bytes], size: int = CHUNK_SIZE) -> Iterator[list[bytes]]:
    """Lists of at most `size` lines, read as they are needed."""
    lines = iter(lines)
    while chunk := list(itertools.islice(lines, size)):
        yield [line.encode("utf-8") if isinstance(line, str) else line for line in chunk]


def answer_chunk(
    answer: Answer,
    chunk: Sequence[bytes],
    batch_size: int,
    first: int = 0,
    on_batch: Callable[[list[bytes]], None] = lambda texts: None,
) -> list[list[Translation]]:
    """What `answer` says of every line, in the order of the lines.

    Args:
        answer: from `rnnapps`' translators, see answers.py.
        chunk: lines.
        batch_size: lines asked for together, at most.
        first: how many lines came before this chunk: it tells batches of samples apart.
        on_batch: called with the lines of every batch that is done.
    """
    answers: list[list[Translation]] = [[]] * len(chunk)
    for number, rows in enumerate(batches(chunk, batch_size)):
        texts = [chunk[row] for row in rows]
        for row, found in zip(rows, answer(texts, first + number), strict=True):
            answers[row] = found
        on_batch(texts)
    return answers


def batches(chunk: Sequence[bytes], batch_size: int) -> Iterator[list[int]]:
    """Rows of a chunk, the shortest first: at most `batch_size` and, unless it is one, at most BYTES_PER_BATCH."""
    rows: list[int] = []
    for row in sorted(range(len(chunk)), key=lambda row: len(chunk[row])):
        # This row is the longest so far: the others are padded to it.
        if rows and (len(rows) == batch_size or len(chunk[row]) * (len(rows) + 1) > BYTES_PER_BATCH):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
