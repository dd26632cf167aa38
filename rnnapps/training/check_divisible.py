"""What of a model is the same when the rows of a batch are divided among replicas."""

from __future__ import annotations

from typing import Any

import keras

MEANS = ("sum_over_batch_size", "mean")


def check_divisible(model: keras.Model) -> None:
    """Looks at layers and losses before a training.

    Args:
        model: compiled.
    Raises:
        ValueError: a loss is no mean over the rows, or a layer takes statistics from them.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            raise ValueError(
                f"train.strategy: {layer.name} would take its statistics from each device's rows alone; use "
                "LayerNormalization, or freeze it with trainable=False"
            )
    if hasattr(model.loss, "batch_weight"):
        return
    for loss in keras.tree.flatten(model.loss):
        weighed = hasattr(loss, "batch_weight") and hasattr(model, "batch_weight")
        reduction = getattr(loss, "reduction", MEANS[0])  # a name or a function, of which Keras takes the mean
        if reduction not in MEANS and not weighed:
            raise ValueError(
                f"train.strategy: reduction={reduction!r} of {loss.name} cannot be divided among devices; use "
                f"reduction={MEANS[0]!r}"
            )


def check_rows(model: keras.Model, y: Any, y_pred: Any) -> None:
    """Looks at what the model makes of a batch, in the graph of a step.

    Args:
        model: compiled.
        y: nested tensors, targets.
        y_pred: nested tensors, outputs.
    Raises:
        ValueError: the loss is a mean over something else than rows and nothing says how much of it they have.
    """
    if model.loss is None or hasattr(model.loss, "batch_weight"):
        return
    masked = any(getattr(output, "_keras_mask", None) is not None for output in keras.tree.flatten(y_pred))
    if masked and not hasattr(model, "batch_weight"):
        raise ValueError(
            "train.strategy: the outputs are masked, and the loss is a mean over what the mask leaves; give the model "
            "batch_weight(x, y): how much that is, such as the number of real tokens"
        )
    if callable(model.loss) and not isinstance(model.loss, keras.losses.Loss):
        if keras.tree.is_nested(y_pred) or model.loss(keras.ops.cast(y, y_pred.dtype), y_pred).shape.rank:
            return
        raise ValueError(
            f"train.strategy: the loss {model.loss.__name__} gives one number for a batch; let it give one for each row"
        )
