"""Convolutions that make fewer frames of many, whole or chunk by chunk."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="rnnapps")
class ConvSubsampling(keras.layers.Layer):
    """Strided convolutions over time, each with a layer norm over its channels and a ReLU.

    y_t = relu(norm(sum_j W_j x_{t s + j - p} + b))      p = k - 1 if causal, else (k - 1) // 2

    Differs from `keras.layers.Conv1D(padding="same")`, whose padding depends on the length of the batch and so moves
    the frames of a sequence when it is padded: here output t looks at the same frames whatever stands behind the end,
    and a norm over channels alone leaves every recording to itself.

    Args:
        filters: int > 0, channels of each convolution.
        kernel_size: int > 0, k, frames that each sees.
        strides: of each convolution, first to last; together they keep one frame of their product.
        causal: bool, see no later frame. Default False.

    Call arguments:
        sequences: (B, T, F) float.
        frames: (B,) int, true frames; what stands behind them is not looked at.
    Returns:
        (B, ceil(T / s), filters), zero behind the end, and (B,) ceil(frames / s), s the product of `strides`.
    Raises:
        ValueError: a number below 1, no stride, or a stride wider than the convolution.

    >>> layer = ConvSubsampling(4, kernel_size=3, strides=(2, 2))
    >>> [tuple(part.shape) for part in layer(np.zeros((2, 9, 5)), np.array([9, 3]))]
    [(2, 3, 4), (2,)]
    """

    def __init__(self, filters: int, kernel_size: int, strides: tuple[int, ...], causal: bool = False, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("filters", filters), ("kernel_size", kernel_size), ("strides", min(strides, default=0))):
            if value < 1:
                raise ValueError(f"{name}={value}: expected at least 1")
        if kernel_size < max(strides):
            raise ValueError(f"kernel_size={kernel_size}: less than a stride of {strides}, frames would be skipped")
        self.filters, self.kernel_size, self.strides, self.causal = filters, kernel_size, tuple(strides), causal
        self.convolutions = [
            keras.layers.Conv1D(filters, kernel_size, strides=stride, name=f"convolution_{number}")
            for number, stride in enumerate(self.strides)
        ]
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{number}") for number in range(len(self.strides))]

    def build(self, sequences_shape, frames_shape=None):
        width = sequences_shape[-1]
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            convolution.build((None, None, width))
            norm.build((None, None, self.filters))
            width = self.filters
        self.built = True

    def call(self, sequences, frames):
        before = self.kernel_size - 1 if self.causal else (self.kernel_size - 1) // 2
        around = [[0, 0], [before, self.kernel_size - 1 - before], [0, 0]]
        frames = tf.convert_to_tensor(frames)
        sequences = _without_padding(sequences, frames)
        for convolution, norm, stride in zip(self.convolutions, self.norms, self.strides, strict=True):
            sequences = tf.nn.relu(norm(convolution(tf.pad(sequences, around))))
            frames = -(-frames // stride)
            sequences = _without_padding(sequences, frames)
        return sequences, frames

    def initial_state(self, batch: int) -> list[tf.Tensor]:
        """The frames that each convolution still looks back on before the first one: (B, k - 1, channels), zero."""
        widths = [convolution.kernel.shape[1] for convolution in self.convolutions]
        return [tf.zeros((batch, self.kernel_size - 1, width)) for width in widths]

    def stream(self, chunk: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """What can be said after `chunk`; all chunks together give what the whole sequence gives.

        Args:
            chunk: (B, t, F), any number of frames, also 0.
            state: as `initial_state` or the last call gave it; frames (B, n, channels) not yet used up.
        Returns:
            (B, t', filters) and the next state.
        Raises:
            ValueError: the convolutions are not causal.
        """
        if not self.causal:
            raise ValueError("causal=False: convolutions that look ahead cannot stream")
        size, after = self.kernel_size, []
        for convolution, norm, stride, kept in zip(self.convolutions, self.norms, self.strides, state, strict=True):
            known = tf.concat([kept, chunk], axis=1)
            ready = tf.maximum((tf.shape(known)[1] - size) // stride + 1, 0)
            # At least one window, so that the convolution always has something to run over.
            chunk = convolution(tf.pad(known, [[0, 0], [0, size], [0, 0]]))[:, :ready]
            chunk = tf.nn.relu(norm(chunk))
            after.append(known[:, ready * stride :])
        return chunk, after

    def compute_output_shape(self, sequences_shape, frames_shape):
        time = sequences_shape[1]
        for stride in self.strides:
            time = None if time is None else -(-time // stride)
        return (sequences_shape[0], time, self.filters), frames_shape

    def get_config(self):
        names = ("filters", "kernel_size", "strides", "causal")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _without_padding(sequences, frames):
    real = tf.sequence_mask(frames, tf.shape(sequences)[1], dtype=sequences.dtype)
    return sequences * real[..., None]
