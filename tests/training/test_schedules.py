import keras
import numpy as np
import pytest

from rnnapps import training

SCHEDULES = [
    training.Constant(0.3, warmup_steps=2),
    training.WarmupInverseSqrt(0.3, warmup_steps=7),
    training.WarmupCosine(0.3, total_steps=20, warmup_steps=3, final_share=0.1),
    training.WarmupExponential(0.3, decay_steps=5, decay_rate=0.7, warmup_steps=3, final_share=0.2),
]


def rates(schedule, steps):
    return np.array([float(schedule(step)) for step in steps])


@pytest.mark.parametrize("name", ["constant", "inverse_sqrt", "cosine", "exponential"])
def test_the_warm_up_is_linear_and_ends_at_the_peak(name):
    schedule = training.schedule(name, 2.0, warmup_steps=4, decay_steps=100)
    np.testing.assert_allclose(rates(schedule, range(4)), [0.5, 1.0, 1.5, 2.0], rtol=1e-6)


def test_constant_stays():
    np.testing.assert_allclose(rates(training.Constant(0.1), [0, 10, 10**6]), 0.1, rtol=1e-6)


def test_inverse_sqrt_halves_when_the_steps_become_four_times_as_many():
    schedule = training.WarmupInverseSqrt(1.0, warmup_steps=100)
    np.testing.assert_allclose(rates(schedule, [399, 1599]), [0.5, 0.25], rtol=1e-6)


def test_cosine_ends_at_its_share_and_stays_there():
    schedule = training.WarmupCosine(1.0, total_steps=10, final_share=0.25)
    # Half way, n = 5: 0.25 + 0.75 / 2.
    np.testing.assert_allclose(rates(schedule, [4, 9, 50]), [0.625, 0.25, 0.25], rtol=1e-6)


def test_exponential_falls_by_its_rate_and_not_below_its_floor():
    schedule = training.WarmupExponential(1.0, decay_steps=10, decay_rate=0.5, final_share=0.2)
    np.testing.assert_allclose(rates(schedule, [9, 19, 99]), [0.5, 0.25, 0.2], rtol=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_survives_its_config(schedule):
    copy = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    np.testing.assert_array_equal(rates(copy, range(30)), rates(schedule, range(30)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("step", 1.0), "schedule must be one of constant, inverse_sqrt, cosine, exponential, got 'step'"),
        (("cosine", 1.0), "decay_steps is required by schedule 'cosine'"),
        (("constant", 0.0), "learning_rate must be > 0, got 0.0"),
        (("inverse_sqrt", 1.0), "warmup_steps must be >= 1, got 0"),
    ],
)
def test_a_bad_schedule_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        training.schedule(*arguments)
