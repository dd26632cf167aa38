"""What the options leave to the recordings and to each other."""

from __future__ import annotations

import dataclasses
from collections import Counter

from rnnapps.audio.mel_bands import fft_length_for

from .config import DecodeConfig, FeaturesConfig, SpeechConfig
from .data import Corpus

HIGHEST_RATE = 16_000


def resolve_options(config: SpeechConfig, corpus: Corpus) -> SpeechConfig:
    """The options with a value for those that are None until the recordings are known.

    features.rate: the commonest of the training recordings, at most 16000; 16000 where none of them can be read: what
    is wrong with each is then told when they are checked. decode.lm: word where the head has a search that knows
    language models, else none.

    Raises:
        ValueError: features that recordings of this rate cannot have.
    """
    if config.features.rate is None:
        rates = Counter(recording.rate for recording in corpus.training if recording.rate)
        rate = min(rates.most_common(1)[0][0], HIGHEST_RATE) if rates else HIGHEST_RATE
        config = dataclasses.replace(config, features=dataclasses.replace(config.features, rate=rate))
    _check_bands(config.features)
    if config.decode.lm is None:
        config = dataclasses.replace(config, decode=_with_language_model(config.decode, config.model.head))
    return config


def _with_language_model(decode: DecodeConfig, head: str) -> DecodeConfig:
    return dataclasses.replace(decode, lm="word" if head in ("ctc", "joint") and decode.beam_size > 1 else "none")


def _check_bands(features: FeaturesConfig) -> None:
    highest = features.rate / 2 if features.highest is None else features.highest
    try:
        fft_length_for(features.rate, round(features.window * features.rate), features.bands, features.lowest, highest)
    except ValueError as error:
        raise ValueError(f"features.{error}") from None
