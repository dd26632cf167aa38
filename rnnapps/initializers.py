"""Initializers that know the gates of a fused recurrent weight: one orthogonal block each, chrono biases."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="rnnapps")
class OrthogonalPerGate(keras.initializers.Orthogonal):
    """An orthogonal block of its own for each gate of a fused recurrent kernel.

    A recurrent kernel (U, gates * U) holds one (U, U) matrix per gate, side by side:
    [U_i | U_f | U_c | U_o] in an LSTM, [U_z | U_r | U_h] in a GRU. Each block is drawn
    independently and has all singular values equal to `gain`.

    Differs from `keras.initializers.Orthogonal` ("orthogonal"), which makes the fused
    matrix orthogonal as a whole and leaves the single gate with singular values
    anywhere between 0 and 1.

    Args:
        gates: int > 0, number of blocks (SimpleRNN 1, GRU 3, LSTM 4). Default None:
            columns / rows, which must then divide; give it for an LSTM with
            `projection_units`, whose recurrent kernel is (P, 4U).
        gain: float, factor on each block. Default 1.
        seed: int, `keras.random.SeedGenerator` or None (drawn once, at construction).

    Call arguments:
        shape: (R, gates * U). A block that is not square has orthonormal rows or
            columns, whichever are fewer.
    Returns:
        (R, gates * U).
    Raises:
        ValueError: `gates` is not positive, or `shape` is not a matrix whose columns
            divide into `gates` blocks.

    >>> recurrent_kernel = OrthogonalPerGate(seed=1)((2, 8))
    >>> forget = recurrent_kernel[:, 2:4]
    >>> distance = forget @ keras.ops.transpose(forget) - keras.ops.eye(2)
    >>> bool(keras.ops.max(keras.ops.abs(distance)) < 1e-6)
    True

    Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks, section 3; applied to each gate.
    """

    def __init__(self, gates: int | None = None, gain: float = 1.0, seed=None):
        if gates is not None and gates < 1:
            raise ValueError(f"gates must be a positive integer or None, received gates={gates}")
        super().__init__(gain=gain, seed=seed)
        self.gates = gates

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(f"OrthogonalPerGate fills a recurrent kernel (R, gates * U), received shape={shape}")
        rows, columns = shape
        gates = self.gates or max(columns // rows, 1)
        if columns % gates or (self.gates is None and gates * rows != columns):
            raise ValueError(
                f"shape={tuple(shape)} does not divide into gates={self.gates} equal blocks; give `gates` "
                "(SimpleRNN 1, GRU 3, LSTM 4)"
            )
        width = columns // gates
        tall = (gates, max(rows, width), min(rows, width))
        q, r = ops.qr(keras.random.normal(tall, seed=self.seed, dtype=dtype))
        # The sign of R's diagonal makes Q uniform over the orthogonal matrices.
        q = q * ops.sign(ops.diagonal(r, axis1=-2, axis2=-1))[:, None]
        if rows < width:
            q = ops.transpose(q, (0, 2, 1))
        blocks = ops.transpose(q, (1, 0, 2))  # R, gates, U
        return self.gain * ops.reshape(blocks, shape)

    def get_config(self) -> dict:
        return {"gates": self.gates, **super().get_config()}


@keras.saving.register_keras_serializable(package="rnnapps")
class ChronoBias(keras.initializers.Initializer):
    """Gate biases that give a network memories of 2 to `max_steps` steps from the start.

    A gate with bias b forgets over about 1 + exp(b) steps, so that with n ~ U(1, T - 1)

    LSTM (i, f, c, o):   b_f = log n,  b_i = -b_f,  b_c = b_o = 0
    GRU (z, r, h):       b_z = log n,  b_r = b_h = 0

    The GRU's rule follows from Keras's h_t = z * h_{t-1} + (1 - z) * h~: z keeps, and
    1 - z, which admits, needs no bias of its own.

    An LSTM must be given `unit_forget_bias=False` with it: otherwise Keras asks the
    initializer for slices (U,) and (2U,) and writes ones over the forget gate. With
    `units` given that is an error in every case; without, only where the slice's
    length does not divide by four.

    Args:
        max_steps: int >= 3, T, the longest dependency expected, in steps.
        cell: "lstm" (default) or "gru".
        units: int or None, U, checked against the shape when given.
        seed: int, `keras.random.SeedGenerator` or None (drawn once, at construction).

    Call arguments:
        shape: LSTM (4U,); GRU (3U,), or (2, 3U) with `reset_after`, where the values
            stand in the first row (the input's bias) and the second is zero.
    Returns:
        The bias, of that shape.
    Raises:
        ValueError: `max_steps` below 3, an unknown `cell`, or a shape that is not the
            cell's bias.

    >>> layer = keras.layers.LSTM(8, bias_initializer=ChronoBias(100), unit_forget_bias=False)

    Tallec & Ollivier 2018, Can recurrent neural networks warp time?, the chrono
    initialization of section 2.
    """

    def __init__(self, max_steps: int, cell: str = "lstm", units: int | None = None, seed=None):
        if max_steps < 3:
            raise ValueError(f"max_steps must be an integer of at least 3, received max_steps={max_steps}")
        if cell not in ("lstm", "gru"):
            raise ValueError(f'cell must be "lstm" or "gru", received cell={cell!r}')
        self.max_steps = max_steps
        self.cell = cell
        self.units = units
        self.steps = keras.initializers.RandomUniform(1.0, max_steps - 1.0, seed=seed)

    def __call__(self, shape, dtype=None):
        units = self._units(tuple(shape))
        memory = ops.log(self.steps((units,), dtype=dtype))
        zeros = ops.zeros_like(memory)
        if self.cell == "lstm":
            return ops.concatenate([-memory, memory, zeros, zeros])
        bias = ops.concatenate([memory, zeros, zeros])
        return bias if len(shape) == 1 else ops.stack([bias, ops.zeros_like(bias)])

    def _units(self, shape: tuple) -> int:
        gates = 4 if self.cell == "lstm" else 3
        units = shape[-1] // gates
        is_bias = len(shape) == 1 or (self.cell == "gru" and len(shape) == 2 and shape[0] == 2)
        if is_bias and shape[-1] % gates == 0 and units == (self.units or units):
            return units
        expected = "(4U,)" if self.cell == "lstm" else "(3U,) or (2, 3U)"
        wanted = f" with U={self.units}" if self.units else ""
        hint = "; pass unit_forget_bias=False to the LSTM" if self.cell == "lstm" else ""
        fills = f'ChronoBias(cell="{self.cell}") fills a bias {expected}{wanted}'
        raise ValueError(f"{fills}, received shape={shape}{hint}")

    def get_config(self) -> dict:
        seed = self.steps.get_config()["seed"]
        return {"max_steps": self.max_steps, "cell": self.cell, "units": self.units, "seed": seed}
