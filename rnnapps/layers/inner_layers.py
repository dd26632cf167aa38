"""The layers inside a model, by names that do not depend on what was made before it."""

from __future__ import annotations

import itertools
import re

import keras


def inner_layers(model: keras.layers.Layer) -> dict[str, keras.layers.Layer]:
    """Every layer inside another one, at any depth and each once, behind the names of those around it: "encoder/lstm".

    They come in the order in which they were made; Keras's own walk turns it around at every level. Keras numbers the
    layers of a class through a whole process. Here a layer named after its class is numbered among its neighbours, as
    in a fresh process: "lstm", "lstm_1".

    >>> model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(2, name="last")])
    >>> list(inner_layers(model))
    ['dense', 'last']
    """
    found: dict[str, keras.layers.Layer] = {}
    _find(model, "", found, set())
    return found


def plain_name(layer: keras.layers.Layer) -> str:
    """The layer's name without the number that Keras gives to layers that are named after their class."""
    words = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", type(layer).__name__)).lower()
    made_up = re.fullmatch(rf"((?:forward_|backward_)?{words})(?:_\d+)+", layer.name)
    return made_up.group(1) if made_up else layer.name


def _find(layer, before: str, found: dict, seen: set[int]) -> None:
    for inner in layer._layers:
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        plain = before + plain_name(inner)
        numbered = (f"{plain}_{number}" if number else plain for number in itertools.count())
        name = next(name for name in numbered if name not in found)
        found[name] = inner
        _find(inner, f"{name}/", found, seen)
