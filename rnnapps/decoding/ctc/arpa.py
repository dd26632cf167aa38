"""Language models in ARPA format, the one that all n-gram tools write."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnnapps.decoding.ctc.ngram import END, NEVER, START, Level, NGram

LOG10 = np.log(10.0)


def write_arpa(model: NGram, path: str | Path) -> None:
    """Writes a model; compressed where the name ends in .gz. Words must have no white space in them."""
    with _opened(path, "wt") as file:
        file.write("\\data\\\n")
        for n, level in enumerate(model.levels, 1):
            file.write(f"ngram {n}={len(level.words)}\n")
        for n in range(1, model.order + 1):
            file.write(f"\n\\{n}-grams:\n")
            for words, log_prob, backoff in model.ngrams(n):
                end = "" if n == model.order else f"\t{backoff / LOG10:.7g}"
                file.write(f"{log_prob / LOG10:.7g}\t{' '.join(words)}{end}\n")
        file.write("\n\\end\\\n")


def read_arpa(path: str | Path) -> NGram:
    """Reads what `write_arpa` or another tool (KenLM, SRILM, ...) wrote; words keep the file's order.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not an ARPA file, or a damaged one, with the line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; expected a language model in ARPA format")
    sections: dict[int, list] = {}
    announced: dict[int, int] = {}
    for line_number, kind, content in _lines(path):
        if kind == "count":
            n, count = content
            announced[n] = count
        elif kind == "section":
            section = sections.setdefault(content, [])
            n = content
        else:
            section.append((line_number, *_entry(path, line_number, n, content)))
    if sorted(announced) != list(range(1, len(announced) + 1)) or not announced:
        raise ValueError(f"{path}: no ARPA file: it lists no n-gram counts such as 'ngram 1=1000'")
    for n, count in announced.items():
        if len(sections.get(n, ())) != count:
            raise ValueError(
                f"{path}: {count} {n}-grams announced, {len(sections.get(n, ()))} found; the file is cut off"
            )
    return _model(path, [sections[n] for n in sorted(sections)])


def _opened(path, mode):
    return (gzip.open if str(path).endswith(".gz") else open)(path, mode, encoding="utf-8")


def _lines(path) -> Iterator[tuple[int, str, object]]:
    inside = None
    try:
        with _opened(path, "rt") as file:
            for number, line in enumerate(file, 1):
                line = line.strip("\n\r ")
                if line == "\\end\\":
                    return
                if line == "\\data\\":
                    inside = "data"
                elif line.startswith("\\") and line.endswith("-grams:"):
                    inside = "ngrams"
                    yield number, "section", int(line[1:-7])
                elif line and inside == "data":
                    n, _, count = line.removeprefix("ngram").partition("=")
                    yield number, "count", (int(n), int(count))
                elif line and inside == "ngrams":
                    yield number, "entry", line
    except (UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise ValueError(f"{path}: no ARPA file, or a damaged one: {error}") from None


def _entry(path, line_number, n, line):
    """(log-probability, backoff, words)."""
    fields = line.split()
    try:
        if len(fields) not in (n + 1, n + 2):
            raise ValueError
        log10_prob, log10_backoff = float(fields[0]), float(fields[n + 1]) if len(fields) == n + 2 else 0.0
        # Rounded, the logarithm of 1 may be a trifle above 0.
        if not (np.isfinite([log10_prob, log10_backoff]).all() and log10_prob < 1e-3):
            raise ValueError
        return log10_prob * LOG10, log10_backoff * LOG10, fields[1 : n + 1]
    except ValueError:
        raise ValueError(
            f"{path}, line {line_number}: expected log10 probability, {n} words and perhaps a backoff, found {line!r}"
        ) from None


def _model(path, sections):
    unigrams = {words[0]: (log_prob, backoff) for _, log_prob, backoff, words in sections[0]}
    inner = [word for word in unigrams if word not in (START, END)]
    vocabulary = (END, *inner, START)
    numbers = {word: number for number, word in enumerate(vocabulary)}
    rows = [unigrams.get(word, (NEVER, 0.0)) for word in vocabulary]
    none = np.zeros(len(vocabulary), np.int64)
    levels = [Level(none, np.arange(len(vocabulary)), *np.array(rows).T)]
    for section in sections[1:]:
        below = NGram(vocabulary, levels)
        contexts, words, values = [], [], []
        for line_number, log_prob, backoff, texts in section:
            try:
                ids = [numbers[text] for text in texts]
            except KeyError as error:
                raise ValueError(f"{path}, line {line_number}: {error.args[0]!r} is not among the 1-grams") from None
            contexts.append(ids[:-1])
            words.append(ids[-1])
            values.append((log_prob, backoff))
        contexts, words = np.array(contexts, np.int64).reshape(len(words), len(levels)), np.array(words, np.int64)
        parents = np.zeros(len(words), np.int64)
        for n, column in enumerate(contexts.T, 1):
            parents = below.find(n, parents, column)
        if np.any(parents < 0):
            line_number, _, _, texts = section[int(np.argmax(parents < 0))]
            raise ValueError(f"{path}, line {line_number}: {' '.join(texts[:-1])!r} is not among the shorter n-grams")
        order = np.lexsort((words, parents))
        values = np.array(values).reshape(-1, 2)[order]
        levels.append(Level(parents[order], words[order], values[:, 0], values[:, 1]))
    return NGram(vocabulary, levels)
