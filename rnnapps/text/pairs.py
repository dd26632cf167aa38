"""Sentence pairs from files: one TSV file, or two line-parallel files; gzip of either."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Pairs:
    """Sentence pairs: `source[i]` is translated by `target[i]`.

    Args:
        source: sentences, stripped of surrounding white space.
        target: their translations.
        lines: for each pair the number, from 1, of its line in the file; empty when not read from one.
        skipped: numbers of the lines left out because one side or both were empty.
        name: what to call the pairs in a message, usually the file's name.
    """

    source: list[str]
    target: list[str]
    lines: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    name: str = "pairs"

    def __post_init__(self):
        if len(self.source) != len(self.target):
            raise ValueError(f"{self.name}: {len(self.source)} source but {len(self.target)} target sentences")
        if self.lines and len(self.lines) != len(self.source):
            raise ValueError(f"{self.name}: {len(self.source)} sentences but {len(self.lines)} line numbers")

    def __len__(self) -> int:
        return len(self.source)

    def take(self, indices: Sequence[int]) -> Pairs:
        """The pairs at `indices`, in that order; `skipped` stays with the whole."""
        lines = [self.lines[i] for i in indices] if self.lines else []
        return Pairs([self.source[i] for i in indices], [self.target[i] for i in indices], lines, [], self.name)


def read_pairs(path: str | Path, columns: tuple[int, int] | None = None) -> Pairs:
    """Reads `source<TAB>target` lines, UTF-8, plain or gzip (told by content, not by name).

    A byte order mark and Windows line ends are taken off. Lines with an empty side are left out and listed
    in `Pairs.skipped`.

    Args:
        path: the file.
        columns: which two columns, from 0, are source and target; None asks for exactly two columns.
    Raises:
        FileNotFoundError: no such file.
        ValueError: a directory, an empty file, a broken gzip, bytes that are not UTF-8, a line with the
            wrong number of columns, or no pair at all. One line, naming file and line.
    """
    return parse_pairs(_read_bytes(Path(path)), str(path), columns)


def parse_pairs(data: bytes, name: str, columns: tuple[int, int] | None = None) -> Pairs:
    """`read_pairs` of a file's content, for one that is inside another, such as a zip.

    Args:
        data: the content, not compressed.
        name: what messages call the file.
        columns: as for `read_pairs`.
    Raises:
        ValueError: as `read_pairs`.
    """
    first, second = columns or (0, 1)
    source, target = [], []
    for number, line in enumerate(_decode_lines(data, name), start=1):
        cells = line.split("\t")
        if len(cells) == 1 and not line.strip():
            cells = [""] * (max(first, second) + 1)
        if len(cells) <= max(first, second):
            raise ValueError(_too_few(name, number, len(cells), columns))
        if columns is None and len(cells) > 2:
            raise ValueError(
                f'{name}, line {number}: expected "source<TAB>target", found {len(cells)} columns; '
                "use --data.columns 0,2 to choose two"
            )
        source.append(cells[first])
        target.append(cells[second])
    return _without_empty(source, target, name)


def read_parallel(source_path: str | Path, target_path: str | Path) -> Pairs:
    """Reads two files of sentences where line n of one translates line n of the other.

    Encoding, gzip, line ends and empty lines as in `read_pairs`.

    Raises:
        FileNotFoundError: one of the files does not exist.
        ValueError: as `read_pairs`, or the files differ in their number of lines.
    """
    source, target = (_decode_lines(_read_bytes(Path(path)), str(path)) for path in (source_path, target_path))
    if len(source) != len(target):
        raise ValueError(
            f"{source_path} has {len(source)} lines but {target_path} has {len(target)}: "
            "parallel files need one translation per line"
        )
    return _without_empty(source, target, f"{source_path} and {target_path}")


def _too_few(name: str, number: int, found: int, columns: tuple[int, int] | None) -> str:
    counted = "1 column" if found == 1 else f"{found} columns"
    if columns is None:
        return f'{name}, line {number}: expected "source<TAB>target", found no tab'
    asked = f"columns {columns[0]},{columns[1]}, counted from 0"
    return f"{name}, line {number}: {asked}, were asked for, found {counted}"


def _without_empty(source: list[str], target: list[str], name: str) -> Pairs:
    stripped = [(a.strip(), b.strip()) for a, b in zip(source, target, strict=True)]
    kept = [i for i, (a, b) in enumerate(stripped) if a and b]
    skipped = [i + 1 for i, (a, b) in enumerate(stripped) if not (a and b)]
    if not kept:
        raise ValueError(f"{name}: no sentence pair; all {len(skipped)} lines have an empty side")
    return Pairs([stripped[i][0] for i in kept], [stripped[i][1] for i in kept], [i + 1 for i in kept], skipped, name)


def _decode_lines(data: bytes, name: str) -> list[str]:
    if not data:
        raise ValueError(f"{name}: the file is empty")
    # Only \n ends a line (after \r\n became \n): str.splitlines would also split at characters such as
    # U+2028 or U+0085 inside a sentence and so misalign parallel files.
    lines = data.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
    try:
        return [line.decode("utf-8") for line in lines]
    except UnicodeDecodeError:
        raise ValueError(_not_utf8(name, lines)) from None


def _not_utf8(name: str, lines: list[bytes]) -> str:
    for number, line in enumerate(lines, start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = line[error.start]
            return (
                f"{name}, line {number}, byte {error.start + 1}: 0x{byte:02x} is not UTF-8; "
                "convert the file, for example with iconv -f latin1 -t utf-8"
            )
    return f"{name}: not UTF-8"


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise ValueError(f"{path}: is a directory, expected a file of sentences")
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path}: the gzip file is damaged or cut short: {error}") from None
