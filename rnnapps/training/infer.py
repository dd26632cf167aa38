"""One call of a model as it is used after training."""

from __future__ import annotations

from typing import Any

import keras


def infer(model: keras.Model, x: Any) -> Any:
    """`model(x)` in inference mode, whether or not its `call` has a `training` argument."""
    x = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    return model(x, training=False) if model._call_has_training_arg else model(x)
