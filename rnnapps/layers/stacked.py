"""Recurrent layers on top of each other, with dropout and residual connections between."""

import keras
from keras import ops, tree

from rnnapps.layers.copy_layer import copy_layer, serialize_layer


@keras.saving.register_keras_serializable(package="rnnapps")
class Stacked(keras.layers.Layer):
    """Recurrent layers on top of each other: the sequence of one is the input of the next.

    x^1 = input
    y^1 = layer^1(x^1)
    y^l = layer^l(dropout(y^{l-1}))                  l = 2 .. L
    y^l = layer^l(dropout(y^{l-1})) + y^{l-1}        with `residual`

    Nothing is dropped from the input nor from the output of the stack, as in torch.nn.LSTM.
    A layer with `go_backwards` reads from the end, and its output is turned back, so that
    all layers, masks and residuals speak of the same step.

    Differs from `keras.layers.RNN([cell, cell])`: whole layers, not cells, so that each
    runs on its own time loop and may be `Bidirectional`; flat states; dropout between.

    Args:
        layers: list of recurrent layers, lowest first, or one layer as the template of all.
            They are copied from their configurations (weights are not taken over), and
            their `return_sequences` and `return_state` are set as the stack needs.
        depth: int > 0, L, for a template. Copy l has the template's integer seeds plus
            2 (l - 1), so that no two layers draw the same dropout or the same weights.
        dropout: float in [0, 1), share of y^{l-1} dropped in training. Default 0.
        variational_dropout: bool, drop the same features at all steps of a sequence
            (noise (B, 1, D)) instead of anew at each step. Default False.
        residual: bool, add the layer's input from the second layer on. Default False.
        return_sequences: bool, all steps or the last one. Default False.
        return_state: bool, also the last states of all layers. Default False.
        go_backwards: bool, read the sequence from its end; the output stays reversed, as
            in `keras.layers`, which lets `Bidirectional` wrap a stack. Default False.
        zero_output_for_mask: bool, zeros at padded steps. Default False.
        seed: int or None, for the dropout between the layers.

    Call arguments:
        sequences: (B, T, D) float.
        initial_state: flat list, the lowest layer's states first, each (B, U).
        mask: (B, T) bool, True where the step counts; given to every layer.
        training: bool.
    Returns:
        `return_sequences`: (B, T, U) of the top layer. Padded steps hold whatever the top
            layer gives there (plus the residual), or zero with `zero_output_for_mask`.
        otherwise: (B, U), the top layer's last output; with `residual` plus its input at
            the last valid step that it read (nothing in a row without valid steps).
        `return_state`: flat, (output, states of layer 1..., states of layer 2..., ...).
    Raises:
        ValueError: no layers; a template without `depth`, or a list with it; a layer
            without `return_sequences`; `merge_mode=None`; `dropout` outside [0, 1);
            when built, a residual over layers of different widths.

    >>> layer = Stacked(keras.layers.LSTM(3), 2, dropout=0.2, residual=True, return_state=True)
    >>> [tuple(part.shape) for part in layer(keras.ops.zeros((2, 5, 4)))]
    [(2, 3), (2, 3), (2, 3), (2, 3), (2, 3)]

    Graves et al. 2013, Speech recognition with deep recurrent neural networks, eq. 9-10;
    residual: Wu et al. 2016, Google's neural machine translation system, eq. 6; variational
    dropout: Gal & Ghahramani 2016.
    """

    def __init__(
        self,
        layers: keras.layers.Layer | list[keras.layers.Layer],
        depth: int | None = None,
        dropout: float = 0.0,
        variational_dropout: bool = False,
        residual: bool = False,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must lie in [0, 1), received dropout={dropout}")
        originals = _originals(layers, depth)
        self.layers = [
            copy_layer(
                layer,
                name=layer.name if depth is None or index == 0 else f"{layer.name}_{index}",
                seed_offset=0 if depth is None else 2 * index,
                return_sequences=return_sequences or index < len(originals) - 1,
                return_state=True,
            )
            for index, layer in enumerate(originals)
        ]
        self.depth = depth
        self.dropout = dropout
        self.variational_dropout = variational_dropout
        self.residual = residual
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.zero_output_for_mask = zero_output_for_mask
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.stateful = any(layer.stateful for layer in self.layers)
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self.supports_masking = True

    @property
    def state_size(self) -> list[int]:
        """Widths of the flat states, lowest layer first."""
        return [size for layer in self.layers for size in _state_sizes(layer)]

    @property
    def states(self) -> tuple | None:
        """The carried states of stateful layers, flat, or None before the stack is built."""
        states = [layer.states for layer in self.layers if layer.stateful]
        return tuple(tree.flatten(states)) if states and None not in states else None

    def build(self, sequences_shape, initial_state_shape=None):
        shape = tuple(sequences_shape)
        for index, layer in enumerate(self.layers):
            if not layer.built:
                layer.build(shape)
            width = layer.compute_output_shape(shape)[0][-1]
            if self.residual and index > 0 and width != shape[-1]:
                raise ValueError(
                    f"residual: the {shape[-1]}-wide input of layer {index + 1} ({layer.name}) is added to "
                    f"its {width}-wide output; give both the same width or pass residual=False"
                )
            shape = (*shape[:2], width)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if mask is None:
            # With a second tensor argument Keras does not fill in the mask of the first.
            mask = getattr(sequences, "_keras_mask", None)
        if self.go_backwards:
            sequences, mask = _flip(sequences), _flip(mask)
        output, states = sequences, []
        for index, (layer, state) in enumerate(zip(self.layers, self._per_layer(initial_state), strict=True)):
            below = output
            inputs = self._drop(below) if training and index > 0 else below
            output, *state = layer(inputs, initial_state=state, mask=mask, training=training)
            output = ops.cast(output, self.compute_dtype)
            states += tree.flatten(state)
            if _reads_backwards(layer) and layer.return_sequences:
                output = _flip(output)
            if self.residual and index > 0:
                output += below if layer.return_sequences else _last_step_read(layer, below, mask)
        if self.zero_output_for_mask and self.return_sequences and mask is not None:
            output = ops.where(ops.cast(mask, "bool")[:, :, None], output, ops.zeros_like(output))
        return (output, *states) if self.return_state else output

    def _drop(self, sequence):
        noise_shape = (None, 1, None) if self.variational_dropout else None
        return keras.random.dropout(sequence, self.dropout, noise_shape=noise_shape, seed=self.seed_generator)

    def _per_layer(self, initial_state) -> list:
        """The flat states dealt out to the layers, in the nesting that each expects."""
        if initial_state is None:
            return [None] * len(self.layers)
        flat = tree.flatten(initial_state)
        if len(flat) != len(self.state_size):
            raise ValueError(f"initial_state must hold {len(self.state_size)} states, received {len(flat)}")
        flat = iter(flat)
        return [[next(flat) for _ in _state_sizes(layer)] for layer in self.layers]

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shape, states = tuple(sequences_shape), []
        for layer in self.layers:
            output, *state = layer.compute_output_shape(shape)
            shape = (*shape[:2], output[-1])
            states += state
        if not self.return_sequences:
            shape = (shape[0], shape[-1])
        return (shape, *states) if self.return_state else shape

    def compute_mask(self, sequences, mask=None):
        """The incoming mask for the returned sequence, None for everything else."""
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        if self.go_backwards:
            mask = _flip(mask)
        return [mask] + [None] * len(self.state_size) if self.return_state else mask

    def reset_state(self) -> None:
        """Zero the carried states of all stateful layers."""
        for layer in self.layers:
            if layer.stateful:
                layer.reset_state()

    def get_config(self) -> dict:
        serialized = [serialize_layer(layer) for layer in self.layers]
        return {
            **super().get_config(),
            "layers": serialized[0] if self.depth else serialized,
            "depth": self.depth,
            "dropout": self.dropout,
            "variational_dropout": self.variational_dropout,
            "residual": self.residual,
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "zero_output_for_mask": self.zero_output_for_mask,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        deserialize = lambda layer: keras.saving.deserialize_keras_object(layer, custom_objects=custom_objects)
        layers = config["layers"]
        layers = [deserialize(layer) for layer in layers] if isinstance(layers, list) else deserialize(layers)
        return cls(**{**config, "layers": layers})


def _originals(layers, depth: int | None) -> list[keras.layers.Layer]:
    template = isinstance(layers, keras.layers.Layer)
    if template and (depth is None or depth < 1):
        raise ValueError(f"one layer as template needs depth, the number of copies; received depth={depth}")
    if not template and depth is not None:
        raise ValueError(f"depth belongs to a single template layer; received a list of layers and depth={depth}")
    originals = [layers] * depth if template else list(layers)
    if not originals:
        raise ValueError("layers must hold at least one recurrent layer, received an empty list")
    for layer in originals:
        if not hasattr(layer, "return_sequences") or not hasattr(layer, "return_state"):
            raise ValueError(
                f"layers must be recurrent layers, with return_sequences and return_state; received {layer}"
            )
        if getattr(layer, "merge_mode", "concat") is None:
            raise ValueError(f'{layer.name} has merge_mode=None, two sequences; the next layer needs one ("concat")')
        if any(not isinstance(size, int) for size in _state_sizes(layer)):
            raise ValueError(f"{layer.name} has nested states; put its cells into layers of their own")
    return originals


def _state_sizes(layer) -> list[int]:
    if hasattr(layer, "forward_layer"):
        return _state_sizes(layer.forward_layer) + _state_sizes(layer.backward_layer)
    return [layer.state_size] if isinstance(layer.state_size, int) else list(layer.state_size)


def _reads_backwards(layer) -> bool:
    return getattr(layer, "forward_layer", layer).go_backwards


def _flip(sequence):
    return None if sequence is None else ops.flip(sequence, axis=1)


def _last_step_read(layer, sequence, mask):
    """The step of `sequence` (B, T, D) after which `layer` stands when it has read it: (B, D)."""
    if _reads_backwards(layer):
        sequence, mask = _flip(sequence), _flip(mask)
    if mask is None:
        return sequence[:, -1]
    steps = ops.arange(ops.shape(sequence)[1])
    last = ops.max(ops.where(ops.cast(mask, "bool"), steps, -1), axis=1)  # B, -1: no valid step
    found = ops.take_along_axis(sequence, ops.maximum(last, 0)[:, None, None], axis=1)[:, 0]
    return ops.where(last[:, None] >= 0, found, ops.zeros_like(found))
