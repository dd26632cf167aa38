"""Section augment as the layer that hides parts of the features in training."""

from __future__ import annotations

from rnnapps.audio.features import Features
from rnnapps.audio.spec_augment import SpecAugment

from .config import SpeechConfig


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
