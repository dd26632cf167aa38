"""Whether a file was cut short: what decoders do not tell."""

from __future__ import annotations

from typing import BinaryIO, Literal

# Programs that write to a pipe do not know the size yet and leave a size from here on.
LARGE = 0x7FFFF000
LAST_BYTES = 1 << 17  # an Ogg page has 65,307 bytes at most


def missing_share(file: BinaryIO) -> float:
    """Share of a WAV, AIFF or Ogg file's sound that is not there; 0 where nothing is missing or it cannot be told.

    Decoders read what there is and say nothing: libsndfile corrects the length in a header to that of the file,
    and takes the last whole page of an Ogg file for the end.

    Args:
        file: open at its beginning; anything else has share 0.
    Returns:
        in [0, 1]; of an Ogg file 1, as its header does not say how long it should be.
    """
    start = file.read(12)
    if start[:4] == b"RIFF" and start[8:] == b"WAVE":
        return _missing_of_chunks(file, b"data", "little")
    if start[:4] == b"FORM" and start[8:] in (b"AIFF", b"AIFC"):
        return _missing_of_chunks(file, b"SSND", "big")
    if start[:4] == b"OggS":
        return 0.0 if _ends(file) else 1.0
    return 0.0


def _missing_of_chunks(file: BinaryIO, sound: bytes, order: Literal["little", "big"]) -> float:
    while len(header := file.read(8)) == 8:
        size = int.from_bytes(header[4:], order)
        if header[:4] == sound:
            begin = file.tell()
            there = file.seek(0, 2) - begin
            return 0.0 if there >= size or size >= LARGE else 1 - there / size
        file.seek(size + size % 2, 1)
    return 0.0  # no sound at all, which the decoder says


def _ends(file: BinaryIO) -> bool:
    """Whether the last page of an Ogg file is whole and says that it is the last."""
    size = file.seek(0, 2)
    file.seek(max(0, size - LAST_BYTES))
    end = file.read()
    page = end[end.rfind(b"OggS") :]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return False
    segments = page[27 : 27 + page[26]]
    return bool(page[5] & 4) and len(page) >= 27 + len(segments) + sum(segments)
