import keras
import numpy as np
import pytest

from rnnapps import training


def tiny_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def run(run_dir, values, epochs=10, resume=False, model=None, **options):
    """Trains while the metric takes the given values, one per measurement."""
    left = iter(values)
    metric = training.DecodedMetric("val_bleu", lambda: next(left), **options)
    model = model or tiny_model()
    data = training.ArrayBatches(np.ones((4, 2), "float32"), np.ones((4, 1), "float32"), 2)
    history = training.fit(model, data, epochs=epochs, run_dir=run_dir, callbacks=[metric], resume=resume, verbose=0)
    return metric, history, model


def test_the_value_is_in_the_history(tmp_path):
    _, history, _ = run(tmp_path, [1.5, 2.5], epochs=2)
    assert history.history["val_bleu"] == [1.5, 2.5]


def test_training_stops_after_patience_measurements_without_improvement(tmp_path):
    metric, history, _ = run(tmp_path, [1, 3, 2, 3, 9], patience=2)
    assert len(history.rows) == 4
    assert (metric.best, metric.best_epoch) == (3.0, 2)


def test_in_mode_min_smaller_is_better(tmp_path):
    metric, history, _ = run(tmp_path, [3, 2, 2.5, 1], patience=1, mode="min")
    assert (metric.best, len(history.rows)) == (2.0, 3)


def test_an_improvement_below_min_delta_does_not_count(tmp_path):
    metric, _, _ = run(tmp_path, [1, 1.05, 1.2], patience=3, min_delta=0.1, epochs=3)
    assert metric.best_epoch == 3


def test_nan_is_never_the_best(tmp_path):
    metric, _, _ = run(tmp_path, [float("nan"), 1, float("nan")], epochs=3)
    assert (metric.best, metric.best_epoch) == (1.0, 2)


def test_among_equals_the_least_loss_is_kept_but_patience_goes_on(tmp_path):
    values = [{"val_bleu": bleu, "val_loss": loss} for bleu, loss in ((2, 0.5), (3, 0.4), (3, 0.2), (3, 0.3), (9, 0.1))]
    metric, history, _ = run(tmp_path, values, patience=2)
    assert (metric.best_epoch, len(history.rows)) == (3, 4)


def test_the_loss_among_equals_survives_a_resume(tmp_path):
    figures = lambda loss: {"val_bleu": 3, "val_loss": loss}
    run(tmp_path, [figures(0.2)], epochs=1)
    metric, _, _ = run(tmp_path, [figures(0.3)], epochs=2, resume=True)
    assert metric.best_epoch == 1


def test_all_figures_are_in_the_history(tmp_path):
    _, history, _ = run(tmp_path, [{"val_bleu": 1, "val_chrf": 4}], epochs=1)
    assert (history.rows[0]["val_bleu"], history.rows[0]["val_chrf"]) == (1.0, 4.0)


def test_figures_without_the_metric_are_no_measurement(tmp_path):
    with pytest.raises(ValueError, match=r"evaluate of 'val_bleu' must return a number, got \{'val_chrf': 4\}"):
        run(tmp_path, [{"val_chrf": 4}], epochs=1)


def test_every_other_epoch_is_measured(tmp_path):
    _, history, _ = run(tmp_path, [1, 2], epochs=4, every=2)
    assert [row.get("val_bleu") for row in history.rows] == [None, 1.0, None, 2.0]


def test_the_best_weights_are_in_the_model_at_the_end(tmp_path):
    _, _, best = run(tmp_path / "a", [1, 2], epochs=2)
    _, _, model = run(tmp_path / "b", [1, 2, 0], epochs=3)
    np.testing.assert_array_equal(model.get_weights()[0], best.get_weights()[0])


def test_best_and_patience_survive_a_resume(tmp_path):
    run(tmp_path, [5, 4], epochs=2, patience=2)
    metric, history, model = run(tmp_path, [3, 9], patience=2, resume=True)
    assert [row["val_bleu"] for row in history.rows] == [5.0, 4.0, 3.0]
    assert (metric.best, metric.best_epoch, metric.wait) == (5.0, 1, 2)
    once = tiny_model()
    once.load_weights(metric.best_weights)
    np.testing.assert_array_equal(model.get_weights()[0], once.get_weights()[0])


def test_a_run_that_was_stopped_stays_stopped(tmp_path):
    run(tmp_path, [5, 4], patience=1)
    _, history, _ = run(tmp_path, [], patience=1, resume=True)
    assert len(history.rows) == 2


def test_as_many_best_weights_stay_as_checkpoints_can_name(tmp_path):
    metric, _, _ = run(tmp_path, range(8), epochs=8)
    kept = sorted(path.name for path in metric.folder.glob("best-*"))
    assert kept == [f"best-{epoch:06d}.weights.h5" for epoch in (5, 6, 7, 8)]


def test_missing_best_weights_are_named_at_the_resume(tmp_path):
    metric, _, _ = run(tmp_path, [5], epochs=1)
    metric.best_weights.unlink()
    with pytest.raises(FileNotFoundError, match=r"best-000001.weights.h5: the best weights so far are missing"):
        run(tmp_path, [4], epochs=2, resume=True)


def test_a_value_that_is_not_a_number_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="evaluate of 'val_bleu' must return a number, got 'high'"):
        run(tmp_path, ["high"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "auto"}, 'mode must be "max" or "min", got \'auto\''),
        ({"patience": 0}, "patience must be >= 1 or None, got 0"),
        ({"every": 0}, "every must be >= 1, got 0"),
        ({"min_delta": -1}, "min_delta must be >= 0, got -1"),
    ],
)
def test_a_bad_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        training.DecodedMetric("val_bleu", float, **options)
