"""The rate that the network works at, where the options leave it to the recordings."""

from __future__ import annotations

import dataclasses
from collections import Counter

from rnnapps.audio.mel_bands import fft_length_for

from .config import FeaturesConfig, SpeechConfig
from .data import Corpus

HIGHEST_RATE = 16_000


def with_rate(config: SpeechConfig, corpus: Corpus) -> SpeechConfig:
    """The options with a number for features.rate: by default the commonest of the training recordings, at most 16000.

    Where none of them can be read it is 16000: what is wrong with each is then told when they are checked.

    Raises:
        ValueError: features that recordings of this rate cannot have.
    """
    if config.features.rate is None:
        rates = Counter(recording.rate for recording in corpus.training if recording.rate)
        rate = min(rates.most_common(1)[0][0], HIGHEST_RATE) if rates else HIGHEST_RATE
        config = dataclasses.replace(config, features=dataclasses.replace(config.features, rate=rate))
    _check_bands(config.features)
    return config


def _check_bands(features: FeaturesConfig) -> None:
    highest = features.rate / 2 if features.highest is None else features.highest
    try:
        fft_length_for(features.rate, round(features.window * features.rate), features.bands, features.lowest, highest)
    except ValueError as error:
        raise ValueError(f"features.{error}") from None
