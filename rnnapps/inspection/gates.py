"""What opens and closes inside recurrent layers over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnapps.kernels import reference
from rnnapps.layers import AttentionDecoder
from rnnapps.layers.inner_layers import inner_layers
from rnnapps.layers.recurrent import RecurrentCell, RecurrentLayer
from rnnapps.layers.replaced import replaced

STATES = ("output", "cell state")


@dataclass(frozen=True)
class GateActivations:
    """Gates and states of one layer over time, in the order of the sequence whichever way the layer reads it.

    Fields:
        values: name -> (B, T, U) float32, NaN where a step is masked. An LSTM has "input gate", "forget gate",
            "candidate", "output gate", then "output" h and "cell state" c; a GRU "update gate" z (1 keeps the old
            state), "reset gate", "candidate" and "output"; a SimpleRNN "output".
    """

    values: dict[str, np.ndarray]

    @property
    def output(self) -> np.ndarray:
        """(B, T, U) h."""
        return self.values["output"]

    def row(self, index: int) -> dict[str, np.ndarray]:
        """name -> (T', U) of one row of the batch, without its masked steps."""
        valid = ~np.isnan(self.output[index]).any(axis=-1)
        return {name: values[index][valid] for name, values in self.values.items()}


def gate_activations(
    layer: RecurrentLayer, sequences, initial_state=None, mask: tf.Tensor | None = None
) -> GateActivations:
    """Gates and states of a layer at every step of its input, in inference.

    They come from the plain step (`rnnapps.kernels.reference`), whatever loop the layer itself runs on.

    Args:
        layer: a built `SimpleRNN`, `LSTM` or `GRU` of rnnapps.layers.
        sequences: (B, T, D) float.
        initial_state: tensors (B, U), zeros by default.
        mask: (B, T) bool, False where a step leaves the states alone.
    Raises:
        ValueError: a layer of another kind, or one that is not built.

    >>> from rnnapps.layers import LSTM
    >>> layer = LSTM(3, return_sequences=True)
    >>> output = layer(np.ones((2, 5, 4), "float32"))
    >>> found = gate_activations(layer, np.ones((2, 5, 4), "float32"))
    >>> list(found.values)
    ['input gate', 'forget gate', 'candidate', 'output gate', 'output', 'cell state']
    >>> bool(np.allclose(found.output, output, atol=1e-5))
    True
    """
    if not isinstance(layer, RecurrentLayer):
        raise ValueError(f"layer: expected a SimpleRNN, LSTM or GRU of rnnapps.layers, got {type(layer).__name__}")
    if not layer.built:
        raise ValueError(f"layer: {layer.name} has no weights yet; call it once before")
    cell = layer.cell
    x = tf.cast(tf.convert_to_tensor(sequences), cell.compute_dtype)
    states = _states(layer, initial_state, len(x))
    if mask is not None:
        mask = tf.reshape(tf.cast(mask, tf.bool), x.shape[:2])[..., None]
        x = tf.where(mask, x, tf.zeros_like(x))
    parameters = cell.parameters(False, x[:, 0], states[0])
    found: list[dict[str, tf.Tensor]] = []
    order = range(x.shape[1])
    for t in reversed(order) if layer.go_backwards else order:
        new, gates = _step(cell, parameters, x[:, t], states)
        if mask is not None:
            new = tuple(tf.where(mask[:, t], n, o) for n, o in zip(new, states, strict=True))
        states = new
        found.append({**gates, **dict(zip(STATES, states, strict=False))})
    if layer.go_backwards:
        found.reverse()
    return _stacked(found, None if mask is None else mask[..., 0].numpy())


def recurrent_parts(model: keras.Model) -> dict[str, Any]:
    """Where a model has gates: name -> its recurrent layers, and the cells of its attention decoders.

    Cells of a decoder are (decoder, number of the cell).
    """
    parts: dict[str, Any] = {}
    for name, layer in inner_layers(model).items():
        if isinstance(layer, RecurrentLayer):
            parts[name] = layer
        elif isinstance(layer, AttentionDecoder) and all(isinstance(cell, RecurrentCell) for cell in layer.cells):
            parts |= {f"{name}/cell_{number + 1}": (layer, number) for number in range(len(layer.cells))}
    return parts


def gates_in(model: keras.Model, run: Callable[[], Any], names: list[str] | None = None) -> dict[str, GateActivations]:
    """Gates and states of a model's recurrent layers while it runs.

    Args:
        model: built.
        run: runs the model eagerly, in inference, on what is to be seen. Of a layer that runs several times the last
            time is shown; of a decoder the last whole target, not the single steps of a search.
        names: of `recurrent_parts`; by default all.
    Returns:
        by name; what did not run is not among them.
    Raises:
        ValueError: an unknown name.
    """
    parts = recurrent_parts(model)
    for name in names or ():
        if name not in parts:
            raise ValueError(f"layer {name!r} is none of the model's: {', '.join(parts)}")
    wanted = {name: part for name, part in parts.items() if names is None or name in names}
    with ExitStack() as stack:
        recorded = {name: stack.enter_context(_recorded(part)) for name, part in wanted.items()}
        run()
    return {
        name: gate_activations(part, *calls[-1]) if isinstance(part, RecurrentLayer) else _of_cell(part, calls)
        for (name, part), calls in zip(wanted.items(), recorded.values(), strict=True)
        if calls
    }


@contextmanager
def _recorded(part) -> Iterator[list]:
    """Within the block a layer's inputs, states and mask are kept, or the input and states of each step of a cell."""
    calls: list = []
    if isinstance(part, RecurrentLayer):
        loop = part.inner_loop

        def inner_loop(sequences, initial_state, mask, training=False):
            calls.append((sequences, initial_state, mask))
            return loop(sequences, initial_state, mask, training=training)

        with replaced(part, "inner_loop", inner_loop):
            yield calls
        return
    decoder, number = part
    cell = decoder.cells[number]
    call, loop = cell.call, decoder.inner_loop

    def step(inputs, states, training=False):
        calls.append((inputs, tuple(states) if isinstance(states, (list, tuple)) else (states,)))
        return call(inputs, states, training=training)

    def inner_loop(*args, **kwargs):
        calls.clear()
        with replaced(cell, "call", step):
            return loop(*args, **kwargs)

    # The hand-derived loop of a decoder does not call its cells.
    with replaced(decoder, "kernel", "reference"), replaced(decoder, "inner_loop", inner_loop):
        yield calls


def _of_cell(part, calls: list) -> GateActivations:
    decoder, number = part
    cell, found = decoder.cells[number], []
    for inputs, states in calls:
        new, gates = _step(cell, cell.parameters(False, inputs, states[0]), inputs, states)
        found.append({**gates, **dict(zip(STATES, new, strict=False))})
    return _stacked(found, None)


def _step(cell: RecurrentCell, parameters, x: tf.Tensor, states: tuple) -> tuple[tuple, dict[str, tf.Tensor]]:
    """New states, zoneout included, and what opened and closed."""
    new, gates = reference.gated_step(x, states, parameters)
    shares = cell.keep_new(tuple(state.shape for state in states), False)
    mixed = (n if k is None else k * n + (1 - k) * o for n, o, k in zip(new, states, shares, strict=True))
    return tuple(mixed), gates


def _stacked(found: list[dict[str, tf.Tensor]], mask: np.ndarray | None) -> GateActivations:
    values = {name: np.stack([np.asarray(step[name], "float32") for step in found], axis=1) for name in found[0]}
    if mask is not None:
        values = {name: np.where(mask[..., None], value, np.float32(np.nan)) for name, value in values.items()}
    return GateActivations(values)


def _states(layer, initial_state, batch: int) -> tuple:
    if initial_state is None:
        initial_state = layer.get_initial_state(batch)
    states = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
    return tuple(tf.convert_to_tensor(state) for state in states)
