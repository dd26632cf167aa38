"""Convolutions that make fewer frames of many, whole or chunk by chunk."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="rnnapps")
class ConvSubsampling(keras.layers.Layer):
    """Strided convolutions over time, each with a layer norm over its channels and a ReLU.

    y_t = relu(norm(sum_j W_j x_{t s + j - p} + b))      p = k - 1 if causal, else (k - 1) // 2

    With `over_bands` the convolutions go over the mel bands as well, 3 at a time and keeping every second one, and a
    linear map with a norm makes `width` numbers of what is left. They then know a sound a band higher or lower, of
    another voice or another vowel, which little data does not show otherwise.

    Differs from `keras.layers.Conv1D(padding="same")`, whose padding depends on the length of the batch and so moves
    the frames of a sequence when it is padded: here output t looks at the same frames whatever stands behind the end,
    and a norm over channels alone leaves every recording to itself.

    Args:
        filters: int > 0, channels of each convolution.
        kernel_size: int > 0, k, frames that each sees.
        strides: of each convolution, first to last; together they keep one frame of their product.
        causal: bool, see no later frame. Default False.
        over_bands: bool, see above. Default False.
        width: int > 0, of the output with `over_bands`; None is `filters`.
        parts: int > 0, equal parts of F that are the same bands: 1 + deltas. Default 1.

    Call arguments:
        sequences: (B, T, F) float.
        frames: (B,) int, true frames; what stands behind them is not looked at.
    Returns:
        (B, ceil(T / s), `width` or `filters`), zero behind the end, and (B,) ceil(frames / s); s is the product of
        `strides`.
    Raises:
        ValueError: a number below 1, no stride, or a stride wider than the convolution.

    >>> layer = ConvSubsampling(4, kernel_size=3, strides=(2, 2))
    >>> [tuple(part.shape) for part in layer(np.zeros((2, 9, 5)), np.array([9, 3]))]
    [(2, 3, 4), (2,)]

    Over bands: Amodei et al. 2016, Deep Speech 2, section 3.5.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: tuple[int, ...],
        causal: bool = False,
        over_bands: bool = False,
        width: int | None = None,
        parts: int = 1,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (("filters", filters), ("kernel_size", kernel_size), ("strides", min(strides, default=0))):
            if value < 1:
                raise ValueError(f"{name}={value}: expected at least 1")
        if kernel_size < max(strides):
            raise ValueError(f"kernel_size={kernel_size}: less than a stride of {strides}, frames would be skipped")
        self.filters, self.kernel_size, self.strides, self.causal = filters, kernel_size, tuple(strides), causal
        self.over_bands, self.width, self.parts = over_bands, width, parts
        self.convolutions = [self._convolution(stride, number) for number, stride in enumerate(self.strides)]
        axes = (-2, -1) if over_bands else -1
        self.norms = [
            keras.layers.LayerNormalization(axis=axes, name=f"norm_{number}") for number in range(len(self.strides))
        ]
        self.projection = keras.layers.Dense(width or filters, name="projection") if over_bands else None
        self.projection_norm = keras.layers.LayerNormalization(name="projection_norm") if over_bands else None

    def _convolution(self, stride, number):
        name = f"convolution_{number}"
        if self.over_bands:
            return keras.layers.Conv2D(self.filters, (self.kernel_size, 3), strides=(stride, 2), name=name)
        return keras.layers.Conv1D(self.filters, self.kernel_size, strides=stride, name=name)

    def build(self, sequences_shape, frames_shape=None):
        shape = (sequences_shape[-1],)
        if self.over_bands:
            if shape[0] % self.parts:
                raise ValueError(f"parts={self.parts}: {shape[0]} features cannot be divided so")
            shape = (shape[0] // self.parts, self.parts)
        self.shapes = []  # of a frame, before each convolution
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            self.shapes.append(shape)
            convolution.build((None, None, shape[0] + 2, shape[1]) if self.over_bands else (None, None, *shape))
            shape = (-(-shape[0] // 2), self.filters) if self.over_bands else (self.filters,)
            norm.build((None, None, *shape))
        if self.over_bands:
            self.projection.build((None, None, shape[0] * shape[1]))
            self.projection_norm.build((None, None, self.projection.units))
        self.built = True

    def call(self, sequences, frames):
        before = self.kernel_size - 1 if self.causal else (self.kernel_size - 1) // 2
        frames = tf.convert_to_tensor(frames)
        sequences = _without_padding(self._as_bands(sequences), frames)
        for number, stride in enumerate(self.strides):
            sequences = self._convolve(number, _padded(sequences, before, self.kernel_size - 1 - before))
            frames = -(-frames // stride)
            sequences = _without_padding(sequences, frames)
        return _without_padding(self._projected(sequences), frames), frames

    def initial_state(self, batch: int) -> list[tf.Tensor]:
        """The frames that each convolution still looks back on before the first one: (B, k - 1, ...), zero."""
        return [tf.zeros((batch, self.kernel_size - 1, *shape)) for shape in self.shapes]

    def stream(self, chunk: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """What can be said after `chunk`; all chunks together give what the whole sequence gives.

        Args:
            chunk: (B, t, F), any number of frames, also 0.
            state: as `initial_state` or the last call gave it; frames (B, n, ...) not yet used up.
        Returns:
            (B, t', `width` or `filters`) and the next state.
        Raises:
            ValueError: the convolutions are not causal.
        """
        if not self.causal:
            raise ValueError("causal=False: convolutions that look ahead cannot stream")
        size, after, chunk = self.kernel_size, [], self._as_bands(chunk)
        for number, (stride, kept) in enumerate(zip(self.strides, state, strict=True)):
            known = tf.concat([kept, chunk], axis=1)
            ready = tf.maximum((tf.shape(known)[1] - size) // stride + 1, 0)
            # At least one window, so that the convolution always has something to run over.
            chunk = self._convolve(number, _padded(known, 0, size))[:, :ready]
            after.append(known[:, ready * stride :])
        return self._projected(chunk), after

    def compute_output_shape(self, sequences_shape, frames_shape):
        time = sequences_shape[1]
        for stride in self.strides:
            time = None if time is None else -(-time // stride)
        return (sequences_shape[0], time, self.projection.units if self.over_bands else self.filters), frames_shape

    def get_config(self):
        names = ("filters", "kernel_size", "strides", "causal", "over_bands", "width", "parts")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _as_bands(self, sequences):
        """(B, T, F), or over bands (B, T, F / parts, parts)."""
        if not self.over_bands:
            return sequences
        batch, time = tf.shape(sequences)[0], tf.shape(sequences)[1]
        bands, parts = self.shapes[0]
        return tf.transpose(tf.reshape(sequences, (batch, time, parts, bands)), (0, 1, 3, 2))

    def _convolve(self, number, sequences):
        if self.over_bands:
            sequences = tf.pad(sequences, [[0, 0], [0, 0], [1, 1], [0, 0]])
        return tf.nn.relu(self.norms[number](self.convolutions[number](sequences)))

    def _projected(self, sequences):
        if not self.over_bands:
            return sequences
        batch, time = tf.shape(sequences)[0], tf.shape(sequences)[1]
        flat = tf.reshape(sequences, (batch, time, sequences.shape[2] * sequences.shape[3]))
        return self.projection_norm(self.projection(flat))


def _padded(sequences, before, behind):
    return tf.pad(sequences, [[0, 0], [before, behind], *[[0, 0]] * (len(sequences.shape) - 2)])


def _without_padding(sequences, frames):
    real = tf.sequence_mask(frames, tf.shape(sequences)[1], dtype=sequences.dtype)
    return sequences * tf.reshape(real, (*tf.unstack(tf.shape(real)), *[1] * (len(sequences.shape) - 2)))
