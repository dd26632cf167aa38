"""An unbuilt copy of a layer from its configuration, for wrappers that need the same layer more than once."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras.src.backend.common import global_state

# Where wrappers keep the layers they run; a change of arguments concerns those too.
WRAPPED = ("layer", "backward_layer")


def copy_layer(layer: keras.layers.Layer, *, seed_offset: int = 0, **arguments) -> keras.layers.Layer:
    """A new, unbuilt layer with the configuration of `layer`.

    Args:
        layer: any serialisable layer. Its weights are not copied.
        seed_offset: int, added to every integer seed in the configuration, those of
            initializers included: two copies that drew the same dropout masks or
            started from the same weights would be one layer twice.
        arguments: constructor arguments to replace, in the layer and in the layers that
            it wraps (`name` in the layer alone).
    """
    with never_shared():
        serialized = _move_seeds(serialize_layer(layer), seed_offset)
        name = arguments.pop("name", layer.name)
        _replace(serialized, arguments)
        serialized["config"]["name"] = name
        copy = keras.saving.deserialize_keras_object(serialized)
    _carry_use_cudnn(layer, copy)
    return copy


@contextmanager
def never_shared() -> Iterator[None]:
    """Layers deserialised in here are new ones, also while `keras.models.load_model` runs.

    Loading, Keras takes whatever is serialised twice at one address for one shared object and gives that back: the
    copies of a template would be one layer, and a layer made where a temporary one had stood would be that one.
    """
    names = ("shared_objects/id_to_obj_map", "shared_objects/id_to_config_map")
    seen = [global_state.get_global_attribute(name) for name in names]
    try:
        for name in names:
            global_state.set_global_attribute(name, None)
        yield
    finally:
        for name, objects in zip(names, seen, strict=True):
            global_state.set_global_attribute(name, objects)


def serialize_layer(layer: keras.layers.Layer) -> dict:
    """The layer's serialised form without the input shape it was built for, which a copy need not share."""
    return _without_shapes(keras.saving.serialize_keras_object(layer))


def _without_shapes(value):
    if isinstance(value, (list, tuple)):
        return [_without_shapes(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_shapes(item) for key, item in value.items() if key != "build_config"}
    return value


def _move_seeds(value, seed_offset: int):
    if isinstance(value, list):
        return [_move_seeds(item, seed_offset) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {key: _move_seeds(item, seed_offset) for key, item in value.items()}
    if isinstance(moved.get("seed"), int):
        moved["seed"] += seed_offset
    return moved


def _replace(serialized: dict, arguments: dict) -> None:
    config = serialized["config"]
    wrapped = [config[key] for key in WRAPPED if config.get(key)]
    for inner in wrapped:
        _replace(inner, arguments)
    if not wrapped:
        config.update(arguments)


def _carry_use_cudnn(layer: keras.layers.Layer, copy: keras.layers.Layer) -> None:
    """Keras does not serialise `use_cudnn`, and a layer that cuDNN cannot compute relies on it."""
    if hasattr(layer, "use_cudnn"):
        copy.use_cudnn = layer.use_cudnn
    for direction in ("forward_layer", "backward_layer"):
        if hasattr(layer, direction):
            _carry_use_cudnn(getattr(layer, direction), getattr(copy, direction))
