"""One training step of a batch whose rows are spread over replicas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from rnnapps.training.check_divisible import check_divisible, check_rows
from rnnapps.training.distribution import Distribution


class DistributedStep:
    """A step as `keras.Model.fit` takes it, with the batch divided among replicas: `model.train_function`.

    Of a batch of B rows, replica r of N has the rows from r B / N to (r + 1) B / N. With its loss L_r, the mean over
    what its rows weigh together, w_r:

    L = sum_r w_r L_r / sum_r w_r,   g = sum_r w_r dL_r/dw / sum_r w_r

    which are the loss and the gradient of the whole batch, however many rows or tokens a replica has. Clipping, the
    optimizer and the moving average then see g as they do in one process. A replica without a row takes the first one
    with weight 0.

    w_r is `model.batch_weight(x, y)` where the model has it, else that of its loss, such as the real tokens of
    `SmoothedCrossEntropy`, else the number of rows. Random numbers, as of dropout, are each replica's own.

    Refused is what would not be exact: a loss of Keras's over masked outputs where nothing tells w_r, one that is no
    mean over rows, and BatchNormalization that learns, whose statistics would be those of a part of the rows.

    Args:
        model: compiled, built, with `compute_loss` divided by the number of replicas, as Keras's losses are.
        distribution: over what.
        signature: nested `tf.TensorSpec` of a batch.
    Raises:
        ValueError: `steps_per_execution` is not 1, or what is refused; masks show with the first step.
    """

    def __init__(self, model: keras.Model, distribution: Distribution, signature: Any):
        if model.steps_per_execution != 1:
            raise ValueError(f"steps_per_execution={model.steps_per_execution} must be 1 with a train.strategy")
        check_divisible(model)
        self.model, self.distribution = model, distribution
        self._step = tf.function(self._whole_batch, input_signature=[signature], autograph=False)

    def __call__(self, iterator: Iterator[Any]) -> dict[str, tf.Tensor]:
        """The step on the next batch; what the metrics say after it."""
        return self.take(next(iterator))

    def take(self, batch: Any) -> dict[str, tf.Tensor]:
        """The step on a batch."""
        return self._step(batch)

    def _whole_batch(self, batch):
        model = self.model
        found = self.distribution.run(self._own_rows, batch)
        weight = found["weight"]
        share = tf.math.divide_no_nan(1.0, tf.cast(weight, tf.float32))
        gradients = [None if g is None else _times(g, share) for g in found["gradients"]]
        model.optimizer.apply(gradients, model.trainable_variables)
        rows = tf.shape(tf.nest.flatten(batch)[0])[0]
        model._loss_tracker.update_state(tf.math.divide_no_nan(found["loss"], weight), sample_weight=rows)
        for variable, increase in zip(self._metric_variables(), found["metrics"], strict=True):
            variable.assign_add(tf.cast(increase, variable.dtype))
        return model.get_metrics_result()

    def _own_rows(self, batch):
        context, model = tf.distribute.get_replica_context(), self.model
        batch, present = _part(batch, context.replica_id_in_sync_group, context.num_replicas_in_sync)
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        weight = present * tf.cast(self._weight(x, y), tf.float32)
        with tf.GradientTape() as tape:
            y_pred = model(x, training=True) if model._call_has_training_arg else model(x)
            check_rows(model, y, y_pred)
            loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
            mean = tf.cast(loss, tf.float32) * context.num_replicas_in_sync
            scaled = model.optimizer.scale_loss(mean)
        gradients = tape.gradient(scaled, [variable.value for variable in model.trainable_variables])
        # Weighed only now: thousands of tokens times a gradient may be too much for half precision on the way back.
        known = [_times(gradient, weight) for gradient in gradients if gradient is not None]
        metrics = self._increases(x, y, y_pred, sample_weight)
        # They travel together, as one message, in one type.
        sums = [tf.cast(value, known[0].dtype) for value in (mean * weight, weight, *metrics)]
        sums[2:] = [tf.cast(present, known[0].dtype) * increase for increase in sums[2:]]
        added = iter(context.all_reduce(tf.distribute.ReduceOp.SUM, [*known, *sums]))
        return {
            "gradients": [None if gradient is None else next(added) for gradient in gradients],
            "loss": next(added),
            "weight": next(added),
            "metrics": list(added),
        }

    def _weight(self, x, y):
        for owner, arguments in ((self.model, (x, y)), (self.model.loss, (y,))):
            if hasattr(owner, "batch_weight"):
                return owner.batch_weight(*arguments)
        return tf.shape(tf.nest.flatten(x)[0])[0]

    def _increases(self, x, y, y_pred, sample_weight):
        """What the rows add to the sums that the metrics keep."""
        variables = self._metric_variables()
        empty = [(variable, tf.zeros_like(variable.value)) for variable in variables]
        with keras.StatelessScope(state_mapping=empty) as scope:
            self.model.compute_metrics(x, y, y_pred, sample_weight)
        return [scope.get_current_value(variable) for variable in variables]

    def _metric_variables(self):
        loss = {id(variable) for variable in self.model._loss_tracker.variables}
        return [variable for variable in self.model.metrics_variables if id(variable) not in loss]


def _part(batch, replica, replicas):
    """The replica's rows, and 1.0; or the first row and 0.0 where there is none for it."""
    rows = tf.shape(tf.nest.flatten(batch)[0])[0]
    start, end = rows * replica // replicas, rows * (replica + 1) // replicas
    present = end > start
    start, end = tf.where(present, start, 0), tf.where(present, end, 1)
    return tf.nest.map_structure(lambda value: value[start:end], batch), tf.cast(present, tf.float32)


def _times(gradient, factor):
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(_times(gradient.values, factor), gradient.indices, gradient.dense_shape)
    return gradient * tf.cast(factor, gradient.dtype)
