"""An unbuilt copy of a layer from its configuration, for wrappers that need the same layer more than once."""

import keras

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
    serialized = _move_seeds(serialize_layer(layer), seed_offset)
    name = arguments.pop("name", layer.name)
    _replace(serialized, arguments)
    serialized["config"]["name"] = name
    copy = keras.saving.deserialize_keras_object(serialized)
    _carry_use_cudnn(layer, copy)
    return copy


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
