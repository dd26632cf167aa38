import keras
import numpy as np
import pytest

from rnnapps import training


def step(optimizer, gradients):
    variables = [keras.Variable(np.zeros(len(gradient), "float32")) for gradient in gradients]
    optimizer.apply_gradients(zip([np.array(g, "float32") for g in gradients], variables, strict=True))
    return [variable.numpy() for variable in variables]


def test_clipping_is_by_the_norm_over_all_weights():
    # |(3, 4), (12)| = 13, so all are divided by 13; clipping each alone would give (0.6, 0.8) and 1.
    first, second = step(training.optimizer("sgd", 1.0, clip_norm=1.0), [[3, 4], [12]])
    np.testing.assert_allclose(first, [-3 / 13, -4 / 13], rtol=1e-6)
    np.testing.assert_allclose(second, [-12 / 13], rtol=1e-6)


def test_small_gradients_are_not_clipped():
    np.testing.assert_allclose(step(training.optimizer("sgd", 1.0, clip_norm=20.0), [[3, 4]])[0], [-3, -4])


def test_clip_norm_none_clips_nothing():
    np.testing.assert_allclose(step(training.optimizer("sgd", 1.0, clip_norm=None), [[30, 40]])[0], [-30, -40])


def test_the_schedule_sets_the_rate_of_each_step():
    optimizer = training.optimizer("sgd", 1.0, schedule="constant", warmup_steps=2)
    variable = keras.Variable(0.0)
    for _ in range(2):
        optimizer.apply_gradients([(np.float32(1), variable)])
    assert float(variable) == -1.5


@pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "rmsprop", "adadelta", "adagrad", "sgd"])
def test_every_named_optimizer_survives_its_config(name):
    optimizer = training.optimizer(name, 0.1, clip_norm=3.0, schedule="inverse_sqrt", warmup_steps=4)
    copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert copy.get_config() == optimizer.get_config()
    assert copy.global_clipnorm == 3.0


def test_an_unknown_optimizer_is_named_with_what_is_allowed():
    with pytest.raises(ValueError, match=r"optimizer must be one of adam, .*, sgd, got 'adm'"):
        training.optimizer("adm")


def test_a_clip_norm_of_zero_is_an_error():
    with pytest.raises(ValueError, match="clip_norm must be > 0 or None, got 0"):
        training.optimizer("adam", clip_norm=0)
