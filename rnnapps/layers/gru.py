"""Gated recurrent unit."""

from __future__ import annotations

import keras

from rnnapps.kernels import GRUParameters
from rnnapps.layers.recurrent import RecurrentCell, RecurrentLayer, validate_rate


@keras.saving.register_keras_serializable(package="rnnapps")
class GRUCell(RecurrentCell, keras.layers.GRUCell):
    """One step of `GRU`, for `keras.layers.RNN` and `AttentionDecoder`.

    Args:
        units, ...: as `keras.layers.GRUCell`.
        layer_norm, zoneout: as `GRU`.

    >>> GRUCell(3)(np.zeros((2, 4)), [np.zeros((2, 3))])[0].shape
    TensorShape([2, 3])
    """

    keras_cell = keras.layers.GRUCell

    def __init__(self, units: int, *args, layer_norm: bool = False, zoneout: float = 0.0, **kwargs):
        super().__init__(units, *args, **kwargs)
        self.layer_norm = layer_norm
        self.zoneout = validate_rate("zoneout", zoneout)

    def build(self, input_shape):
        super().build(input_shape)
        if self.layer_norm:
            for name in ("norm_input", "norm_recurrent"):
                setattr(self, name, self.add_weight(shape=(3 * self.units,), name=name, initializer="ones"))

    @property
    def activations(self) -> tuple:
        return (self.activation, self.recurrent_activation)

    def parameters(self, training, inputs, state) -> GRUParameters:
        bias, recurrent_bias = self.weight("bias"), None
        if bias is not None and self.reset_after:
            bias, recurrent_bias = bias[0], bias[1]
        return GRUParameters(
            kernel=self.weight("kernel"),
            recurrent_kernel=self.weight("recurrent_kernel"),
            bias=bias,
            recurrent_bias=recurrent_bias,
            reset_after=self.reset_after,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            norm_input=self.weight("norm_input"),
            norm_recurrent=self.weight("norm_recurrent"),
            **self.masks(training, inputs, state),
        )


@keras.saving.register_keras_serializable(package="rnnapps")
class GRU(RecurrentLayer, keras.layers.GRU):
    """Gated recurrent unit: `keras.layers.GRU` with layer norm, zoneout, truncation and a choice of loops.

    z_t = sigma(W_z x_t + U_z h_{t-1} + b_z)                       how much of the old state stays
    r_t = sigma(W_r x_t + U_r h_{t-1} + b_r)                       how much of it the candidate sees
    hh_t = tanh(W_h x_t + b_h + r_t * (U_h h_{t-1} + b_rh))        `reset_after` (the default, cuDNN's form)
    hh_t = tanh(W_h x_t + U_h (r_t * h_{t-1}) + b_h)               without it (Cho 2014)
    h_t = z_t * h_{t-1} + (1 - z_t) * hh_t
    With `layer_norm`, W x becomes LN(W x) * g and U h becomes LN(U h) * g', the gates z and r together, the candidate
    apart. With `zoneout`, h_t = d * h_{t-1} + (1 - d) * h_t, d ~ Bernoulli(zoneout) (inference: d = zoneout).

    Differs from `keras.layers.GRU`: the arguments below. Without them outputs, weights and their order are the same, so
    weights go either way.

    Args:
        units, activation, recurrent_activation, ...: as `keras.layers.GRU`, with its defaults, positions included.
        layer_norm: two more weights, the scales g and g' (3U,), after the others; the biases serve as offsets.
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

    >>> GRU(3)(np.zeros((2, 5, 4))).shape
    TensorShape([2, 3])

    Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, eq. 5-8. Ba et al. 2016, Layer
    normalization, eq. 24-25. Krueger et al. 2017, Zoneout.
    """

    keras_layer = keras.layers.GRU
    cell_class = GRUCell
    cell_name = "gru_cell"

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
