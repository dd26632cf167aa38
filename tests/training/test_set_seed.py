import keras
import numpy as np
import pytest

from rnnapps import training


def test_the_same_seed_draws_the_same_weights():
    drawn = []
    for _ in range(2):
        training.set_seed(5, deterministic=False)
        drawn.append(keras.layers.Dense(3))
        drawn[-1].build((None, 4))
    np.testing.assert_array_equal(drawn[0].kernel, drawn[1].kernel)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True])
def test_a_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match=r"seed must be an int in \[0, 2\*\*32\), got"):
        training.set_seed(seed)
