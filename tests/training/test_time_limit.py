import keras
import numpy as np
import pytest

from rnnapps import training


class Clock:
    """A clock that each look moves on by a minute's half."""

    def __init__(self, monkeypatch):
        self.seconds = 0.0
        monkeypatch.setattr("rnnapps.training.time_limit.time.monotonic", self)

    def __call__(self):
        return self.seconds


def train(run_dir, clock, minutes, resume=False, epochs=3):
    """Four steps per epoch, each a minute long."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    seen = []
    tick = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: (seen.append(batch), setattr(clock, "seconds", clock.seconds + 60))
    )
    metric = training.DecodedMetric("val_bleu", lambda: float(len(seen)), every=9)
    data = training.ArrayBatches(np.ones((4, 1), "float32"), np.ones((4, 1), "float32"), 1)
    history = training.fit(
        model,
        data,
        epochs=epochs,
        run_dir=run_dir,
        callbacks=[tick, training.TimeLimit(minutes), metric],
        checkpoint_every=1,
        resume=resume,
        verbose=0,
    )
    return seen, history


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_training_ends_with_the_step_in_which_the_time_is_over(tmp_path, clock):
    seen, history = train(tmp_path, clock, minutes=6)
    assert len(seen) == 6
    assert history.history["epoch"] == [1, 2]


def test_what_was_trained_until_then_is_measured(tmp_path, clock):
    _, history = train(tmp_path, clock, minutes=6)
    assert history.history["val_bleu"] == [6.0]


def test_a_run_that_the_clock_ended_stays_ended(tmp_path, clock):
    train(tmp_path, clock, minutes=6)
    seen, history = train(tmp_path, clock, minutes=6, resume=True)
    assert seen == []
    assert history.history["epoch"] == [1, 2]


def test_minutes_before_a_resume_count(tmp_path, clock):
    train(tmp_path, clock, minutes=60, epochs=1)
    seen, _ = train(tmp_path, clock, minutes=6, resume=True)
    assert len(seen) == 2


def test_no_time_is_refused():
    with pytest.raises(ValueError, match="minutes must be > 0, got 0"):
        training.TimeLimit(0)
