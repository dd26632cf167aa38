"""Translating an argument, a file or standard input with an exported run."""

import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rnnapps.command_line import BadInput, reading_input

from .load import load_translator

# Lines are read, sorted by length and given back in order, this many batches at a time: memory stays bounded.
BATCHES_AT_ONCE = 50


class Translation(NamedTuple):
    """One hypothesis: its text and the natural logarithm of its probability."""

    text: str
    score: float


def translate(
    run: str,
    text: str | None = None,
    /,
    *,
    input: str | None = None,
    output: str | None = None,
    n_best: int = 1,
    scores: bool = False,
    batch_size: int = 64,
) -> None:
    """Translates a text, the lines of a file, or the lines of standard input.

    Writes one line per line. With --scores it is `log-probability<TAB>translation`; with --n_best above 1
    there are that many lines for each, `line<TAB>rank<TAB>log-probability<TAB>translation`, best first.

    Args:
        run: path or name of a run, or path of a SavedModel.
        text: what to translate.
        input: file to translate, one sentence per line; any bytes that are not UTF-8 are replaced.
        output: file to write instead of standard output.
        n_best: hypotheses per sentence; at most the beam size that the run was exported with.
        scores: whether to write log-probabilities too.
        batch_size: sentences translated together.
    """
    if text is not None and input is not None:
        raise BadInput("give either a text or --input, not both")
    for name, value in (("n_best", n_best), ("batch_size", batch_size)):
        if value < 1:
            raise BadInput(f"--{name} must be at least 1, is {value}")
    with ExitStack() as files:
        with reading_input():
            lines = _lines(text, input, files)
            model = load_translator(run)
            writer = _writer(output, files)
        for number, hypotheses in enumerate(translate_lines(model, lines, n_best, batch_size), start=1):
            for rank, (translated, score) in enumerate(hypotheses, start=1):
                fields = [str(number), str(rank)] if n_best > 1 else []
                fields += [f"{score:.4f}"] if scores or n_best > 1 else []
                writer.write(("\t".join([*fields, translated]) + "\n").encode("utf-8"))
        writer.flush()


def translate_lines(
    model, lines: Iterable[str | bytes], n_best: int = 1, batch_size: int = 64
) -> Iterator[list[Translation]]:
    """Translates lines in batches of similar length and gives them back in order.

    Args:
        model: `TextTranslator` or what `load_translator` returns.
        lines: any number of them; they are read as they are needed.
        n_best: hypotheses for each.
        batch_size: sentences translated together.
    Yields:
        for each line its hypotheses, best first.
    Raises:
        BadInput: the model was exported with a smaller beam than `n_best`.
    """
    lines = iter(lines)
    while chunk := list(itertools.islice(lines, batch_size * BATCHES_AT_ONCE)):
        translated = [[]] * len(chunk)
        by_length = sorted(range(len(chunk)), key=lambda index: len(chunk[index]))
        for start in range(0, len(chunk), batch_size):
            rows = by_length[start : start + batch_size]
            answers = _translate_batch(model, [chunk[row] for row in rows], n_best)
            for row, answer in zip(rows, answers, strict=True):
                translated[row] = answer
        yield from translated


def _translate_batch(model, texts: Sequence[str | bytes], n_best: int) -> list[list[Translation]]:
    import tensorflow as tf

    texts = tf.constant(list(texts), tf.string)
    if n_best == 1:
        answers = model.serving_default(texts)
        text, score = answers["text"].numpy()[:, None], answers["score"].numpy()[:, None]
    else:
        answers = model.n_best(texts)
        text, score = answers["text"].numpy(), answers["score"].numpy()
        if n_best > text.shape[1]:
            raise BadInput(f"--n_best {n_best} is more than the beam of {text.shape[1]} that the run was exported with")
    return [
        [Translation(t.decode("utf-8"), float(s)) for t, s in zip(row[:n_best], scores[:n_best], strict=True)]
        for row, scores in zip(text, score, strict=True)
    ]


def _lines(text: str | None, path: str | None, files: ExitStack) -> Iterable[bytes]:
    if text is not None:
        return [os.fsencode(text)]  # the very bytes that were typed, in whatever encoding
    if path is None:
        if sys.stdin.isatty():
            print("reading standard input, one sentence per line; end with Ctrl-D", file=sys.stderr)
        return map(_without_end, sys.stdin.buffer)
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file")
    return map(_without_end, files.enter_context(Path(path).open("rb")))


def _without_end(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _writer(path: str | None, files: ExitStack) -> BinaryIO:
    # Bytes, so that the output is UTF-8 whatever the terminal's encoding.
    return sys.stdout.buffer if path is None else files.enter_context(Path(path).open("wb"))
