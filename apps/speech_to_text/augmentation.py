"""Section augment as what varies the training recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnapps.audio.augmentation import Augmentation
from rnnapps.audio.features import Features
from rnnapps.audio.read_audio import read_audio
from rnnapps.audio.spec_augment import SpecAugment

from .config import SpeechConfig


def waveform_augmentation(config: SpeechConfig, waveforms: Sequence[np.ndarray]) -> Augmentation | None:
    """What makes another waveform of one in training; None where section augment leaves waveforms alone.

    Args:
        config: sections features (a rate that is a number) and augment.
        waveforms: of the training side, which babble is made of.
    Raises:
        ValueError, FileNotFoundError: `augment.noise_path` is no folder, has no file, or one that cannot be read.
    """
    augment, rate = config.augment, config.features.rate
    if not (augment.speed or augment.gain or augment.noise):
        return None
    noises = recorded_noises(augment.noise_path, rate) if augment.noise and augment.noise_path else []
    return Augmentation(
        rate,
        speed=augment.speed,
        gain=augment.gain,
        noise=augment.noise,
        kinds=(*augment.noise_names, "recorded") if noises else augment.noise_names,
        least_snr=augment.least_snr,
        most_snr=augment.most_snr,
        voices=waveforms,
        noises=noises,
    )


def spec_augment(config: SpeechConfig, features: Features) -> SpecAugment:
    """The layer that hides stripes of `features` in training."""
    augment = config.augment
    return SpecAugment(
        augment.time_masks,
        round(augment.time_mask / config.features.hop),
        augment.frequency_masks,
        round(augment.frequency_mask * features.width / (1 + features.deltas)),
        parts=1 + features.deltas,
        seed=config.train.seed,
        name="spec_augment",
    )


def recorded_noises(folder: str, rate: int) -> list[np.ndarray]:
    """The waveforms of all files in a folder, by name.

    Raises:
        ValueError, FileNotFoundError: no such folder, no file in it, or one that cannot be read.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"augment.noise_path: {folder} is not a folder")
    paths = sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith("."))
    if not paths:
        raise ValueError(f"augment.noise_path: {folder} has no file; put recordings of noise there")
    return [read_audio(path, rate) for path in paths]
