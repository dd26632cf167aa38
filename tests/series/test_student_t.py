"""Quantiles of Student's t against scipy's."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import t

from rnnapps.series.student_t import student_t_quantiles

LEVELS = (0.001, 0.05, 0.25, 0.5, 0.9, 0.995)


@pytest.mark.parametrize("freedom", [1.0, 2.01, 4.0, 30.0, 1e6])
def test_quantiles_are_those_of_scipy(freedom):
    found = student_t_quantiles(tf.constant([freedom], "float64"), LEVELS).numpy()[0]
    np.testing.assert_allclose(found, t.ppf(LEVELS, freedom), rtol=1e-6, atol=1e-12)


def test_each_distribution_has_its_own_degrees_of_freedom():
    found = student_t_quantiles(tf.constant([[3.0], [5.0]]), [0.95]).numpy()
    assert found.shape == (2, 1, 1)
    np.testing.assert_allclose(found[:, 0, 0], [2.353363, 2.015048], rtol=1e-5)  # printed tables
