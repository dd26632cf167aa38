"""How large the gradient is, per layer and per time step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MethodType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnapps.layers.inner_layers import inner_layers, plain_name
from rnnapps.layers.replaced import replaced
from rnnapps.training.infer import infer
from rnnapps.training.run_variables import run_variables


@dataclass(frozen=True)
class GradientNorms:
    """Norms of the gradient of one batch's loss.

    Fields:
        weights: layer -> |dL/dW| over all weights of the layer.
        states: recurrent state -> (T,) array of |dL/dh_t| over the batch and the units, t being the position in
            the sequence, for backward layers too; 0 where no row has a step. "encoder/lstm h" is the output of
            an LSTM, "encoder/lstm c" its cell state, "decoder h" that of an attention decoder.
    """

    weights: dict[str, float]
    states: dict[str, np.ndarray]


def gradient_norms(model: keras.Model, x: Any, y: Any, sample_weight: Any = None) -> GradientNorms:
    """Norms of the gradients of the model's loss on one batch, by weight and by state at each time step.

    dL/dh_t is the **total** derivative: what L gains from h_t directly and through all later steps. When it falls
    from the last step to the first by many orders of magnitude, the gradient vanishes and early inputs are not
    learnt; when it rises, it explodes.

    The model runs eagerly in inference mode, so that dropout does not blur the curve, through the plain step of
    every cell whatever kernel the layer trains with, and without truncation. Neither weights, nor metrics, nor
    seeds, nor the states of stateful layers are changed. Layers without steps of a cell give no state curve; of a
    layer called several times the last call is shown.

    Args:
        model: compiled model, run once already or built. Its `call` must not be a `tf.function` of its own.
        x, y, sample_weight: one batch, as in `keras.Model.train_on_batch`.
    Returns:
        `GradientNorms`.

    Pascanu et al. 2013, On the difficulty of training recurrent neural networks, eq. 3-5.
    """
    x, y = (keras.tree.map_structure(tf.convert_to_tensor, value) for value in (x, y))
    with _unchanged(model), ExitStack() as stack:
        recorded = {}
        for name, layer in _recurrent_layers(model).items():
            recorded |= stack.enter_context(_states_recorded(name, layer))
        with tf.GradientTape() as tape:
            y_pred = infer(model, x)
            loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
    weights = _weights_by_layer(model)
    steps = {name: steps for name, steps in recorded.items() if steps}
    weight_gradients, step_gradients = tape.gradient(
        loss, [{name: [v.value for v in group] for name, group in weights.items()}, steps]
    )
    return GradientNorms(
        {name: _norm(gradients) for name, gradients in weight_gradients.items()},
        {name: np.array([_norm([gradient]) for gradient in gradients]) for name, gradients in step_gradients.items()},
    )


def _recurrent_layers(model):
    """Layers that run cells over time, by name."""
    return {
        name: layer
        for name, layer in inner_layers(model).items()
        if hasattr(layer, "inner_loop") and (hasattr(layer, "cell") or hasattr(layer, "cells"))
    }


@contextmanager
def _states_recorded(name: str, layer: keras.Layer) -> Iterator[dict[str, list[tf.Tensor]]]:
    """Within the block a pass of the layer writes every step's new states, each a tensor of its own."""
    cells = layer.cells if hasattr(layer, "cells") else _leaves(layer.cell)
    recorded = {}
    names = [
        [f"{name}{f'/{level + 1}' if len(cells) > 1 else ''} {state}" for state in _state_names(cell)]
        for level, cell in enumerate(cells)
    ]
    for state in (state for of_cell in names for state in of_cell):
        recorded[state] = []

    def recording(call, of_cell):
        def step(*args, **kwargs):
            output, new_states = call(*args, **kwargs)
            for state, value in zip(of_cell, keras.tree.flatten(new_states), strict=True):
                recorded[state].append(value)
            return output, new_states

        return step

    is_rnn = isinstance(layer, keras.layers.RNN)
    loop = MethodType(keras.layers.RNN.inner_loop, layer) if is_rnn else layer.inner_loop

    def inner_loop(*args, **kwargs):
        # Keras calls cells before the first step too, to learn their shapes: only the last T calls are steps.
        length = [*args, *kwargs.values()][0].shape[1]  # the sequences come first: B, T, D
        result = loop(*args, **kwargs)
        for steps in recorded.values():
            del steps[:-length]
        if getattr(layer, "go_backwards", False):
            for steps in recorded.values():
                steps.reverse()
        return result

    with ExitStack() as stack:
        stack.enter_context(replaced(layer, "inner_loop", inner_loop))
        if is_rnn:
            # No fused kernel may go around the cell. Keras's unrolled loop forgets to turn the mask around when it
            # runs backwards; run eagerly, the other one makes a tensor per step just as well.
            stack.enter_context(replaced(layer, "unroll", False))
            stack.enter_context(replaced(layer, "use_cudnn", False))
        else:
            # The hand-derived loop of an attention decoder does not call its cells.
            stack.enter_context(replaced(layer, "kernel", "reference"))
        for cell, of_cell in zip(cells, names, strict=True):
            stack.enter_context(replaced(cell, "call", recording(cell.call, of_cell)))
        yield recorded


def _leaves(cell):
    return cell.cells if isinstance(cell, keras.layers.StackedRNNCells) else [cell]


def _state_names(cell):
    count = len(keras.tree.flatten(cell.state_size))
    return ["h", "c"][:count] if count <= 2 else [f"state {index + 1}" for index in range(count)]


@contextmanager
def _unchanged(model):
    """Puts back everything but the trainable weights, which nothing here can change."""
    groups = run_variables(model)
    trainable = {id(variable) for variable in model.trainable_variables}
    kept = [v for v in [*groups["model"], *groups["metrics"]] if id(v) not in trainable]
    values = [variable.numpy() for variable in kept]
    try:
        yield
    finally:
        for variable, value in zip(kept, values, strict=True):
            variable.assign(value)


def _weights_by_layer(model):
    trainable = {id(variable) for variable in model.trainable_variables}
    layers = {plain_name(model): model, **inner_layers(model)}
    own = {name: [v for v in layer._trainable_variables if id(v) in trainable] for name, layer in layers.items()}
    return {name: weights for name, weights in own.items() if weights}


def _norm(gradients):
    known = [tf.convert_to_tensor(gradient) for gradient in gradients if gradient is not None]
    return float(tf.linalg.global_norm([tf.cast(gradient, tf.float32) for gradient in known])) if known else 0.0
