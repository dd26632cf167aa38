"""Sound that comes bit by bit: from a pipe, or from a microphone."""

from __future__ import annotations

import queue
import wave
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from rnnapps.audio.read_audio import rechunked, resampled

CHUNK = 0.24  # seconds
COMPRESSED = {b"fLa": "FLAC", b"Ogg": "Ogg", b"ID3": "MP3"}  # by how they begin


def piped_chunks(
    pipe: BinaryIO, rate: int, raw_rate: int | None = None, seconds: float = CHUNK
) -> Iterator[np.ndarray]:
    """Sound from a pipe, as it comes.

    A WAV file is known by its beginning. Anything else is taken for bare samples: 16 bit, little endian, mono.

    Args:
        pipe: open for reading bytes.
        rate: samples per second of what is returned.
        raw_rate: of bare samples; by default `rate`.
        seconds: of each chunk.
    Returns:
        iterator of (n,) float32.
    Raises:
        ValueError: a WAV file of samples that are not whole numbers, or one that is cut off in its header; a compressed
            file, which would be noise as bare samples.
    """
    beginning = pipe.read(4)
    if beginning == b"RIFF":
        found, from_rate = _wav_blocks(_Rest(beginning, pipe), seconds)
    elif beginning[:3] in COMPRESSED:
        raise ValueError(
            f"standard input: a {COMPRESSED[beginning[:3]]} file cannot be read as it comes; decode it first, such as "
            f"ffmpeg -i FILE -f s16le -ac 1 -ar {rate} - | ... --stream -"
        )
    else:
        from_rate = raw_rate or rate
        found = _raw_blocks(_Rest(beginning, pipe), round(seconds * from_rate))
    return resampled(found, from_rate, rate)


def file_chunks(blocks: Iterator[np.ndarray], rate: int, seconds: float = CHUNK) -> Iterator[np.ndarray]:
    """The blocks of a file in chunks as a microphone would give them."""
    return rechunked(blocks, round(seconds * rate))


def microphone_chunks(rate: int, seconds: float = CHUNK) -> Iterator[np.ndarray]:
    """What the machine's microphone hears, without end.

    Args:
        rate: samples per second of what is returned; the device may have its own.
        seconds: of each chunk.
    Returns:
        iterator of (n,) float32.
    Raises:
        ValueError: the package sounddevice is not installed, or there is no microphone.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError: its library PortAudio is not there
        reason = "is not installed" if isinstance(error, ImportError) else f"does not work: {error}"
        raise ValueError(
            f"--microphone: the package sounddevice {reason}; pip install sounddevice, or pipe sound in: "
            "arecord -t raw -f S16_LE -r RATE | ... --stream - --rate RATE"
        ) from None
    heard: queue.SimpleQueue[np.ndarray] = queue.SimpleQueue()
    try:
        from_rate = round(sounddevice.query_devices(kind="input")["default_samplerate"])
        device = sounddevice.InputStream(
            samplerate=from_rate,
            channels=1,
            dtype="float32",
            blocksize=round(seconds * from_rate),
            callback=lambda samples, count, time, status: heard.put(samples[:, 0].copy()),
        )
    except (ValueError, sounddevice.PortAudioError) as error:
        raise ValueError(f"--microphone: there is none that can be opened ({error})") from None
    return resampled(_listening(device, heard), from_rate, rate)


def _listening(device, heard: queue.SimpleQueue) -> Iterator[np.ndarray]:
    with device:
        while True:
            yield heard.get()


class _Rest:
    """A pipe whose first bytes were read already."""

    def __init__(self, beginning: bytes, pipe: BinaryIO):
        self._beginning, self._pipe = beginning, pipe

    def read(self, count: int) -> bytes:
        first, self._beginning = self._beginning[:count], self._beginning[count:]
        return first + self._pipe.read(count - len(first)) if len(first) < count else first


def _wav_blocks(pipe: _Rest, seconds: float) -> tuple[Iterator[np.ndarray], int]:
    try:
        file = wave.Wave_read(pipe)
    except (wave.Error, EOFError) as error:
        reason = str(error) or "cut off in its header"
        raise ValueError(
            f"standard input: a WAV file that cannot be read as it comes ({reason}); send samples of 16 bit"
        ) from None
    width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()

    def blocks():
        while data := file.readframes(round(seconds * rate)):
            whole = len(data) // (width * channels) * width * channels  # a pipe may break within a sample
            yield _numbers(data[:whole], width).reshape(-1, channels).mean(axis=1, dtype=np.float32)

    return blocks(), rate


def _raw_blocks(pipe: _Rest, count: int) -> Iterator[np.ndarray]:
    while data := pipe.read(2 * count):
        yield _numbers(data[: len(data) // 2 * 2], 2)  # what is left of half a sample is none


def _numbers(data: bytes, width: int) -> np.ndarray:
    """Samples of `width` bytes as float32 in [-1, 1)."""
    if width == 1:  # the only ones without a sign
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    if width == 3:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)  # the upper bytes of four
        data = np.concatenate([np.zeros_like(parts[:, :1]), parts], axis=1).tobytes()
        width = 4
    return (np.frombuffer(data, f"<i{width}") / 2 ** (8 * width - 1)).astype(np.float32)
