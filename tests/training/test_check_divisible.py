"""What cannot be divided among devices is refused, and what the refusal asks for is accepted."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import training
from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.training.distributed_step import DistributedStep

TOKENS = 5


class Weighed(keras.Sequential):
    def batch_weight(self, x, y):
        return tf.math.count_nonzero(y)


def take(loss, masked, kind=keras.Sequential, *layers):
    """Loss of a network whose logits are all 0, after a step on two rows of two real tokens and of one."""
    last = keras.layers.Dense(TOKENS, kernel_initializer="zeros")
    embedding = keras.layers.Embedding(TOKENS, 2, mask_zero=masked)
    model = kind([keras.Input((None,), dtype="int32"), embedding, *layers, last])
    model.compile("sgd", loss, jit_compile=False)
    ids = np.array([[1, 2], [3, 0]], "int32")
    spec = tf.TensorSpec((None, None), tf.int32)
    model.optimizer.build(model.trainable_variables)
    step = DistributedStep(model, training.Distribution(tf.distribute.get_strategy()), (spec, spec))
    return float(step.take((tf.constant(ids), tf.constant(ids)))["loss"])


def flat_loss(y, y_pred):
    return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, y_pred, from_logits=True))


CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
SUM = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")


@pytest.mark.parametrize(
    "given",
    [(CROSS_ENTROPY, False), (CROSS_ENTROPY, True, Weighed), (SmoothedCrossEntropy(), True)],
    ids=["no mask", "a model that weighs", "a loss that weighs"],
)
def test_a_mean_that_can_be_divided_is_taken(given):
    assert take(*given) == pytest.approx(np.log(TOKENS))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((CROSS_ENTROPY, True), "the outputs are masked.*give the model batch_weight"),
        ((flat_loss, False), "the loss flat_loss gives one number for a batch"),
        ((SUM, False), "reduction='sum' of .* cannot be divided.*use reduction='sum_over_batch_size'"),
        ((SUM, True, Weighed), "reduction='sum' of .* cannot be divided"),
        (
            (CROSS_ENTROPY, False, keras.Sequential, keras.layers.BatchNormalization(name="norm")),
            "norm would take its statistics from each device's rows alone",
        ),
    ],
    ids=["mask", "one number", "sum", "sum of a model that weighs", "batch normalization"],
)
def test_what_would_not_be_that_of_one_device_is_refused_in_one_line(given, message):
    with pytest.raises(ValueError, match=f"^train.strategy: {message}"):
        take(*given)
