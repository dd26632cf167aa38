"""What SimpleRNN, LSTM and GRU share on top of their Keras namesakes: the choice of a loop, zoneout, outgoing masks."""

from __future__ import annotations

import inspect

import keras
import tensorflow as tf
from keras import ops

from rnnapps import kernels
from rnnapps.kernels import reference


class RecurrentCell:
    """Mixin before a Keras cell: `parameters()` for the loops, zoneout, and steps with what Keras's cell lacks."""

    # Set by each cell, beside `parameters` (weights and dropout masks of the present call, for the loops) and
    # `activations`: its Keras namesake, the names of its arguments beyond those, and its zoneout rates in the order of
    # the states.
    keras_cell: type
    options: tuple[str, ...] = ("layer_norm", "zoneout")
    zoneouts: tuple[str, ...] = ("zoneout",)

    @property
    def plain(self) -> bool:
        """Whether the cell computes what its Keras namesake computes."""
        return not any(self.own_options().values())

    def own_options(self) -> dict:
        """The values of `options`."""
        return {name: getattr(self, name) for name in self.options}

    def get_config(self):
        return {**super().get_config(), **self.own_options()}

    def call(self, inputs, states, training=False):
        """One step: inputs (B, D) and a list of states -> output, list of new states."""
        if self.plain:
            return super().call(inputs, states, training=training)
        old = tuple(states) if isinstance(states, (list, tuple)) else (states,)
        new = reference.step(inputs, old, self.parameters(training, inputs, old[0]))
        keep_new = self.keep_new(tuple(ops.shape(s) for s in old), training)
        new = [n if k is None else k * n + (1 - k) * o for n, o, k in zip(new, old, keep_new, strict=True)]
        return new[0], new

    def keep_new(self, shapes: tuple, training: bool) -> tuple:
        """Zoneout's share of the new value per state: 0/1 draws of `shapes` in training, 1 - rate in inference."""
        shares = []
        for name, shape in zip(self.zoneouts, shapes, strict=True):
            rate = getattr(self, name)
            if not rate:
                shares.append(None)
            elif training:
                drawn = keras.random.uniform(shape, seed=self.seed_generator)
                shares.append(ops.cast(drawn >= rate, self.compute_dtype))
            else:
                shares.append(1 - rate)
        return tuple(shares)

    def weight(self, name: str) -> tf.Tensor | None:
        """The weight `name` as a tensor in the compute dtype, or None where the cell has none."""
        variable = getattr(self, name, None)
        return None if variable is None else ops.cast(ops.convert_to_tensor(variable), self.compute_dtype)

    def masks(self, training: bool, inputs, state) -> dict[str, tuple]:
        """The dropout masks of this call: drawn once, the same at all steps."""
        if not training:
            return {}
        drawn = {
            "input_masks": self.get_dropout_mask(inputs) if 0 < self.dropout < 1 else None,
            "recurrent_masks": self.get_recurrent_dropout_mask(state) if 0 < self.recurrent_dropout < 1 else None,
        }
        as_tuple = lambda m: tuple(m) if isinstance(m, (list, tuple)) else (m,)
        return {name: as_tuple(m) for name, m in drawn.items() if m is not None}


class RecurrentLayer:
    """Mixin before a Keras recurrent layer: runs its cell on the loop that `rnnapps.kernels` chooses."""

    # Set by each layer: its Keras namesake, the cell's class and name.
    keras_layer: type
    cell_class: type
    cell_name: str

    def _init(self, args: tuple, kwargs: dict, kernel: str, truncate: int | None, **options) -> None:
        """Sorts the arguments of the Keras layer into those of the cell and those of the loop around it.

        Bound to Keras's own signature, so that positional use and defaults are Keras's, now and in later versions.
        """
        kernels.validate(kernel, truncate)
        keras_cell = self.cell_class.keras_cell
        bound = inspect.signature(self.keras_layer.__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        arguments |= arguments.pop("kwargs")
        del arguments["self"]
        use_cudnn = arguments.pop("use_cudnn", None)
        names = {*inspect.signature(keras_cell.__init__).parameters, "implementation"} - {"self", "kwargs"}
        for_cell = {name: arguments.pop(name) for name in names & arguments.keys()}
        shared = {name: arguments[name] for name in ("dtype", "trainable") if name in arguments}
        cell = self.cell_class(**for_cell, **shared, **options, name=self.cell_name)
        # Past LSTM.__init__ and its siblings, which would build Keras's cell: straight to the layer they stand on.
        keras.layers.RNN.__init__(self, cell, **arguments)
        self.input_spec = keras.layers.InputSpec(ndim=3)
        if use_cudnn is not None:
            if use_cudnn not in ("auto", True, False):
                raise ValueError(f"use_cudnn={use_cudnn!r}: expected 'auto', True or False")
            self.use_cudnn = use_cudnn
        self.kernel = kernel
        self.truncate = truncate
        # Keras 3.16 sets this to False on RNN; our layers go on handing their mask to the next layer.
        self.supports_masking = True
        if hasattr(self, "use_cudnn") and (not cell.plain or truncate):
            self.use_cudnn = False

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if mask is None:
            # Keras hands over the mask of the sequence only where that is the one tensor in the call.
            mask = getattr(sequences, "_keras_mask", None)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """The documented hook of keras.layers.RNN: (B, T, D) and states -> last output, outputs, states."""
        cell = self.cell
        kernel = kernels.choose(self.kernel, cell.activations, plain=cell.plain, truncate=self.truncate)
        if kernel == "keras":
            return super().inner_loop(sequences, initial_state, mask, training=training)
        states = tuple(initial_state) if isinstance(initial_state, (list, tuple)) else (initial_state,)
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        batch, steps = ops.shape(sequences)[0], ops.shape(sequences)[1]
        last, outputs, states = kernels.run(
            kernel,
            cell.parameters(training, sequences[:, 0, :], states[0]),
            sequences,
            states,
            mask,
            keep_new=cell.keep_new(tuple((steps, batch, s.shape[-1]) for s in states), training),
            truncate=self.truncate,
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            return_sequences=self.return_sequences,
            zero_output_for_mask=self.zero_output_for_mask,
            training=training,
        )
        return last, outputs, list(states)

    @property
    def runs_over_nothing(self) -> bool:
        """Whether, in a graph, sequences may have no step at all: Keras's loops need one."""
        cell = self.cell
        return kernels.choose(self.kernel, cell.activations, plain=cell.plain, truncate=self.truncate) == "bptt"

    def compute_mask(self, sequences, mask=None):
        """The mask goes on with the sequence, reversed where that is, and ends with it."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if mask is not None and self.go_backwards:
            mask = ops.flip(mask, axis=1)
        outgoing = mask if self.return_sequences else None
        return [outgoing, *([None] * len(self.state_size))] if self.return_state else outgoing

    def get_config(self):
        own = {"seed": self.cell.seed, "kernel": self.kernel, "truncate": self.truncate}
        # Keras leaves these out of the configs of some of its layers.
        own |= {"activity_regularizer": keras.regularizers.serialize(self.activity_regularizer)}
        if hasattr(self, "use_cudnn"):
            own["use_cudnn"] = self.use_cudnn
        return {**super().get_config(), **own, **self.cell.own_options()}


def validate_rate(name: str, rate: float) -> float:
    """`rate`, if it lies in [0, 1); else ValueError naming the argument."""
    if not 0 <= rate < 1:
        raise ValueError(f"{name}={rate}: expected a rate in [0, 1)")
    return rate
