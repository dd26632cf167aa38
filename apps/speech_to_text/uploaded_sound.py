"""Sound that came over the network: decoded in memory, and no more of it than is allowed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.sound_file import SoundFile

NAME = "the recording"


class _Upload:
    """A file's content where `SoundFile` expects an archive that it is a member of.

    Then it is decoded by libsndfile, in memory; other programs of this machine never see it.
    """

    path = ""

    def __init__(self, content: bytes):
        self.content = content

    def read(self, name: str) -> bytes:
        return self.content


def uploaded_sound(content: bytes, max_seconds: float) -> tuple[int, Iterator[np.ndarray]]:
    """The rate of a file and its samples, channels averaged, in blocks.

    Args:
        content: of the file: WAV, FLAC, Ogg, Opus, MP3 or what else libsndfile knows.
        max_seconds: that it may last; compressed sound may be much longer than its size tells.
    Raises:
        ValueError: no sound, damaged, or too long; where only its end tells, while it is read.
    """
    if not content:
        raise ValueError("the body is empty; send the bytes of a recording")
    file = SoundFile("", _Upload(content), NAME)
    try:
        rate = file.header().rate
    except AudioFault as fault:
        raise ValueError(f"{fault}; send WAV, FLAC, Ogg, Opus, MP3 or AIFF") from None
    return rate, _at_most(file.blocks(), rate, max_seconds)


def _at_most(blocks: Iterator[np.ndarray], rate: int, max_seconds: float) -> Iterator[np.ndarray]:
    count = 0
    for block in blocks:
        count += len(block)
        if count > max_seconds * rate:
            raise ValueError(f"{NAME} lasts longer than {max_seconds:g} seconds; cut it up")
        yield block
