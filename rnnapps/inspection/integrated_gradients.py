"""What an output owes to each part of the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

NO_GAP = 0.005  # what no picture shows


@dataclass(frozen=True)
class Attribution:
    """Contributions of inputs to K outputs.

    Fields:
        values: for each input (K, *shape of the input) float32: what the output would lack without that number.
        outputs: (K,) at the inputs.
        baseline_outputs: (K,) at the baselines.
    """

    values: tuple[np.ndarray, ...]
    outputs: np.ndarray
    baseline_outputs: np.ndarray

    @property
    def gaps(self) -> np.ndarray:
        """(K,) what the contributions do not explain: outputs - baseline_outputs - their sum; 0 but for quadrature."""
        total = sum(value.reshape(len(value), -1).sum(axis=1, dtype="float64") for value in self.values)
        return self.outputs - self.baseline_outputs - total

    @property
    def sums_to(self) -> str:
        """For captions: "sums to", with the largest gap where one is worth telling."""
        gap = float(np.abs(self.gaps).max())
        return "sums to" if gap <= NO_GAP else f"sums, but for {gap:.2g}, to"

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """How complete the contributions are, for the file beside a picture of them."""
        return {"outputs": self.outputs, "baseline_outputs": self.baseline_outputs, "gaps": self.gaps}


def integrated_gradients(
    function: Callable[..., tf.Tensor],
    inputs: Sequence,
    baselines: Sequence,
    steps: int = 32,
    batch_size: int = 256,
) -> Attribution:
    """Integrated gradients of K outputs with respect to one or more inputs.

    a_i = (x_i - x'_i) integral_0^1 df/dx_i (x' + s (x - x')) ds,     sum_i a_i = f(x) - f(x')

    The integral is Gauss and Legendre's sum over `steps` points, which for smooth networks needs far fewer than the
    paper's Riemann sum. Where the sum is not what it should be, `Attribution.gaps` tells, and more steps help.

    Args:
        function: maps inputs with a batch dimension in front, all of the same length, to (n, K); rows independent.
        inputs: tensors x without batch dimension.
        baselines: tensors x' of the same shapes: what counts as nothing, such as a mean.
        steps: int >= 1, points on the way from x' to x.
        batch_size: rows, K x steps in all, that the function gets at once.
    Raises:
        ValueError: no input, shapes that do not fit, or `steps` below 1.

    >>> found = integrated_gradients(lambda x: (x[:, :1] * x[:, 1:]), [np.array([2.0, 3.0])], [np.zeros(2)])
    >>> found.values[0].round(4).tolist(), found.gaps.round(4).tolist()
    ([[3.0, 3.0]], [0.0])

    Sundararajan, Taly & Yan 2017, Axiomatic attribution for deep networks, eq. 1; completeness is proposition 1.
    """
    x = [tf.cast(tf.convert_to_tensor(value), tf.float32) for value in inputs]
    zero = [tf.cast(tf.convert_to_tensor(value), tf.float32) for value in baselines]
    shapes = [tuple(value.shape) for value in x], [tuple(value.shape) for value in zero]
    if not x or shapes[0] != shapes[1]:
        raise ValueError(f"inputs have the shapes {shapes[0]}, baselines {shapes[1]}: expected one or more, and equal")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, is {steps}")
    ends = function(*(tf.stack([b, a]) for a, b in zip(x, zero, strict=True))).numpy()
    count = ends.shape[1]
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    # One row for each output and point: a single backward pass gives the gradients of all of them.
    places = np.tile((nodes + 1) / 2, count).astype("float32")
    outputs = np.repeat(np.arange(count), steps)
    sums = [np.zeros((count, *value.shape)) for value in x]
    for start in range(0, len(places), batch_size):
        rows = slice(start, start + batch_size)
        gradients = _gradients(function, x, zero, tf.constant(places[rows]), tf.constant(outputs[rows]))
        shares = np.tile(weights / 2, count)[rows]
        for total, gradient in zip(sums, gradients, strict=True):
            np.add.at(total, outputs[rows], gradient * shares.reshape(-1, *[1] * (gradient.ndim - 1)))
    values = tuple((total * (a - b).numpy()[None]).astype("float32") for total, a, b in zip(sums, x, zero, strict=True))
    return Attribution(values, ends[1].astype("float64"), ends[0].astype("float64"))


def complete_attribution(
    function: Callable[..., tf.Tensor],
    inputs: Sequence,
    baselines: Sequence,
    tolerance: float = 0.02,
    least: float = NO_GAP,
    most_steps: int = 256,
    batch_size: int = 256,
) -> Attribution:
    """`integrated_gradients` with as many points as it takes for the contributions to sum to what they should.

    Functions with kinks, such as those of rectified units, need more points than smooth ones.

    Args:
        tolerance: of the largest gap, as a share of the largest difference of outputs.
        least: a gap that is none, however small that difference: of inputs that are nearly their baselines.
        most_steps: points after which it stays as it is: `Attribution.gaps` tells how far it is from complete.
        function, inputs, baselines, batch_size: as of `integrated_gradients`.
    """
    steps = 32
    while True:
        found = integrated_gradients(function, inputs, baselines, steps, batch_size)
        reach, gap = np.abs(found.outputs - found.baseline_outputs).max(), np.abs(found.gaps).max()
        # More points mend no infinity.
        if gap <= max(tolerance * reach, least) or not np.isfinite(gap) or 2 * steps > most_steps:
            return found
        steps *= 2


def _gradients(function, x, zero, places: tf.Tensor, outputs: tf.Tensor) -> list[np.ndarray]:
    """Of output k_n at the point s_n of the way, for each row n: arrays (n, *shape)."""
    points = [b + tf.reshape(places, [-1, *[1] * len(a.shape)]) * (a - b)[None] for a, b in zip(x, zero, strict=True)]
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(tf.gather(function(*points), outputs, axis=1, batch_dims=1))
    found = tape.gradient(total, points, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [gradient.numpy() for gradient in found]
