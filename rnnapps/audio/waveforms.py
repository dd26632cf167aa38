"""Recordings that are decoded once and then at hand as often as they are wanted."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.audio.measure import Measurement, measure
from rnnapps.audio.read_audio import join, resampled
from rnnapps.downloads import cache_folder

if TYPE_CHECKING:
    from rnnapps.audio.recording import Recording

MEMORY = 2.0  # gigabytes
# Samples of a recording that is measured at its own rate: ten minutes at 48 kHz.
LONG = 600 * 48_000
# So many decoded recordings wait at most for those before them.
AHEAD = 64


class Waveforms(Sequence):
    """The waveforms of recordings: decoded at once by several threads, kept in memory up to a limit, then in a file.

    The file has no name: it is gone with the process, however that ends. A recording that cannot be read has no
    samples here and its error in `errors`, so that all of them can be told at once.

    Args:
        recordings: what to read.
        rate: samples per second to bring them to.
        memory: gigabytes of samples kept in memory, at 4 bytes each; 16,000 samples per second take 0.23 in an hour.
    Raises:
        OSError: the file cannot be written; the message names its folder.

    Attributes:
        recordings, rate: as given.
        samples: (n,) int64, of each recording at `rate`; 0 where it cannot be read.
        errors: n, of each recording the ValueError or OSError of reading it, or None.
        measurements: n, of each recording what `measure` found, or None; at the recording's own rate unless it is
            very long.
    """

    def __init__(self, recordings: Iterable[Recording], rate: int, memory: float = MEMORY):
        self.recordings, self.rate = tuple(recordings), rate
        self.errors: list[Exception | None] = []
        self.measurements: list[Measurement | None] = []
        self._kept: list[np.ndarray] = []
        self._file, self._written, self._mapped = None, 0, None
        self._starts = [0]
        self._rows = range(len(self.recordings))
        for waveform, measurement, error in self._decoded():
            self.errors.append(error)
            self.measurements.append(measurement)
            self._starts.append(self._starts[-1] + len(waveform))
            self._keep(waveform, limit=memory * 1e9)
        self.samples = np.diff(np.array(self._starts, np.int64))
        if self._file is not None:
            self._file.flush()
            self._mapped = np.memmap(self._file, np.float32, "r", shape=(self._written,))

    def __len__(self) -> int:
        return len(self.recordings)

    def __getitem__(self, number: int) -> np.ndarray:
        """Waveform (N,) float32 of recording `number`; not to be written to."""
        number = self._rows[number]
        if number < len(self._kept):
            return self._kept[number]
        first = self._starts[len(self._kept)]
        return np.asarray(self._mapped[self._starts[number] - first : self._starts[number + 1] - first])

    def take(self, rows: Sequence[int]) -> Waveforms:
        """Some of the recordings, whose samples are not read or kept again."""
        taken = copy.copy(self)
        taken.recordings = tuple(self.recordings[row] for row in rows)
        taken.errors = [self.errors[row] for row in rows]
        taken.measurements = [self.measurements[row] for row in rows]
        taken.samples = self.samples[np.array(rows, int)]
        taken._rows = [self._rows[row] for row in rows]
        return taken

    @property
    def in_memory(self) -> int:
        """How many of the recordings are in memory; the others are in the file."""
        return len(self._kept)

    @property
    def gigabytes(self) -> float:
        """Memory that the samples take; those in the file take none."""
        return 4 * self._starts[len(self._kept)] / 1e9

    def _decoded(self) -> Iterator[tuple[np.ndarray, Measurement | None, Exception | None]]:
        # Decoders and resamplers let go of Python's lock, so threads do.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for first in range(0, len(self.recordings), AHEAD):
                yield from threads.map(self._decode, self.recordings[first : first + AHEAD])

    def _decode(self, recording: Recording) -> tuple[np.ndarray, Measurement | None, Exception | None]:
        try:
            # Longer ones are resampled as they are read: they are in memory once.
            rate = recording.rate if recording.rate * recording.duration < LONG else self.rate
            own = recording.waveform(rate)
            measurement = measure(own, rate)
            waveform = join(resampled([own], rate, self.rate))
        except (ValueError, OSError) as error:
            return np.zeros(0, np.float32), None, error
        return np.ascontiguousarray(waveform, np.float32), measurement, None

    def _keep(self, waveform: np.ndarray, limit: float) -> None:
        if self._file is None and 4 * self._starts[-1] <= limit:
            waveform.flags.writeable = False
            self._kept.append(waveform)
            return
        folder = cache_folder()
        try:
            if self._file is None:
                folder.mkdir(parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as the object lives
            self._file.write(waveform.data)
        except OSError as error:
            reason = f"{error.strerror or error}; make room, or choose another folder with $RNNAPPS_CACHE"
            raise OSError(f"{folder}: decoded recordings cannot be kept there: {reason}") from None
        self._written += len(waveform)
