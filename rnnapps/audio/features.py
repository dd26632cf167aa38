"""What a network sees of a waveform, computed in the graph: equal to librosa's, whole or chunk by chunk."""

from __future__ import annotations

import functools

import keras
import tensorflow as tf

from rnnapps.audio.frames import output_frames
from rnnapps.audio.log_mel import fft_length_for, log_mel, mel_matrix

KINDS = ("log_mel", "mfcc")
NORMALIZATIONS = ("utterance", "running", "training", "none")
LEAST_DEVIATION = 1e-2  # dB


@keras.saving.register_keras_serializable(package="rnnapps")
class Features(keras.layers.Layer):
    """Log-mel bands or cepstral coefficients of waveforms, with differences over time, normalised."""

    def __init__(
        self,
        rate: int,
        kind: str = "log_mel",
        bands: int = 40,
        coefficients: int = 13,
        window: float = 0.025,
        hop: float = 0.010,
        deltas: int = 0,
        normalization: str = "utterance",
        lowest: float = 0.0,
        highest: float | None = None,
        fft_length: int | None = None,
        **kwargs,
    ):
        # Samples in half precision have no log-mel worth having: the compute dtype is the next layer's business.
        super().__init__(autocast=False, **kwargs)
        self.rate = rate
        self.kind = kind
        self.bands = bands
        self.coefficients = coefficients
        self.window = window
        self.hop = hop
        self.deltas = deltas
        self.normalization = normalization
        self.lowest = lowest
        self.highest = highest
        self.fft_length = fft_length
        self.window_samples = round(window * rate)
        self.hop_samples = round(hop * rate)

    @property
    def width(self) -> int:
        """F, numbers per frame."""
        return (self.bands if self.kind == "log_mel" else self.coefficients) * (1 + self.deltas)

    @functools.cached_property
    def _filters(self):
        highest = self.rate / 2 if self.highest is None else self.highest
        length = self.fft_length or fft_length_for(self.rate, self.window_samples, self.bands, self.lowest, highest)
        return mel_matrix(self.rate, length, self.bands, self.lowest, highest)

    def call(self, waveform, length=None):
        waveform = tf.cast(waveform, tf.float32)
        samples = tf.shape(waveform)[1]
        length = tf.fill(tf.shape(waveform)[:1], samples) if length is None else tf.cast(length, tf.int32)
        waveform = tf.where(tf.sequence_mask(length, samples), waveform, 0.0)
        before = (self.window_samples + 1) // 2
        padded = tf.pad(waveform, [[0, 0], [before, self.window_samples - before]])
        fft_length = 2 * (self._filters.shape[0] - 1)
        values = log_mel(padded, self.window_samples, self.hop_samples, fft_length, self._filters)  # B, T, F
        frames = output_frames(length, self.hop_samples)
        counts = tf.sequence_mask(frames, tf.shape(values)[1])[..., None]
        if self.normalization == "utterance":
            number = tf.cast(frames, tf.float32)[:, None, None]
            mean = tf.reduce_sum(tf.where(counts, values, 0.0), axis=1, keepdims=True) / number
            values = tf.where(counts, values - mean, 0.0)
            variance = tf.reduce_sum(tf.square(values), axis=1, keepdims=True) / number
            values /= tf.maximum(tf.sqrt(variance), LEAST_DEVIATION)
        return tf.where(counts, values, 0.0), frames

    def get_config(self):
        names = ("rate", "kind", "bands", "coefficients", "window", "hop", "deltas", "normalization")
        names += ("lowest", "highest", "fft_length")
        return super().get_config() | {name: getattr(self, name) for name in names}
