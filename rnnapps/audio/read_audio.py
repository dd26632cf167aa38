"""Any file of sound as mono samples at the rate that is wanted, at once or in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.sound_file import SoundFile


def read_audio(path: str | Path, rate: int) -> np.ndarray:
    """Reads a file: channels averaged, resampled, nothing trimmed or scaled.

    Equal to `librosa.load(path, sr=rate)` where librosa can read it.

    Args:
        path: in any format that libsndfile knows (WAV, FLAC, Ogg, Opus, MP3, AIFF ...) or a decoder of the machine,
            such as ffmpeg.
        rate: samples per second of what is returned.
    Returns:
        (N,) float32; N is the duration times the rate, rounded up. Files of integers are in [-1, 1].
    Raises:
        FileNotFoundError: no such file.
        AudioFault: a ValueError; no sound, no sample, a NaN among them, or a file that was cut short.
    """
    file = SoundFile(str(path))
    return join(resampled(file.blocks(), file.header().rate, rate))


def read_blocks(path: str | Path, rate: int, seconds: float = 30.0) -> Iterator[np.ndarray]:
    """Reads a file of any length in bounded memory: the samples of `read_audio`, block after block.

    Args:
        path: as for `read_audio`.
        rate: samples per second of what is returned.
        seconds: of each block; the last may be shorter.
    Returns:
        iterator of (n,) float32; together equal to `read_audio`.
    Raises:
        FileNotFoundError, AudioFault: as `read_audio`; a fault may show only after blocks that were good.
    """
    file = SoundFile(str(path))
    return rechunked(resampled(file.blocks(), file.header().rate, rate), max(1, round(seconds * rate)))


def resampled(blocks: Iterable[np.ndarray], from_rate: int, to_rate: int) -> Iterator[np.ndarray]:
    """Resamples a stream as if it were one array: soxr, high quality, as `librosa.resample` does.

    Args:
        blocks: (n,) float32 each.
        from_rate: samples per second.
        to_rate: samples per second of what is returned.
    Returns:
        iterator of (m,) float32, in all N * to_rate / from_rate samples, rounded up.
    """
    if from_rate == to_rate:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")
    read = written = 0
    for block in blocks:
        read += len(block)
        found = stream.resample_chunk(np.ascontiguousarray(block))
        written += len(found)
        yield found
    left = -(-read * to_rate // from_rate) - written  # its filter holds the last samples back
    last = stream.resample_chunk(np.zeros(0, np.float32), last=True)[:left]
    yield np.pad(last, (0, left - len(last)))


def rechunked(blocks: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The same samples in blocks of `size`, the last shorter."""
    held, count = [], 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= size:
            whole = np.concatenate(held)
            cut = count - count % size
            yield from np.split(whole[:cut], range(size, cut, size))
            held, count = [whole[cut:]], count - cut
    if count:
        yield np.concatenate(held)


def join(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """All samples as one array."""
    blocks = list(blocks)
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


__all__ = ["AudioFault", "join", "read_audio", "read_blocks", "rechunked", "resampled"]
