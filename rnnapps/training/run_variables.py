"""Every variable that training changes."""

from __future__ import annotations

from collections.abc import Sequence

import keras


def run_variables(
    model: keras.Model, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> dict[str, list[keras.Variable]]:
    """The variables of a run by where they live, in an order that every process finds.

    Returns:
        "model": weights, seed generators and the states of stateful layers; "optimizer"; "metrics": running sums;
        "callbacks": what those callbacks that have `variables` keep in them, such as an average of the weights.
    """
    # A stateful RNN keeps its states outside of the tracked variables.
    states = [
        state
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.RNN) and layer.states is not None
        for state in keras.tree.flatten(layer.states)
    ]
    tracked = {id(variable) for variable in model.variables}
    return {
        "model": [*model.variables, *(state for state in states if id(state) not in tracked)],
        "optimizer": list(model.optimizer.variables) if model.optimizer else [],
        "metrics": list(model.metrics_variables),
        "callbacks": [variable for callback in callbacks for variable in getattr(callback, "variables", ())],
    }
