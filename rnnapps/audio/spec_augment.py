"""Stripes of a spectrogram hidden in training."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="rnnapps")
class SpecAugment(keras.layers.Layer):
    """Hides stretches of time and ranges of channels, different ones in every recording and step.

    A stripe's width is uniform in 0 .. its largest, and its place uniform over what is there. What is hidden becomes
    the recording's mean of that channel, which is 0 after normalisation per utterance. In inference nothing changes.

    Differs from the paper: no time warping, which helped little there, and stripes in time are limited together, not
    each, to a share of the recording.

    Args:
        time_masks: int >= 0, stretches of time per recording.
        time_width: int >= 0, frames, the longest.
        frequency_masks: int >= 0, ranges of channels per recording.
        frequency_width: int >= 0, channels, the widest.
        time_share: float in [0, 1], of a recording's frames, that can be hidden at most by all stretches together.
        parts: int >= 1, equal parts of the channels that are hidden alike: 1 + deltas.
        seed: int or None, of what is hidden.

    Call arguments:
        features: (B, T, F) float.
        frames: (B,) int, true frames; what stands behind them stays as it is.
        training: bool.
    Returns:
        (B, T, F).
    Raises:
        ValueError: a number out of its range.

    >>> SpecAugment(2, 20, 2, 10)(np.ones((1, 9, 40)), np.array([9])).shape
    TensorShape([1, 9, 40])

    Park et al. 2019, SpecAugment: a simple data augmentation method for automatic speech recognition, section 2.
    """

    def __init__(
        self,
        time_masks: int = 2,
        time_width: int = 10,
        frequency_masks: int = 2,
        frequency_width: int = 6,
        time_share: float = 0.2,
        parts: int = 1,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        widths = {"time_masks": time_masks, "time_width": time_width}
        widths |= {"frequency_masks": frequency_masks, "frequency_width": frequency_width}
        for name, value in widths.items():
            if value < 0:
                raise ValueError(f"SpecAugment: {name}={value} must be at least 0")
        if not 0 <= time_share <= 1:
            raise ValueError(f"SpecAugment: time_share={time_share} must be in [0, 1]")
        if parts < 1:
            raise ValueError(f"SpecAugment: parts={parts} must be at least 1")
        self.time_masks, self.time_width, self.time_share = time_masks, time_width, time_share
        self.frequency_masks, self.frequency_width, self.parts = frequency_masks, frequency_width, parts
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, features_shape, frames_shape=None):
        if features_shape[-1] % self.parts:
            raise ValueError(f"SpecAugment: {features_shape[-1]} channels are not {self.parts} equal parts")
        self.built = True

    def call(self, features, frames, training=False):
        stripes = self.time_masks * self.time_width + self.frequency_masks * self.frequency_width
        if not training or not stripes:
            return features
        frames = tf.cast(frames, tf.int32)
        batch, steps, channels = tf.shape(features)[0], tf.shape(features)[1], features.shape[-1]
        real = tf.sequence_mask(frames, steps)  # B, T
        longest = tf.minimum(
            float(self.time_width), self.time_share / max(self.time_masks, 1) * tf.cast(frames, tf.float32)
        )
        bands = channels // self.parts
        widest = tf.fill([batch], float(min(self.frequency_width, bands)))
        hidden = self._stripes(self.time_masks, longest, tf.cast(frames, tf.float32), steps)[:, :, None]
        rows = self._stripes(self.frequency_masks, widest, tf.fill([batch], float(bands)), bands)
        hidden = (hidden | tf.tile(rows, [1, self.parts])[:, None]) & real[..., None]  # B, T, F
        number = tf.cast(tf.maximum(frames, 1), features.dtype)[:, None, None]
        mean = tf.reduce_sum(tf.where(real[..., None], features, 0), axis=1, keepdims=True) / number
        return tf.where(hidden, mean, features)

    def compute_output_shape(self, features_shape, frames_shape):
        return features_shape

    def get_config(self):
        names = ("time_masks", "time_width", "frequency_masks", "frequency_width", "time_share", "parts", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def _stripes(self, number, largest, length, size):
        """(B, size) bool: `number` stripes of up to `largest` (B,) within the first `length` (B,) positions."""
        shape = (tf.shape(length)[0], number)
        width = tf.floor(keras.random.uniform(shape, seed=self.seed_generator) * (tf.floor(largest)[:, None] + 1))
        free = length[:, None] - width + 1
        first = tf.floor(keras.random.uniform(shape, seed=self.seed_generator) * free)
        place = tf.range(size, dtype=tf.float32)[None, None]  # 1, 1, size
        inside = (place >= first[..., None]) & (place < (first + width)[..., None])
        return tf.reduce_any(inside, axis=1)
