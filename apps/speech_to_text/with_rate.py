"""The rate that the network works at, where the options leave it to the recordings."""

from __future__ import annotations

import dataclasses
from collections import Counter

from .config import SpeechConfig
from .data import Corpus

HIGHEST_RATE = 16_000


def with_rate(config: SpeechConfig, corpus: Corpus) -> SpeechConfig:
    """The options with a number for features.rate: by default the commonest of the training recordings, at most 16000.

    Where none of them can be read it is 16000: what is wrong with each is then told when they are checked.
    """
    if config.features.rate is not None:
        return config
    rates = Counter(recording.rate for recording in corpus.training if recording.rate)
    rate = min(rates.most_common(1)[0][0], HIGHEST_RATE) if rates else HIGHEST_RATE
    return dataclasses.replace(config, features=dataclasses.replace(config.features, rate=rate))
