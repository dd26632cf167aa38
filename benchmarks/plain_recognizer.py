"""The recogniser without rnnapps, as a Keras user writes it: `keras.layers`, `keras.ops.ctc_loss`, `Model.fit`."""

from __future__ import annotations

import keras
import librosa
import tensorflow as tf
from keras import ops

from benchmarks.speech_workload import Workload

WINDOW, HOP, KERNEL, STRIDES = 0.025, 0.010, 5, (2, 2)


class PlainFeatures(keras.layers.Layer):
    """Log-mel bands of waveforms by `tf.signal.stft`, each recording standardised over its true frames."""

    def __init__(self, workload: Workload):
        super().__init__(autocast=False)
        self.window, self.hop = round(WINDOW * workload.rate), round(HOP * workload.rate)
        self.length = 1 << (self.window - 1).bit_length()
        self.filters = librosa.filters.mel(sr=workload.rate, n_fft=self.length, n_mels=workload.bands).T

    def call(self, waveform, samples):
        half = self.window // 2
        padded = tf.pad(waveform, [[0, 0], [half, half]])
        spectrum = tf.signal.stft(padded, self.window, self.hop, self.length)
        decibels = 10 * ops.log10(ops.maximum(ops.square(ops.abs(spectrum)) @ self.filters, 1e-10))
        frames = samples // self.hop + 1
        real = ops.expand_dims(tf.sequence_mask(frames, ops.shape(decibels)[1], dtype="float32"), -1)
        count = ops.cast(frames, "float32")[:, None, None]
        mean = ops.sum(decibels * real, axis=1, keepdims=True) / count
        variance = ops.sum(ops.square(decibels - mean) * real, axis=1, keepdims=True) / count
        return (decibels - mean) / ops.sqrt(variance) * real, frames


class PlainRecognizer(keras.Model):
    """Convolutions, recurrent layers and a dense layer over log-mel bands."""

    def __init__(self, workload: Workload, sparse_loss: bool = False):
        super().__init__()
        self.features = PlainFeatures(workload)
        self.sparse_loss, self.causal = sparse_loss, workload.streaming
        self.convolutions = [keras.layers.Conv1D(workload.filters, KERNEL, strides=stride) for stride in STRIDES]
        self.norms = [keras.layers.LayerNormalization() for _ in STRIDES]
        layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[workload.cell]
        self.recurrent = [layer(workload.units, return_sequences=True) for _ in range(workload.layers)]
        if not workload.streaming:
            self.recurrent = [keras.layers.Bidirectional(one) for one in self.recurrent]
        self.dense = keras.layers.Dense(workload.symbols)

    def build(self, *shapes):
        """Nothing: the layers are built as they are called."""

    def call(self, inputs):
        """{waveform, length} or {features, frames} to logits (B, T', V) and true frames (B,)."""
        if "waveform" in inputs:
            sequences, frames = self.features(inputs["waveform"], inputs["length"])
        else:
            sequences, frames = inputs["features"], inputs["frames"]
        before = KERNEL - 1 if self.causal else KERNEL // 2
        for convolution, norm, stride in zip(self.convolutions, self.norms, STRIDES, strict=True):
            sequences = ops.pad(sequences, [[0, 0], [before, KERNEL - 1 - before], [0, 0]])
            sequences = ops.relu(norm(convolution(sequences)))
            frames = (frames + stride - 1) // stride
            mask = tf.sequence_mask(frames, ops.shape(sequences)[1])
            sequences *= ops.cast(mask, "float32")[..., None]
        for layer in self.recurrent:
            sequences = layer(sequences, mask=mask)
        return {"logits": self.dense(sequences), "frames": frames}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean over recordings of the loss per symbol."""
        said = ops.count_nonzero(y, axis=1)
        loss = sparse_ctc if self.sparse_loss else ops.ctc_loss
        losses = loss(y, y_pred["logits"], said, y_pred["frames"])
        return ops.mean(losses / ops.cast(said, "float32"))


def sparse_ctc(labels, logits, said, frames):
    """The loss with sparse labels, for one who knows of it."""
    sparse = tf.sparse.from_dense(labels)
    return tf.nn.ctc_loss(sparse, logits, None, frames, logits_time_major=False, blank_index=0)
