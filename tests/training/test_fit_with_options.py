"""Training by options: the callbacks that they ask for, and what is told of it."""

import csv
from dataclasses import dataclass

import keras
import numpy as np
import pytest

from rnnapps.training import ArrayBatches, fit_with_options, optimizer_of
from rnnapps.training_options import TrainingOptions

X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


@dataclass(frozen=True)
class Options(TrainingOptions):
    epochs: int = 4
    schedule: str = "constant"
    warmup_steps: int = 0


def fitted(run_dir, values, mode="min", callbacks=None, **options):
    """What is told of a training whose metric takes the values one after the other."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="dense")])
    values = iter(values)
    options = Options(**options)
    model.compile(optimizer_of(options, 16), "mse")
    batches = ArrayBatches(X, Y, 4)
    told = fit_with_options(
        model, batches, "val_wrong", lambda: next(values), options, run_dir, mode=mode, callbacks=callbacks
    )
    return told, model


def history(run_dir):
    with (run_dir / "history.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_best_epoch_and_its_metric_are_told(tmp_path):
    told, _ = fitted(tmp_path, [3.0, 1.0, 2.0, 4.0], averaging="none")
    assert (told["epochs"], told["best_epoch"], told["val_wrong"], told["weights"]) == (4, 2, 1.0, "best epoch")


def test_patience_ends_the_training(tmp_path):
    told, _ = fitted(tmp_path, [3.0, 4.0, 5.0, 1.0], patience=2)
    assert told["epochs"] == 3


def test_no_patience_never_ends_it(tmp_path):
    told, _ = fitted(tmp_path, [3.0, 4.0, 5.0, 6.0], patience=0)
    assert told["epochs"] == 4


def test_every_second_epoch_is_measured_and_the_last(tmp_path):
    fitted(tmp_path, [3.0, 2.0, 1.0], epochs=5, evaluate_every=2)
    assert [row["val_wrong"] for row in history(tmp_path)] == ["", "3.0", "", "2.0", "1.0"]


def test_an_average_of_the_last_epochs_that_is_better_is_kept(tmp_path):
    told, _ = fitted(tmp_path, [3.0, 2.0, 2.0, 2.0, 1.0], averaging="last", average_last=2)
    assert (told["weights"], told["val_wrong"]) == ("mean of the last epochs", 1.0)


def test_a_worse_average_is_not(tmp_path):
    told, _ = fitted(tmp_path, [3.0, 2.0, 2.0, 2.0, 2.5], averaging="last", average_last=2)
    assert (told["weights"], told["val_wrong"]) == ("best epoch", 2.0)


def test_further_callbacks_come_after_the_measurement_and_are_given_it(tmp_path):
    class Doubled(keras.callbacks.Callback):
        def __init__(self, metric):
            super().__init__()
            self.metric = metric

        def on_epoch_end(self, epoch, logs=None):
            logs["twice"] = 2 * logs[self.metric.name]

    fitted(tmp_path, [3.0, 2.0], epochs=2, callbacks=lambda metric: [Doubled(metric)])
    assert [row["twice"] for row in history(tmp_path)] == ["6.0", "4.0"]


def test_gradient_norms_are_recorded_and_drawn(tmp_path):
    fitted(tmp_path, [1.0], epochs=1)
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {"gradient_flow.npz", "gradient_flow_layers.png"}


@pytest.mark.parametrize(
    ("schedule", "warmup", "rates"),
    [
        # n = step + 1; r = rate x what the schedule leaves
        ("constant", 4, {0: 0.25, 3: 1.0, 99: 1.0}),
        ("cosine", 0, {49: 0.5, 99: 0.0}),
        ("exponential", 0, {29: 0.5, 98: 0.1015}),  # 0.5 ** (99 / 30)
        ("inverse_sqrt", 0, {0: 1.0, 3: 0.5}),
    ],
)
def test_the_schedule_runs_over_all_steps(schedule, warmup, rates):
    found = optimizer_of(TrainingOptions(schedule=schedule, warmup_steps=warmup, learning_rate=1.0), 100)
    rate = found._learning_rate
    np.testing.assert_allclose([float(rate(step)) for step in rates], list(rates.values()), atol=1e-3)


def test_without_steps_the_rate_stays(tmp_path):
    found = optimizer_of(TrainingOptions(schedule="cosine", warmup_steps=50, learning_rate=0.5), None)
    assert float(found.learning_rate) == 0.5


def test_no_clipping_and_weight_decay_reach_the_optimizer():
    found = optimizer_of(TrainingOptions(optimizer="adamw", weight_decay=0.03, clip_norm=0), 10)
    assert (found.weight_decay, found.global_clipnorm) == (0.03, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "train.epochs: 0 must be a whole number at least 1"),
        ({"averaging": "swa"}, "train.averaging: 'swa' is not one of none, ema, last"),
        ({"ema_decay": 1.0}, "train.ema_decay: 1.0 must be a number above 0 and below 1"),
        ({"average_last": 1}, "train.average_last: 1 must be a whole number at least 2"),
        ({"learning_rate": 0.0}, "train.learning_rate: 0.0 must be a number above 0"),
    ],
)
def test_a_bad_option_is_named_with_what_is_allowed(options, message):
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**options)


def test_the_devices_are_no_part_of_what_a_resumed_run_must_have_in_common(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")

    def fit(epochs, strategy, **arguments):
        told = {"train": {"seed": 1, "strategy": strategy}}
        options, measure = Options(epochs=epochs), lambda: 1.0
        return fit_with_options(
            model, ArrayBatches(X, Y, 4), "val_wrong", measure, options, tmp_path, fingerprint=told, **arguments
        )

    assert fit(1, "multiworker")["epochs"] == 1
    assert fit(2, "none", resume=True)["epochs"] == 2


def test_tensorboard_reads_what_the_history_holds(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    fitted(tmp_path, [3, 2], epochs=2, tensorboard=True)
    read = accumulator.EventAccumulator(str(tmp_path / "tensorboard" / "validation"), {"tensors": 0}).Reload()
    from tensorflow import make_ndarray

    values = [make_ndarray(event.tensor_proto).item() for event in read.Tensors("epoch_wrong")]
    assert values == [3, 2]


def test_without_the_option_there_are_no_logs_for_tensorboard(tmp_path):
    fitted(tmp_path, [3, 2], epochs=2)
    assert not (tmp_path / "tensorboard").exists()
