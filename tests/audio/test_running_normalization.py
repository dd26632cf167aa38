import numpy as np
import pytest

from rnnapps.audio.running_normalization import decayed_sums


@pytest.mark.parametrize("steps", [1, 63, 64, 65, 400])
@pytest.mark.parametrize("decay", [0.5, 0.999])
def test_sums_decay_from_step_to_step(steps, decay):
    terms = np.random.default_rng(0).normal(1, 1, (2, steps, 3)).astype("float32")
    expected, last = [], np.zeros((2, 3))
    for step in range(steps):
        last = decay * last + terms[:, step]
        expected.append(last)
    np.testing.assert_allclose(decayed_sums(terms, decay), np.stack(expected, axis=1), rtol=1e-4, atol=1e-4)
