"""What a network sees of a waveform, computed in the graph: equal to librosa's, whole or chunk by chunk."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from rnnapps.audio.deltas import stream_deltas, with_deltas
from rnnapps.audio.frames import output_frames
from rnnapps.audio.log_mel import cosine_matrix, log_mel
from rnnapps.audio.mel_bands import fft_length_for, mel_matrix, resolved
from rnnapps.audio.running_normalization import RunningNormalization

KINDS = ("log_mel", "mfcc")
NORMALIZATIONS = ("utterance", "running", "training", "none")
LEAST_DEVIATION = 1e-2  # dB: less is rounding, or the silence of a file without sound
PRIOR = 1.0  # seconds


@keras.saving.register_keras_serializable(package="rnnapps")
class Features(keras.layers.Layer):
    """Log-mel bands or cepstral coefficients of waveforms, with their changes over time, normalised.

    P_t = |FFT(hann * frame_t)|^2           frame t is centred on sample t * hop, zeros stand around the recording
    log_mel: 10 log10(max(M P_t, 1e-10))    M triangles on Slaney's mel scale
    mfcc: the first coefficients of the orthonormal DCT-II of those

    Equal to `librosa.power_to_db(librosa.feature.melspectrogram(pad_mode="constant", win_length=..., ...), top_db=...)`
    and to `librosa.feature.mfcc` and `librosa.feature.delta` of it. Differs from `keras.layers.MelSpectrogram`: that
    takes its floor over a whole batch, so that recordings change their neighbours.

    Args:
        rate: samples per second.
        kind: "log_mel" or "mfcc".
        bands: mel bands.
        coefficients: of kind mfcc, at most `bands`.
        window: seconds that a frame sees.
        hop: seconds from frame to frame, at most `window`.
        deltas: 0; 1 appends slopes over nine frames; 2 second derivatives too.
        normalization: each channel to mean 0 and deviation 1: of the recording ("utterance"), of the frames so far
            ("running"), of the training recordings ("training"), or not at all ("none"). `adapt` tells the second
            what to begin with and the third what to use; it takes mean 0 and deviation 1 otherwise.
        lowest, highest: Hz that the bands cover; None is half of `rate`.
        top_db: decibels below the loudest band of the recording at which bands are cut off; None does not.
        memory: seconds after which a frame counts 1/e for "running".
        fft_length: samples; None is the shortest power of two that holds the window and leaves no band deaf.

    Call arguments:
        waveform: (B, N) float in [-1, 1]; what stands behind `length` is not heard.
        length: (B,) int, true samples; None is N for all.
    Returns:
        (B, N // hop + 1, F) float32 whatever the compute dtype, zero behind the end, and the true frames (B,)
        length // hop + 1. A recording's features do not depend on the others in the batch, nor on padding.
    Raises:
        ValueError: an unknown kind or normalisation, or a number that does not fit the others.

    >>> features, frames = Features(rate=8000, deltas=1)(np.zeros((2, 8000)), np.array([8000, 4000]))
    >>> tuple(features.shape), frames.numpy().tolist()
    ((2, 101, 80), [101, 51])
    """

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
        top_db: float | None = None,
        memory: float = 10.0,
        fft_length: int | None = None,
        **kwargs,
    ):
        # Samples in half precision have no spectrum worth having: the compute dtype is the next layer's business.
        super().__init__(autocast=False, **kwargs)
        self.rate, self.kind, self.bands, self.coefficients = rate, kind, bands, coefficients
        self.window, self.hop, self.deltas, self.normalization = window, hop, deltas, normalization
        self.lowest, self.highest, self.top_db = lowest, highest, top_db
        self.memory, self.fft_length = memory, fft_length
        self.window_samples, self.hop_samples = round(window * rate), round(hop * rate)
        self._check()
        self._running = RunningNormalization(memory * rate / self.hop_samples, PRIOR / hop, LEAST_DEVIATION)
        for name, start in (("mean", "zeros"), ("deviation", "ones")):
            weight = self.add_weight(shape=(self.width,), initializer=start, trainable=False, name=name)
            setattr(self, name, weight)

    @property
    def width(self) -> int:
        """F, numbers per frame."""
        return (self.bands if self.kind == "log_mel" else self.coefficients) * (1 + self.deltas)

    def adapt(self, waveforms: Iterable[np.ndarray]) -> None:
        """Takes the mean and deviation of each channel over recordings (N,) of the training side.

        Raises:
            ValueError: there is none.
        """
        count, total, squares = 0, np.zeros(self.width), np.zeros(self.width)
        measured = tf.function(self._measured, input_signature=[tf.TensorSpec((1, None))])
        for waveform in waveforms:
            values = measured(np.asarray(waveform, "float32")[None])[0].numpy().astype("float64")
            count, total, squares = count + len(values), total + values.sum(0), squares + np.square(values).sum(0)
        if not count:
            raise ValueError("waveforms: there is none to take the mean of")
        mean = total / count
        self.mean.assign(mean)
        self.deviation.assign(np.maximum(np.sqrt(np.maximum(squares / count - mean**2, 0)), LEAST_DEVIATION))

    def call(self, waveform, length=None):
        waveform = tf.cast(waveform, tf.float32)
        samples = tf.shape(waveform)[1]
        if length is None:
            length = tf.fill(tf.shape(waveform)[:1], samples)
        length = tf.minimum(tf.cast(length, tf.int32), samples)
        frames = output_frames(length, self.hop_samples)
        values = self._measured(tf.where(tf.sequence_mask(length, samples), waveform, 0.0), frames)
        true = tf.sequence_mask(frames, tf.shape(values)[1])[..., None]
        if self.normalization == "utterance":
            values = self._by_utterance(values, true, frames)
        elif self.normalization == "running":
            values, _ = self._running(values, tf.convert_to_tensor(self.mean), self._running_state(tf.shape(values)[0]))
        elif self.normalization == "training":
            values = (values - self.mean) / self.deviation
        return tf.where(true, values, 0.0), frames

    def initial_state(self, batch: int = 1) -> dict[str, tf.Tensor]:
        """What `stream` knows before the first chunk: samples (B, n), held frames (B, n, F), sums (B, 2F + 1).

        Raises:
            ValueError: normalisation or `top_db` needs the whole recording.
        """
        if self.normalization == "utterance" or self.top_db is not None:
            option = "top_db" if self.top_db is not None else "normalization='utterance'"
            raise ValueError(f"{option} needs the whole recording; streaming takes running, training or none")
        state = {"samples": tf.zeros((batch, self._before))}
        if self.deltas:
            state["held"] = tf.zeros((batch, 0, self.width // (1 + self.deltas)))
        if self.normalization == "running":
            state["sums"] = self._running_state(batch)
        return state

    def stream(
        self, chunk: tf.Tensor, state: dict[str, tf.Tensor], last: bool | tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """The next frames; those of all chunks together are those of the whole recording.

        Args:
            chunk: (B, n) samples, any number of them, also 0.
            state: as `initial_state` or the last call gave it.
            last: () bool, nothing comes after this chunk.
        Returns:
            (B, t, F), t from 0 on, and the next state.
        """
        end = tf.where(last, self.window_samples - self._before, 0)
        samples = tf.concat([state["samples"], tf.cast(chunk, tf.float32)], axis=1)
        samples = tf.pad(samples, [[0, 0], [0, end]])
        values = self._of_kind(self._log_mel(samples))
        after = {"samples": samples[:, tf.shape(values)[1] * self.hop_samples :]}
        if self.deltas:
            values, after["held"] = stream_deltas(values, state["held"], last, self.deltas)
        if self.normalization == "running":
            values, after["sums"] = self._running(values, tf.convert_to_tensor(self.mean), state["sums"])
        elif self.normalization == "training":
            values = (values - self.mean) / self.deviation
        return values, after

    def compute_output_shape(self, waveform_shape, length_shape=None):
        batch, samples = waveform_shape
        frames = None if samples is None else output_frames(samples, self.hop_samples)
        return (batch, frames, self.width), (batch,)

    def get_config(self):
        names = ("rate", "kind", "bands", "coefficients", "window", "hop", "deltas", "normalization")
        names += ("lowest", "highest", "top_db", "memory", "fft_length")
        return super().get_config() | {name: getattr(self, name) for name in names}

    @functools.cached_property
    def _filters(self) -> np.ndarray:
        return mel_matrix(self.rate, self.fft_length or self._shortest, self.bands, self.lowest, self._highest)

    @functools.cached_property
    def _shortest(self) -> int:
        return fft_length_for(self.rate, self.window_samples, self.bands, self.lowest, self._highest)

    @property
    def _highest(self) -> float:
        return self.rate / 2 if self.highest is None else self.highest

    @property
    def _before(self) -> int:
        # Samples before the one that a frame is centred on: librosa centres the window in an even number of samples.
        return (self.window_samples + 1) // 2

    def _measured(self, waveform, frames=None):
        """(B, N) -> (B, T, F), not normalised."""
        bands = self._log_mel(tf.pad(waveform, [[0, 0], [self._before, self.window_samples - self._before]]))
        if frames is None:
            frames = tf.fill(tf.shape(bands)[:1], tf.shape(bands)[1])
        if self.top_db is not None:
            true = tf.sequence_mask(frames, tf.shape(bands)[1])[..., None]
            loudest = tf.reduce_max(tf.where(true, bands, bands.dtype.min), axis=[1, 2], keepdims=True)
            bands = tf.maximum(bands, loudest - self.top_db)
        return with_deltas(self._of_kind(bands), frames, self.deltas)

    def _log_mel(self, padded):
        fft_length = 2 * (self._filters.shape[0] - 1)
        return log_mel(padded, self.window_samples, self.hop_samples, fft_length, self._filters)

    def _of_kind(self, bands):
        return bands if self.kind == "log_mel" else tf.matmul(bands, cosine_matrix(self.bands, self.coefficients))

    def _by_utterance(self, values, true, frames):
        number = tf.cast(frames, tf.float32)[:, None, None]
        # The same in all frames, as digital silence has it, becomes 0 and not what rounding makes of the mean.
        values -= values[:, :1]
        values -= tf.reduce_sum(tf.where(true, values, 0.0), axis=1, keepdims=True) / number
        variance = tf.reduce_sum(tf.where(true, tf.square(values), 0.0), axis=1, keepdims=True) / number
        return values / tf.maximum(tf.sqrt(variance), LEAST_DEVIATION)

    def _running_state(self, batch):
        return self._running.initial_state(batch, tf.square(tf.convert_to_tensor(self.deviation)))

    def _check(self):
        named = {name: getattr(self, name) for name in ("rate", "bands", "coefficients", "window_samples")}
        for name, value in (named | {"hop_samples": self.hop_samples}).items():
            if value < 1:
                raise ValueError(f"Features: {name}={value} must be at least 1")
        for name, allowed in (("kind", KINDS), ("normalization", NORMALIZATIONS), ("deltas", (0, 1, 2))):
            if getattr(self, name) not in allowed:
                choice = ", ".join(map(str, allowed))
                raise ValueError(f"Features: {name}={getattr(self, name)!r} is not one of {choice}")
        if self.hop_samples > self.window_samples:
            raise ValueError(f"Features: hop={self.hop} is longer than window={self.window}, samples would be skipped")
        if self.kind == "mfcc" and self.coefficients > self.bands:
            raise ValueError(f"Features: coefficients={self.coefficients} is more than bands={self.bands}")
        if not 0 <= self.lowest < self._highest <= self.rate / 2:
            raise ValueError(
                f"Features: lowest={self.lowest} and highest={self.highest} must rise within 0 .. {self.rate / 2:g} Hz"
            )
        if self.fft_length is not None and (self.fft_length < self.window_samples or self.fft_length % 2):
            raise ValueError(f"Features: fft_length={self.fft_length} must be even, at least {self.window_samples}")
        # Without one `_shortest` finds it, or tells how many bands there may be.
        if not resolved(self.rate, self.fft_length or self._shortest, self.bands, self.lowest, self._highest):
            raise ValueError(f"Features: fft_length={self.fft_length} is too short for bands={self.bands}")
        if self.memory <= 0:
            raise ValueError(f"Features: memory={self.memory} must be above 0")
