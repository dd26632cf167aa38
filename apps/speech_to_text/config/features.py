"""Options of what the network sees of a waveform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FeaturesConfig:
    """Features of a recording.

    Args:
        rate: samples per second that the network works at; recordings of another rate are resampled. None takes the
            commonest rate of the training recordings, at most 16000.
        kind: log_mel or mfcc.
        bands: mel bands.
        coefficients: of kind mfcc.
        window: seconds that a frame sees.
        hop: seconds from frame to frame.
        deltas: 0, 1 (first differences too) or 2.
        normalization: utterance, running (past frames alone, as streaming needs), training (constants), or none.
    """

    rate: int | None = None
    kind: Literal["log_mel", "mfcc"] = "log_mel"
    bands: int = 40
    coefficients: int = 13
    window: float = 0.025
    hop: float = 0.010
    deltas: int = 0
    normalization: Literal["utterance", "running", "training", "none"] = "utterance"
