"""The unit of a series' changes."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.series.change_unit import ChangeUnit

LEVELS = tf.constant([[0.0, 3.0, -1.0]])  # changes 3 and -4


def unit_of(kind, typical=1e-6, **options):
    layer = ChangeUnit(kind, 2, **options)
    layer.typical.assign([99.0, typical])
    return layer(LEVELS, tf.constant([1]))[0].numpy()[0]


def test_window_is_the_root_mean_square_of_the_changes():
    assert unit_of("window") == pytest.approx(np.sqrt((9 + 16) / 2))


def test_ewma_weighs_the_newest_change_most():
    assert unit_of("ewma", decay=0.5) == pytest.approx(np.sqrt((9 * 0.5 + 16) / 1.5))


def test_training_is_the_constant_of_the_series():
    assert unit_of("training", typical=7.0) == 7.0


def test_a_series_at_rest_keeps_a_tenth_of_its_typical_unit():
    layer = ChangeUnit("ewma", 1)
    layer.typical.assign([2.0])
    assert layer(tf.zeros((1, 5)), tf.constant([0]))[0].numpy()[0] == pytest.approx(0.2)


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="kind: 'minmax' is not one of ewma, window, training"):
        ChangeUnit("minmax", 1)
