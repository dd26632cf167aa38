"""How many frames a recording gives."""

from __future__ import annotations

from typing import TypeVar

Count = TypeVar("Count")


def output_frames(samples: Count, hop: int, subsampling: int = 1) -> Count:
    """Frames that the network says something about.

    Features have a frame centred on every `hop`-th sample, the first on sample 0, as librosa's with `center=True`;
    subsampling keeps one frame of `subsampling`, rounded up.

    Args:
        samples: of the recording; a number, or any array or tensor of integers.
        hop: samples from frame to frame.
        subsampling: feature frames per output frame.
    """
    return -(-(samples // hop + 1) // subsampling)
