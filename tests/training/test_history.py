import csv

import keras
import numpy as np

from rnnapps import training


def trained(path, epochs, **options):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(training.optimizer("sgd", 1.0, schedule="inverse_sqrt", warmup_steps=4), "mse")
    history = training.History(path)
    x, y = np.ones((4, 2)), np.ones((4, 1))
    model.fit(x, y, epochs=epochs, batch_size=2, callbacks=[history], verbose=0, **options)
    return history


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_has_a_row_per_epoch(tmp_path):
    history = trained(tmp_path / "history.csv", 2)
    rows = read(tmp_path / "history.csv")
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["loss"]) for row in rows] == history.history["loss"]


def test_the_learning_rate_is_that_of_the_next_step(tmp_path):
    # Four steps done in two epochs: the schedule at step 2 is 3/4 of the peak, at step 4 sqrt(4/5).
    rates = trained(tmp_path / "history.csv", 2).history["learning_rate"]
    np.testing.assert_allclose(rates, [0.75, np.sqrt(4 / 5)], rtol=1e-6)


def test_a_column_that_comes_late_is_empty_before(tmp_path):
    trained(tmp_path / "history.csv", 2, validation_data=(np.ones((2, 2)), np.ones((2, 1))), validation_freq=2)
    assert [row["val_loss"] == "" for row in read(tmp_path / "history.csv")] == [True, False]


def test_rows_after_the_checkpoint_are_dropped(tmp_path):
    path = tmp_path / "history.csv"
    history = trained(path, 1)
    state = history.get_state()
    state = {"rows": list(state["rows"]), "seconds": 2.0}
    later = trained(path, 3)
    later.set_state(state)
    assert [row["epoch"] for row in read(path)] == ["1"]
