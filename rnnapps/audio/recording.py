"""A recording: what was said in it, by whom, and its samples when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rnnapps.audio.archive import Archive
from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.read_audio import join, resampled
from rnnapps.audio.sound_file import Header, SoundFile

UNKNOWN = Header(float("nan"), 0, 0)


@dataclass(frozen=True, eq=False)
class Recording:
    """Somebody saying something.

    Fields:
        name: the path as the user wrote it, or of a zip file's member; every message calls it so.
        text: what is said.
        speaker: who says it; None where nobody knows.
        duration: seconds, from the file's header; nan where that cannot be read or does not say.
        rate: samples per second of the file; 0 where it cannot be read.
        channels: of the file; 0 where it cannot be read.
        source: the file, or the samples, (N,) float32 at `rate`.

    >>> Recording.from_array(np.zeros(800), 8000, "nothing", "silence").duration
    0.1
    """

    name: str
    text: str
    speaker: str | None
    duration: float
    rate: int
    channels: int
    source: SoundFile | np.ndarray = field(repr=False)

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        text: str,
        speaker: str | None = None,
        name: str | None = None,
        archive: Archive | None = None,
    ) -> Recording:
        """Of a file, or of a member of `archive`. One that cannot be read is no error before its waveform is asked for.

        Args:
            path: the file, or the member's name.
            text: what is said.
            speaker: who says it.
            name: what messages call it, by default its path.
            archive: the zip file.
        """
        source = SoundFile(str(path), archive, name or "")
        try:
            header = source.header()
        except (AudioFault, OSError):
            header = UNKNOWN
        return cls(source.called, text, speaker, header.duration, header.rate, header.channels, source)

    @classmethod
    def from_array(
        cls, samples: np.ndarray, rate: int, text: str, name: str = "recording", speaker: str | None = None
    ) -> Recording:
        """Of samples in memory, (N,) at `rate`."""
        samples = np.asarray(samples, np.float32)
        return cls(name, text, speaker, len(samples) / rate, rate, 1, samples)

    @property
    def exists(self) -> bool:
        """Whether its file is there."""
        if isinstance(self.source, SoundFile) and self.source.archive is None:
            return Path(self.source.path).exists()
        return True

    def waveform(self, rate: int) -> np.ndarray:
        """The samples, mono, resampled to `rate`.

        Returns:
            (N,) float32; N is duration times rate, rounded up.
        Raises:
            FileNotFoundError: the file is no longer there.
            AudioFault: a ValueError that names the recording and says what is wrong.
        """
        if isinstance(self.source, SoundFile):
            if not self.rate:
                self.source.header()  # raises what was wrong
            return join(resampled(self.source.blocks(), self.rate, rate))
        if not np.isfinite(self.source).all():
            raise AudioFault("not_finite", f"{self.name}: a sample is NaN or infinite")
        return join(resampled([self.source], self.rate, rate))
