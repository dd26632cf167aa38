import keras
import numpy as np
import pytest

from rnnapps import training

X = np.random.default_rng(0).normal(size=(8, 5, 3)).astype("float32")
Y = X.sum((1, 2))[:, None]


def run(run_dir, probe=True, every=None, callbacks=(), **options):
    keras.utils.set_random_seed(3)
    inputs = keras.Input((5, 3))
    model = keras.Model(
        inputs, keras.layers.Dense(1, name="dense")(keras.layers.GRU(3, dropout=0.2, name="gru")(inputs))
    )
    model.compile("adam", "mse")
    flow = training.GradientFlow((X[:2], Y[:2]), run_dir / "plots", every=every)
    callbacks = [*callbacks, *([flow] if probe else [])]
    data = training.ArrayBatches(X, Y, 2)
    training.fit(
        model, data, run_dir=run_dir, callbacks=callbacks, verbose=0, **{"epochs": 3, "checkpoint_every": 3} | options
    )
    return model, flow


class Interrupt(keras.callbacks.Callback):
    """Interrupts in step 3 of epoch 2."""

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 7:
            raise KeyboardInterrupt


def test_each_epoch_is_recorded_with_every_layer_and_step(tmp_path):
    run(tmp_path, epochs=2)
    records = np.load(tmp_path / "plots" / "gradient_flow.npz")
    assert records["steps"].tolist() == [4, 8]
    assert records["states/gru h"].shape == (2, 5)
    assert records["weights/dense"].shape == (2,)


def test_the_plots_are_written(tmp_path):
    steps = np.array([1, 2])
    training.plot_gradient_flow({"steps": steps, "weights/a": steps, "states/a h": np.ones((2, 3))}, tmp_path / "plots")
    for name in ("gradient_flow_layers.png", "gradient_flow_time.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(b"\x89PNG")


def test_watching_every_third_step_changes_no_bit_of_the_training(tmp_path):
    watched, flow = run(tmp_path / "a", every=3, epochs=2)
    unwatched, _ = run(tmp_path / "b", probe=False, epochs=2)
    assert flow.records["steps"].tolist() == [3, 6]
    for there, here in zip(watched.variables, unwatched.variables, strict=True):
        np.testing.assert_array_equal(there.numpy(), here.numpy())


def test_records_survive_a_resume_without_duplicates(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, every=2, callbacks=[Interrupt()])
    _, flow = run(tmp_path, every=2, resume=True)
    assert flow.records["steps"].tolist() == [2, 4, 6, 8, 10, 12]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((X, Y), "plots", 0), "every must be >= 1 or None, got 0"),
        ((X, "plots"), r"batch must be \(x, y\) or \(x, y, sample_weight\), got ndarray"),
    ],
)
def test_a_bad_argument_of_the_callback_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        training.GradientFlow(*arguments)
