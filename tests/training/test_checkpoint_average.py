import keras
import numpy as np
import pytest

from rnnapps import training


class Ramp(keras.optimizers.SGD):
    """Adds 1 to every weight in every step."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign_add(keras.ops.ones_like(variable))


def train(run_dir, values, epochs, last=2, resume=False):
    """One step per epoch, so the weight is the epoch; `values` are what the metric measures, the mean's last."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(Ramp(), "mse")
    left = iter(values)
    metric = training.DecodedMetric("val_bleu", lambda: next(left))
    average = training.CheckpointAverage(metric, last)
    one = np.ones((1, 1), "float32")
    data = training.ArrayBatches(one, one, 1)
    training.fit(model, data, epochs=epochs, run_dir=run_dir, callbacks=[metric, average], resume=resume, verbose=0)
    return model.get_weights()[0].item(), average


def test_the_mean_of_the_last_epochs_stays_when_it_is_better(tmp_path):
    weight, average = train(tmp_path, [1, 2, 3, 4, 9], epochs=4, last=3)
    assert weight == 3.0  # of 2, 3 and 4
    assert (average.kept, average.value) == (True, 9.0)


def test_the_best_epoch_stays_when_the_mean_is_no_better(tmp_path):
    weight, average = train(tmp_path, [1, 5, 3, 4, 5], epochs=4, last=3)
    assert weight == 2.0
    assert not average.kept


def test_both_figures_are_printed(tmp_path, capsys):
    train(tmp_path, [1, 2, 9], epochs=2)
    assert "mean of 2 epochs: val_bleu 9, the best epoch's 2; the mean is kept" in capsys.readouterr().out


def test_a_resumed_run_averages_the_same_epochs(tmp_path):
    train(tmp_path, [1, 2, 0], epochs=2)
    weight, average = train(tmp_path, [3, 9], epochs=3, resume=True)
    assert weight == 2.5
    assert [file.name for file in average.files] == ["epoch-000003.npz", "epoch-000002.npz"]


def test_one_epoch_alone_is_not_averaged(tmp_path):
    assert train(tmp_path, [1], epochs=1)[0] == 1.0


def test_no_more_weights_stay_than_checkpoints_can_lead_back_to(tmp_path):
    _, average = train(tmp_path, range(9), epochs=8)
    assert len(list(average.metric.folder.glob("epoch-*"))) == 2 + 3


def test_the_mean_of_fewer_than_two_is_refused():
    with pytest.raises(ValueError, match="last must be >= 2, got 1"):
        training.CheckpointAverage(None, 1)
