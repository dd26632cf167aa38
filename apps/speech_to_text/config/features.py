"""Options of what the network sees of a waveform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within


@dataclass(frozen=True)
class FeaturesConfig:
    """Features of a recording.

    Args:
        rate: samples per second that the network works at; recordings of another rate are resampled. None takes the
            commonest rate of the training recordings, at most 16000.
        kind: log_mel, decibels in mel bands; or mfcc, their cepstral coefficients.
        bands: mel bands.
        coefficients: of kind mfcc, at most `bands`.
        window: seconds that a frame sees.
        hop: seconds from frame to frame, at most `window`.
        deltas: 0, 1 (slopes over nine frames too) or 2 (second derivatives too).
        normalization: of each channel to mean 0 and deviation 1: utterance, of the recording; running, of the frames so
            far, as streaming needs; training, of the training recordings; or none.
        lowest: Hz where the bands begin.
        highest: Hz where the bands end, at most half of `rate`; None is that half.
        top_db: decibels below the loudest band of a recording at which quieter ones are cut off; None does not, as
            streaming needs.
        memory: seconds after which a frame counts 1/e for running normalisation.
    """

    rate: int | None = None
    kind: Literal["log_mel", "mfcc"] = "log_mel"
    bands: int = 40
    coefficients: int = 13
    window: float = 0.025
    hop: float = 0.010
    deltas: int = 0
    normalization: Literal["utterance", "running", "training", "none"] = "utterance"
    lowest: float = 0.0
    highest: float | None = None
    top_db: float | None = None
    memory: float = 10.0

    def __post_init__(self):
        one_of(self, "features", "kind", ("log_mel", "mfcc"))
        one_of(self, "features", "normalization", ("utterance", "running", "training", "none"))
        within(self, "features", "bands", least=1)
        within(self, "features", "coefficients", least=1)
        within(self, "features", "deltas", least=0, most=2)
        within(self, "features", "window", above=0, most=1)
        within(self, "features", "hop", above=0, most=self.window)
        within(self, "features", "lowest", least=0)
        within(self, "features", "memory", above=0)
        if self.rate is not None:
            within(self, "features", "rate", least=1000, most=384000)
            within(self, "features", "lowest", below=self.rate / 2)
            if round(self.hop * self.rate) < 1:
                raise ValueError(f"features.hop: {self.hop} is less than one sample at features.rate {self.rate}")
        if self.highest is not None:
            most = None if self.rate is None else self.rate / 2
            within(self, "features", "highest", above=self.lowest, most=most)
        if self.top_db is not None:
            within(self, "features", "top_db", above=0)
        if self.kind == "mfcc" and self.coefficients > self.bands:
            raise ValueError(f"features.coefficients: {self.coefficients} is more than features.bands {self.bands}")
