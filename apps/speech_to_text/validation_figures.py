"""What is measured of the validation side after an epoch."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from rnnapps.audio.waveform_batches import OrderedWaveforms, output_signature
from rnnapps.decoding.ctc import greedy
from rnnapps.training import DecodedMetric

from .model import Recognizer
from .score import accuracy, error_rates
from .units import Units


class ValidationFigures:
    """Loss, error rates and the share of frames without a symbol, in one pass over the validation side.

    Args:
        model: the network.
        batches: recordings in their order.
        texts: what is said in them, in the same order.
        units: what the texts are made of.

    Attributes:
        latest: dict, what was measured last, by the names that history.csv has for it: val_loss, and val_cer, val_wer
            (percent) and val_blank (share of frames), or val_accuracy (percent) of a keyword head. While val_blank is
            1, a CTC network says nothing at all, as each does at first.
    """

    def __init__(self, model: Recognizer, batches: OrderedWaveforms, texts: Sequence[str], units: Units):
        self.model, self.batches, self.texts, self.units = model, batches, texts, units
        self.latest: dict[str, float] = {}
        self._step = tf.function(self._measure_batch, input_signature=output_signature(), autograph=False)

    def measure(self) -> dict[str, float]:
        """The figures of the weights that are in the model now; `latest` from now on."""
        losses, rows, blank, frames, said = 0.0, 0, 0, 0, []
        for inputs, labels in self.batches.epoch(0):
            loss, found, batch_blank, batch_frames = self._step(inputs, labels)
            losses, rows = losses + float(loss) * len(labels), rows + len(labels)
            blank, frames = blank + int(batch_blank), frames + int(batch_frames)
            said += [self.units.decode(row[row >= 0]) for row in found.numpy()]
        self.latest = {"val_loss": losses / rows}
        if self.model.keyword is not None:
            self.latest["val_accuracy"] = accuracy(said, self.texts)
            return self.latest
        rates = error_rates(said, self.texts)
        self.latest |= {"val_cer": rates["cer"], "val_wer": rates["wer"]}
        if self.model.dense is not None:
            self.latest["val_blank"] = blank / frames
        return self.latest

    @property
    def silent(self) -> bool:
        """Whether nothing at all was recognised the last time."""
        return self.latest.get("val_blank") == 1

    def _measure_batch(self, inputs, labels):
        outputs = self.model(inputs, training=False)
        loss = self.model.compute_loss(inputs, labels, outputs, training=False)
        frames = outputs["frames"]
        blank = 0
        if self.model.keyword is not None:
            found = tf.argmax(outputs["logits"], axis=-1, output_type=tf.int32)[:, None]
        elif self.model.dense is not None:
            logits = outputs["logits"]
            found = greedy(tf.nn.log_softmax(logits), frames)[0]
            found = tf.where(found > 0, found, -1)
            silent = tf.equal(tf.argmax(logits, axis=-1), 0) & tf.sequence_mask(frames, tf.shape(logits)[1])
            blank = tf.math.count_nonzero(silent)
        else:
            found = self.model.attention.decode(outputs["memory"], frames, beam_size=1).labels[:, 0]
            found = tf.where(found > 0, found, -1)
        return loss, found, blank, tf.reduce_sum(frames)


class ForgiveSilence(keras.callbacks.Callback):
    """Gives a network that has said nothing yet as much patience as one that has not begun.

    It comes after `metric`, which has the figures measured.
    """

    def __init__(self, figures: ValidationFigures, metric: DecodedMetric):
        super().__init__()
        self.figures, self.metric = figures, metric

    def on_epoch_end(self, epoch, logs=None):
        if self.metric.name in logs and self.figures.silent:
            self.metric.wait = -1  # the next measurement, if it is no better, makes it 0


def evenly(count: int, most: int) -> np.ndarray:
    """Numbers of at most `most` of `count` rows, evenly over them; 0 means all.

    >>> evenly(5, 3).tolist()
    [0, 2, 4]
    """
    if not most or count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).round().astype(int)
