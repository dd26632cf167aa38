"""Variables that Keras would make late."""

from __future__ import annotations

import keras

from rnnapps.training.epoch_data import EpochData
from rnnapps.training.infer import infer


def build_layers(model: keras.Model, data: EpochData) -> None:
    """Makes the weights from a real batch: in the stream's signature a dimension they need may be free."""
    x, _, _ = keras.utils.unpack_x_y_sample_weight(data.first())
    infer(model, x)
    _reset_states(model)


def build_all(model: keras.Model, data: EpochData) -> None:
    """Makes every variable of the model, its metrics and its optimizer, so that there is something to restore into."""
    if not model.built:
        build_layers(model, data)
    # The only public call that builds the loss and the metrics of a model of any kind.
    model.test_on_batch(*keras.utils.unpack_x_y_sample_weight(data.first()))
    model.optimizer.build(model.trainable_variables)
    model.reset_metrics()
    _reset_states(model)


def _reset_states(model):
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.RNN) and layer.stateful:
            layer.reset_state()
