"""Long short-term memory."""

from __future__ import annotations

import keras
from keras import ops

from rnnapps.initializers import ChronoBias
from rnnapps.kernels import LSTMParameters
from rnnapps.layers.recurrent import RecurrentCell, RecurrentLayer, validate_rate


@keras.saving.register_keras_serializable(package="rnnapps")
class LSTMCell(RecurrentCell, keras.layers.LSTMCell):
    """One step of `LSTM`, for `keras.layers.RNN` and `AttentionDecoder`.

    Args:
        units, ...: as `keras.layers.LSTMCell`.
        layer_norm, zoneout, zoneout_cell, peephole, projection_units: as `LSTM`.

    >>> LSTMCell(3)(np.zeros((2, 4)), [np.zeros((2, 3)), np.zeros((2, 3))])[0].shape
    TensorShape([2, 3])
    """

    keras_cell = keras.layers.LSTMCell
    options = ("layer_norm", "zoneout", "zoneout_cell", "peephole", "projection_units")
    zoneouts = ("zoneout", "zoneout_cell")

    def __init__(
        self,
        units: int,
        *args,
        layer_norm: bool = False,
        zoneout: float = 0.0,
        zoneout_cell: float = 0.0,
        peephole: bool = False,
        projection_units: int | None = None,
        **kwargs,
    ):
        super().__init__(units, *args, **kwargs)
        if projection_units is not None and projection_units <= 0:
            raise ValueError(f"projection_units={projection_units}: expected a positive integer or None")
        if self.unit_forget_bias and isinstance(self.bias_initializer, ChronoBias):
            raise ValueError("unit_forget_bias=True overwrites what ChronoBias sets; pass unit_forget_bias=False")
        self.layer_norm = layer_norm
        self.zoneout = validate_rate("zoneout", zoneout)
        self.zoneout_cell = validate_rate("zoneout_cell", zoneout_cell)
        self.peephole = peephole
        self.projection_units = projection_units
        self.output_size = projection_units or units
        self.state_size = [self.output_size, units]

    def add_weight(self, shape=None, name=None, **kwargs):
        # Keras's build makes the recurrent kernel U rows high; with a projection the state it meets is P wide.
        if name == "recurrent_kernel":
            shape = (self.output_size, shape[1])
        return super().add_weight(shape=shape, name=name, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        units = self.units
        if self.peephole:
            self.peephole_kernel = self.add_weight(
                shape=(3, units), name="peephole_kernel", initializer=self.kernel_initializer
            )
        if self.projection_units:
            self.projection_kernel = self.add_weight(
                shape=(units, self.projection_units),
                name="projection_kernel",
                initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer,
                constraint=self.kernel_constraint,
            )
        if self.layer_norm:
            add = lambda name, width, start: self.add_weight(shape=(width,), name=name, initializer=start)
            self.norm_input = add("norm_input", 4 * units, "ones")
            self.norm_recurrent = add("norm_recurrent", 4 * units, "ones")
            self.norm_cell_scale = add("norm_cell_scale", units, "ones")
            self.norm_cell_offset = add("norm_cell_offset", units, "zeros")

    def get_initial_state(self, batch_size=None):
        """Zeros: h (B, P) and c (B, U)."""
        return [ops.zeros((batch_size, width), dtype=self.compute_dtype) for width in self.state_size]

    @property
    def activations(self) -> tuple:
        return (self.activation, self.recurrent_activation)

    def parameters(self, training, inputs, state) -> LSTMParameters:
        return LSTMParameters(
            kernel=self.weight("kernel"),
            recurrent_kernel=self.weight("recurrent_kernel"),
            bias=self.weight("bias"),
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            peephole=self.weight("peephole_kernel"),
            projection=self.weight("projection_kernel"),
            norm_input=self.weight("norm_input"),
            norm_recurrent=self.weight("norm_recurrent"),
            norm_cell_scale=self.weight("norm_cell_scale"),
            norm_cell_offset=self.weight("norm_cell_offset"),
            **self.masks(training, inputs, state),
        )


@keras.saving.register_keras_serializable(package="rnnapps")
class LSTM(RecurrentLayer, keras.layers.LSTM):
    """Long short-term memory: `keras.layers.LSTM` with layer norm, zoneout, peepholes, projection, truncation, loops.

    i_t = sigma(W_i x_t + U_i h_{t-1} + b_i)          input gate
    f_t = sigma(W_f x_t + U_f h_{t-1} + b_f)          forget gate
    g_t = tanh(W_c x_t + U_c h_{t-1} + b_c)           candidate
    c_t = f_t * c_{t-1} + i_t * g_t
    o_t = sigma(W_o x_t + U_o h_{t-1} + b_o)          output gate
    h_t = o_t * tanh(c_t)
    `peephole`: + p_i * c_{t-1}, + p_f * c_{t-1}, + p_o * c_t inside the three sigmas.
    `projection_units`: h_t = (o_t * tanh(c_t)) P.
    `layer_norm`: LN(W x) * g + LN(U h) * g' + b for the four sums as one vector, and
    h_t = o_t * tanh(LN(c_t) * g'' + b''); the carried c_t stays unnormalised.
    `zoneout`, `zoneout_cell`: h_t = d * h_{t-1} + (1 - d) * h_t and likewise c_t, d ~ Bernoulli(rate) drawn for each
    apart (inference: d = rate); h_t is computed from the new c_t, not from the zoned one.

    Differs from `keras.layers.LSTM`: the arguments below. Without them outputs, weights and their order are the same,
    so weights go either way.

    Args:
        units, activation, recurrent_activation, ...: as `keras.layers.LSTM`, with its defaults, positions included.
        layer_norm: four more weights: g and g' (4U,), g'' and b'' (U,). The bias b serves as offset of the gates.
        zoneout, zoneout_cell: floats in [0, 1), probability that a unit of h, of c, keeps its old value. Default 0.
        peephole: one more weight (3, U), drawn by `kernel_initializer`: rows p_i, p_f, p_o.
        projection_units: int > 0, P, width of h; one more weight (U, P), and the recurrent kernel is (P, 4U).
        truncate: steps of truncated backpropagation: gradients do not cross from step k to k-1 at multiples k of it.
            None, the default, goes all the way back.
        kernel: the loop over time: "auto" (the default), "bptt", "reference" or "keras"; see `rnnapps.kernels`.
        Weights come in this order: kernel, recurrent_kernel, bias, peephole, projection, g, g', g'', b''.

    Call arguments:
        sequences: (B, T, D) float.
        initial_state: list of h (B, P) and c (B, U), zeros by default.
        mask: (B, T) bool, True where the step counts; any pattern.
        training: whether dropout and zoneout draw at random.
    Returns:
        (B, T, P) with `return_sequences`, else (B, P), the state after each row's last valid step; with `return_state`
        also h (B, P) and c (B, U). Padded steps repeat the output before them, or are zero with `zero_output_for_mask`.
        P = U without projection.
    Raises:
        ValueError: a rate outside [0, 1), `projection_units` below 1, an unknown `kernel`, `truncate` below 1.

    >>> LSTM(8, projection_units=3)(np.zeros((2, 5, 4))).shape
    TensorShape([2, 3])

    Hochreiter and Schmidhuber 1997; forget gate Gers et al. 2000; peepholes Gers et al. 2002; projection Sak et al.
    2014, eq. 1-6; Ba et al. 2016, Layer normalization, eq. 20-22; Krueger et al. 2017, Zoneout.
    """

    keras_layer = keras.layers.LSTM
    cell_class = LSTMCell
    cell_name = "lstm_cell"

    def __init__(
        self,
        *args,
        layer_norm: bool = False,
        zoneout: float = 0.0,
        zoneout_cell: float = 0.0,
        peephole: bool = False,
        projection_units: int | None = None,
        truncate: int | None = None,
        kernel: str = "auto",
        **kwargs,
    ):
        self._init(
            args,
            kwargs,
            kernel,
            truncate,
            layer_norm=layer_norm,
            zoneout=zoneout,
            zoneout_cell=zoneout_cell,
            peephole=peephole,
            projection_units=projection_units,
        )
