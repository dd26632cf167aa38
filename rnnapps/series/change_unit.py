"""The unit in which a series' changes are measured."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.series.causal import exponential_average

KINDS = ("ewma", "window", "training")
# A halted stock moves by nothing: dividing by that would make its next tick an earthquake.
FLOOR = 0.1


@keras.saving.register_keras_serializable(package="rnnapps")
class ChangeUnit(keras.layers.Layer):
    """How far a series usually moves in a row, told from the window, or from its training rows.

    ewma      u^2 = sum_j w_j r_j^2,  w_j ~ decay^(T - j), sum_j w_j = 1
    window    u^2 = mean_j r_j^2
    training  u = the series' typical unit

    The typical unit of a series is a weight that `typical.assign` sets from its training rows; a tenth of it, squared,
    is added to u^2 of the other two.

    Args:
        kind: "ewma", "window" or "training".
        series: K, how many series there are.
        decay: float in (0, 1), of ewma, per row.

    Call arguments:
        levels: (B, T) float, on the scale on which changes are differences.
        ids: (B,) int, which series.
    Returns:
        u and the typical unit, (B,) each.
    Raises:
        ValueError: an unknown kind.

    RiskMetrics 1996, Technical document, eq. 5.3, there with the mean of the returns left out as here.
    """

    def __init__(self, kind: str, series: int, decay: float = 0.94, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if kind not in KINDS:
            raise ValueError(f"kind: {kind!r} is not one of {', '.join(KINDS)}")
        self.kind = kind
        self.series = series
        self.decay = decay
        self.typical = self.add_weight(shape=(series,), initializer="ones", trainable=False, name="typical")

    def call(self, levels, ids):
        typical = tf.gather(self.typical, ids)
        if self.kind == "training":
            return typical, typical
        change = levels[:, 1:] - levels[:, :-1]
        if self.kind == "window":
            variance = tf.reduce_mean(tf.square(change), axis=-1)
        else:
            weights = exponential_average(change.shape[1], self.decay)[:, -1]
            variance = tf.linalg.matvec(tf.square(change), tf.constant(weights))
        return tf.sqrt(variance + tf.square(FLOOR * typical)), typical

    def get_config(self):
        return super().get_config() | {"kind": self.kind, "series": self.series, "decay": self.decay}
