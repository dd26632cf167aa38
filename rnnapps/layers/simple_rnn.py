"""Elman network."""

from __future__ import annotations

import keras

from rnnapps.kernels import SimpleRNNParameters
from rnnapps.layers.recurrent import RecurrentCell, RecurrentLayer, validate_rate


@keras.saving.register_keras_serializable(package="rnnapps")
class SimpleRNNCell(RecurrentCell, keras.layers.SimpleRNNCell):
    """One step of `SimpleRNN`, for `keras.layers.RNN` and `AttentionDecoder`.

    Args:
        units, ...: as `keras.layers.SimpleRNNCell`.
        layer_norm, zoneout: as `SimpleRNN`.

    >>> SimpleRNNCell(3)(np.zeros((2, 4)), [np.zeros((2, 3))])[0].shape
    TensorShape([2, 3])
    """

    keras_cell = keras.layers.SimpleRNNCell

    def __init__(self, units: int, *args, layer_norm: bool = False, zoneout: float = 0.0, **kwargs):
        kwargs.pop("implementation", None)
        super().__init__(units, *args, **kwargs)
        self.layer_norm = layer_norm
        self.zoneout = validate_rate("zoneout", zoneout)

    def build(self, input_shape):
        super().build(input_shape)
        if self.layer_norm:
            self.norm_recurrent = self.add_weight(shape=(self.units,), name="norm_recurrent", initializer="ones")

    @property
    def activations(self) -> tuple:
        return (self.activation,)

    def parameters(self, training, inputs, state) -> SimpleRNNParameters:
        return SimpleRNNParameters(
            kernel=self.weight("kernel"),
            recurrent_kernel=self.weight("recurrent_kernel"),
            bias=self.weight("bias"),
            activation=self.activation,
            norm_recurrent=self.weight("norm_recurrent"),
            **self.masks(training, inputs, state),
        )


@keras.saving.register_keras_serializable(package="rnnapps")
class SimpleRNN(RecurrentLayer, keras.layers.SimpleRNN):
    """Elman network: `keras.layers.SimpleRNN` with layer norm, zoneout, truncation and a choice of loops.

    h_t = f(W x_t + U h_{t-1} + b)
    h_t = f(LN(W x_t + U h_{t-1}) * g + b)                        with `layer_norm`
    h_t = d * h_{t-1} + (1 - d) * h~_t,   d ~ Bernoulli(zoneout)  with `zoneout` (inference: d = zoneout)

    Differs from `keras.layers.SimpleRNN`: the arguments below; `seed` is in the config and `activity_regularizer` acts.
    Without them outputs, weights and their order are the same, so weights go either way.

    Args:
        units, activation, use_bias, ...: as `keras.layers.SimpleRNN`, with its defaults, positions included.
        layer_norm: normalise the sum before the activation; one more weight, the scale (U,), after the others.
        zoneout: float in [0, 1), probability that a unit keeps its old value at a step. Defaults to 0.
        truncate: steps of truncated backpropagation: gradients do not cross from step k to k-1 at multiples k of it.
            None, the default, goes all the way back.
        kernel: the loop over time: "auto" (the default), "bptt", "reference" or "keras"; see `rnnapps.kernels`.

    Call arguments:
        sequences: (B, T, D) float.
        initial_state: list of one (B, U), zeros by default.
        mask: (B, T) bool, True where the step counts; any pattern.
        training: whether dropout and zoneout draw at random.
    Returns:
        (B, T, U) with `return_sequences`, else (B, U), the state after each row's last valid step; with `return_state`
        also the last state (B, U). Padded steps repeat the output before them, or are zero with `zero_output_for_mask`.
    Raises:
        ValueError: a rate outside [0, 1), an unknown `kernel`, `truncate` below 1.

    >>> SimpleRNN(3)(np.zeros((2, 5, 4))).shape
    TensorShape([2, 3])

    Elman 1990, Finding structure in time. Ba et al. 2016, Layer normalization, eq. 4. Krueger et al. 2017, Zoneout.
    """

    keras_layer = keras.layers.SimpleRNN
    cell_class = SimpleRNNCell
    cell_name = "simple_rnn_cell"

    def __init__(
        self,
        *args,
        layer_norm: bool = False,
        zoneout: float = 0.0,
        truncate: int | None = None,
        kernel: str = "auto",
        **kwargs,
    ):
        self._init(args, kwargs, kernel, truncate, layer_norm=layer_norm, zoneout=zoneout)
