"""What a forecaster learns in closed form from the training side, before gradient descent."""

import numpy as np
import tensorflow as tf

from rnnapps.series.windows import Windows

from .model import Forecaster

MOST_WINDOWS = 20_000
BATCH = 1000
SMALLEST = 1e-6


def fit_scales(model: Forecaster, training: Windows, seed: int = 1) -> None:
    """Sets units, means, horizon scales, the linear map and the head's first answer from training windows alone.

    Afterwards the untrained network answers with the linear map's forecast, or the last value where there is none, and
    the quantiles that outcomes had around it: gradient descent starts from a sensible baseline.

    Args:
        model: built for the panel's series.
        training: the windows to learn from; at most 20,000 of them are drawn.
        seed: of that draw.
    """
    model.unit.typical.assign(typical_changes(training))
    numbers = np.arange(len(training))
    if len(numbers) > MOST_WINDOWS:
        numbers = np.sort(np.random.default_rng(seed).choice(len(training), MOST_WINDOWS, replace=False))
    chunks = [training.take(numbers[start : start + BATCH]) for start in range(0, len(numbers), BATCH)]

    features = _moments(model.raw_features(inputs)[0].numpy() for inputs, _ in chunks)
    mean, deviation = features
    if model.config.mirror:
        # In the mirror their mean is the opposite: around 0 both are alike.
        odd = model.parity.numpy() < 0
        deviation = np.where(odd, np.hypot(mean, deviation), deviation)
        mean = np.where(odd, 0, mean)
    model.feature_mean.assign(mean)
    model.feature_deviation.assign(np.maximum(deviation, SMALLEST))

    model.horizon_scale.assign(tf.ones_like(model.horizon_scale))
    outcomes = np.concatenate([model.outcomes(inputs, levels).numpy() for inputs, levels in chunks])  # N, H
    scale = np.maximum(np.sqrt(np.mean(outcomes.astype("float64") ** 2, axis=0)), SMALLEST)
    model.horizon_scale.assign(scale)
    outcomes = outcomes / scale
    if model.linear is not None:
        lags = np.concatenate([model.lags(inputs).numpy() for inputs, _ in chunks])
        kernel, bias = ridge(lags, outcomes, model.config.ridge)
        model.linear.set_weights([kernel, bias])
        outcomes = outcomes - lags @ kernel - bias
    model.projection.bias.assign(np.tile(model.head.start(outcomes), model.config.segment))


def typical_changes(training: Windows) -> np.ndarray:
    """(K,) root mean square of each series' changes from row to row over the rows of its training windows.

    A series without a training window, or that stood still in them, gets the mean of the others: in a unit near 0, its
    first move would be the largest of all errors, by which calibration would widen the intervals of every series.
    """
    panel = training.panel
    found = np.full(len(panel), np.nan)
    for k, (first, count) in enumerate(zip(training.first, training.counts, strict=True)):
        if count:
            levels = panel.levels[first + 1 - training.window : first + (count - 1) * training.stride + 1]
            found[k] = np.sqrt(np.mean(panel.changes(levels[:-1], levels[1:]) ** 2))
    usual = np.nanmean(found)
    return np.where(found > SMALLEST * usual, found, max(usual, np.finfo("float32").tiny))


def ridge(inputs: np.ndarray, outputs: np.ndarray, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """The linear map with the least squared error, its kernel kept small.

    min |y - x K - b|^2 + penalty * trace(X'X) / L * |K|^2

    Args:
        inputs: (N, L).
        outputs: (N, H).
        penalty: relative to the mean variance of the inputs.
    Returns:
        kernel (L, H) and bias (H,).
    """
    inputs, outputs = inputs.astype("float64"), outputs.astype("float64")
    mean_in, mean_out = inputs.mean(0), outputs.mean(0)
    centred = inputs - mean_in
    square = centred.T @ centred
    square += penalty * np.trace(square) / len(square) * np.eye(len(square))
    kernel = np.linalg.solve(square, centred.T @ (outputs - mean_out))
    return kernel, mean_out - mean_in @ kernel


def _moments(arrays) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation over all axes but the last."""
    count, total, square = 0, 0.0, 0.0
    for array in arrays:
        flat = array.reshape(-1, array.shape[-1]).astype("float64")
        count, total, square = count + len(flat), total + flat.sum(0), square + (flat**2).sum(0)
    mean = total / count
    return mean, np.sqrt(np.maximum(square / count - mean**2, 0))
