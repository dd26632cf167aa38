"""Files of sound in any format that libsndfile or the machine's decoders know, as blocks of mono samples."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.audio.archive import Archive
from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.truncation import missing_share

BLOCK = 1 << 18  # samples that are decoded at once, of all channels together
LOUDEST = 1e15  # 32-bit numbers end at 3e38, and loudness is a sum of squares
UNKNOWN_FRAMES = 1 << 48  # libsndfile says about 2^63 where a header has no length


@dataclass(frozen=True)
class Header:
    """What a file says about itself.

    Fields:
        duration: seconds; nan where the header does not say.
        rate: samples per second.
        channels: per sample.
    """

    duration: float
    rate: int
    channels: int


@dataclass(frozen=True)
class SoundFile:
    """A file of sound, or a member of a zip file.

    Args:
        path: the file, or the name of the member.
        archive: the zip file; None for a file of its own.
        name: what messages call it; by default its path.
    """

    path: str
    archive: Archive | None = None
    name: str = ""

    @property
    def called(self) -> str:
        """What messages call it."""
        return self.name or (f"{self.archive.path}/{self.path}" if self.archive else self.path)

    def header(self) -> Header:
        """Duration, rate and channels, without decoding the sound.

        Raises:
            FileNotFoundError: no such file.
            AudioFault: no sound that can be decoded.
        """
        with self._decoder(self._source()) as decoder:
            return Header(decoder.duration, decoder.rate, decoder.channels)

    def blocks(self) -> Iterator[np.ndarray]:
        """The samples, channels averaged, at the file's own rate.

        Returns:
            iterator of (n,) float32; n times the channels is at most `BLOCK`.
        Raises:
            FileNotFoundError: no such file.
            AudioFault: no sound that can be decoded, no sample, one that is NaN, infinite or beyond `LOUDEST`, or a
                file that was cut short.
        """
        source = self._source()
        self._check_end(source)
        done = 0
        with self._decoder(source) as decoder:
            try:
                for block in decoder.blocks():
                    mono = block if block.ndim == 1 else block.mean(axis=1, dtype=np.float32)
                    self._check_finite(mono, done, decoder.rate)
                    done += len(mono)
                    yield mono
            except _Damaged:
                raise AudioFault(
                    "truncated", f"{self.called}: the file is cut short or damaged; get it again"
                ) from None
            # Seconds times rate may be a little more than the samples they were made of. False where it is nan.
            if done < decoder.duration * decoder.rate - decoder.slack - 0.5:
                there = f"{done / decoder.rate:.2f} of {decoder.duration:.2f} seconds are there"
                raise AudioFault("truncated", f"{self.called}: the file is cut short: {there}; get it again")
            if not done:
                raise AudioFault("empty", f"{self.called}: has no sample; leave it out")

    def _decoder(self, source: str | io.BytesIO) -> _Libsndfile | _Audioread:
        try:
            return _Libsndfile(source)
        except _Unknown as error:
            reason = str(error)
        if self.archive is None:
            try:
                return _Audioread(source)
            except _Unknown:
                pass
        raise AudioFault("unreadable", f"{self.called}: cannot be read as sound: {reason}")

    def _source(self) -> str | io.BytesIO:
        """The file's path, for decoders read it faster than an open file; or a member's content."""
        if self.archive is not None:
            return _Content(self.archive.read(self.path))
        path = Path(self.path)
        if path.is_dir():
            raise AudioFault("unreadable", f"{self.called}: is a folder, not a file of sound")
        if not path.is_file():
            raise FileNotFoundError(f"{self.called}: no such file")
        if not path.stat().st_size:
            raise AudioFault("empty", f"{self.called}: the file is empty; leave it out")
        return str(path)

    def _check_end(self, source: str | io.BytesIO) -> None:
        if isinstance(source, str):
            with Path(source).open("rb") as file:
                share = missing_share(file)
        else:
            share = missing_share(source)
            source.seek(0)
        if share:
            less = f", {share:.0%} of its sound is missing" if share < 1 else ", its end is missing"
            raise AudioFault("truncated", f"{self.called}: the file is cut short{less}; get it again")

    def _check_finite(self, samples: np.ndarray, before: int, rate: int) -> None:
        sound = np.abs(samples) <= LOUDEST  # False for NaN
        if sound.all():
            return
        first = int(np.argmin(sound))
        what = f"{samples[first]:g}, which is no sound" if np.isfinite(samples[first]) else "NaN or infinite"
        place = f"the first at {(before + first) / rate:.2f} s"
        raise AudioFault("not_finite", f"{self.called}: a sample is {what}, {place}; write it again")


class _Content(io.BytesIO):
    """A file's bytes, where places before the first are passed over.

    libsndfile asks for them in a damaged AIFF file, and an error in here would only be printed.
    """

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return super().seek(offset, whence)
        except ValueError:
            return self.tell()


class _Unknown(Exception):
    """A decoder does not know the format; its text says why."""


class _Damaged(Exception):
    """A decoder met what it cannot decode."""


class _Libsndfile:
    slack = 0  # samples that may be missing at the end

    def __init__(self, source):
        import soundfile

        try:
            # As bytes, for names of files may hold bytes that are no text.
            self.file = soundfile.SoundFile(os.fsencode(source) if isinstance(source, str) else source)
        except (soundfile.LibsndfileError, OSError, TypeError) as error:
            reason = getattr(error, "error_string", str(error)).strip().rstrip(".")
            # What the MP3 decoder says, which tries last, of a file that is nothing it knows.
            reason = "not a format of sound that is known here" if "regular file" in reason else reason
            raise _Unknown(reason) from None
        self.rate, self.channels = self.file.samplerate, self.file.channels
        self.duration = self.file.frames / self.rate if self.file.frames < UNKNOWN_FRAMES else float("nan")

    def blocks(self) -> Iterator[np.ndarray]:
        import soundfile

        try:
            while len(block := self.file.read(max(1, BLOCK // self.channels), dtype="float32")):
                yield block
        except (soundfile.LibsndfileError, RuntimeError):
            raise _Damaged from None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()


class _Audioread:
    """What the machine's own decoders know, such as M4A by ffmpeg."""

    slack = 8192  # such formats give their length only roughly

    def __init__(self, source):
        try:
            import audioread
        except ImportError as error:
            raise _Unknown(str(error)) from None
        try:
            self.file = audioread.audio_open(source)
        except (OSError, EOFError, audioread.DecodeError) as error:
            raise _Unknown(str(error)) from None
        self.rate, self.channels = self.file.samplerate, self.file.channels
        self.duration = float(self.file.duration)

    def blocks(self) -> Iterator[np.ndarray]:
        import audioread

        try:
            for data in self.file:
                yield (np.frombuffer(data, "<i2") / np.float32(32768)).reshape(-1, self.channels).astype(np.float32)
        except (EOFError, audioread.DecodeError):
            raise _Damaged from None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()
