import keras
import numpy as np
import pytest

from rnnapps import training


class Ramp(keras.optimizers.SGD):
    """Adds 1 to every weight in every step, so that the average can be worked out by hand."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign_add(keras.ops.ones_like(variable))


def tiny_model(steps_per_execution=1):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(Ramp(), "mse", steps_per_execution=steps_per_execution)
    return model


def data(steps):
    return training.ArrayBatches(np.ones((steps, 1), "float32"), np.zeros((steps, 1), "float32"), 1)


def weight(model):
    return model.get_weights()[0].item()


def train(run_dir, average, steps, callbacks=(), model=None, **options):
    model = model or tiny_model()
    training.fit(
        model, data(steps), run_dir=run_dir, callbacks=[average, *callbacks], verbose=0, **{"epochs": 1} | options
    )
    return model


def test_the_average_is_the_one_worked_out_by_hand(tmp_path):
    # w is 1, 2, 3 after the steps; d = 2/11, 3/12, 4/13:
    # a = 9/11 = .818182;  .25 a + .75 * 2 = 1.704545;  4/13 a + 9/13 * 3 = 2.601399
    model = train(tmp_path, training.MovingAverage(0.999, every=1), 3)
    assert weight(model) == pytest.approx(2.601399, abs=1e-6)


def test_the_decay_is_never_more_than_asked_for(tmp_path):
    # d = .1 throughout: a = .9;  .09 + 1.8 = 1.89;  .189 + 2.7 = 2.889
    assert weight(train(tmp_path, training.MovingAverage(0.1, every=1), 3)) == pytest.approx(2.889, abs=1e-6)


def test_an_update_every_few_steps_decays_for_all_of_them(tmp_path):
    # Steps 2 and 4: d = .5 ** 2 = .25 (3/12 < .5: .0625 first), w = 2 and 4:
    # a = .9375 * 2 = 1.875;  d = 5/14 < .5: (5/14) ** 2 = .127551: .127551 * 1.875 + .872449 * 4 = 3.728954
    assert weight(train(tmp_path, training.MovingAverage(0.5, every=2), 5)) == pytest.approx(3.728954, abs=1e-6)


def test_several_steps_in_one_execution_update_too(tmp_path):
    # Seen after steps 3 and 6 only, each past a multiple of two.
    model = train(tmp_path, training.MovingAverage(0.1, every=2), 6, model=tiny_model(steps_per_execution=3))
    assert weight(model) == pytest.approx(0.01 * 0.99 * 3 + 0.99 * 6, abs=1e-6)


def test_the_decoded_metric_and_the_best_weights_are_the_average(tmp_path):
    model, average, seen = tiny_model(), training.MovingAverage(0.1, every=1), []

    def evaluate():
        seen.append(weight(model))
        return -len(seen)  # the first epoch stays the best

    metric = training.DecodedMetric("val_bleu", evaluate, average=average)
    train(tmp_path, average, 2, [metric], model, epochs=2)
    # 1.89 after two steps; training goes on from 2, not from 1.89: .1 * (.1 * 1.89 + .9 * 3) + .9 * 4
    assert seen == pytest.approx([1.89, 3.8889], abs=1e-6)
    assert weight(model) == pytest.approx(1.89, abs=1e-6)


def test_the_validation_loss_is_that_of_the_average(tmp_path):
    average = training.MovingAverage(0.1, every=1)
    history = training.fit(
        tiny_model(), data(2), epochs=1, run_dir=tmp_path, callbacks=[average], validation_data=data(1), verbose=0
    )
    assert history.history["val_loss"] == pytest.approx([1.89**2], abs=1e-5)


def test_in_model_puts_the_weights_back_after_an_error():
    model, average = tiny_model(), training.MovingAverage()
    average.set_model(model)
    average.variables[0].assign([[5.0]])
    with pytest.raises(ValueError, match="stop"), average.in_model():
        assert weight(model) == 5.0
        raise ValueError("stop")
    assert (weight(model), average.variables[0].numpy().item()) == (0.0, 5.0)


def test_a_resumed_run_goes_on_with_the_average(tmp_path):
    whole = train(tmp_path / "whole", training.MovingAverage(0.9, every=1), 3, epochs=2)
    train(tmp_path / "cut", training.MovingAverage(0.9, every=1), 3, epochs=1)
    resumed = train(tmp_path / "cut", training.MovingAverage(0.9, every=1), 3, epochs=2, resume=True)
    assert weight(resumed) == weight(whole)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decay": 1.0}, r"decay must be in \(0, 1\), got 1.0"),
        ({"decay": 0.0}, r"decay must be in \(0, 1\), got 0.0"),
        ({"every": 0}, "every must be >= 1, got 0"),
    ],
)
def test_a_bad_argument_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        training.MovingAverage(**options)
