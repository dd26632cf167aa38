import keras
import numpy as np
import pytest

from apps.speech_to_text.batches import validation_batches
from apps.speech_to_text.config import FeaturesConfig, ModelConfig, SpeechConfig, TrainConfig
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.units import Units
from apps.speech_to_text.validation_figures import ForgiveSilence, ValidationFigures, evenly
from rnnapps.audio.recording import Recording
from rnnapps.training import DecodedMetric
from tests.speech_to_text.conftest import RATE, spoken, texts

UNITS = Units("characters", ("", " ", "a", "e", "n", "o"))
RECORDINGS = [Recording.from_array(spoken(text, seed=n), RATE, text, str(n)) for n, text in enumerate(texts(5))]


def config(batch_size=2, head="ctc"):
    return SpeechConfig(
        features=FeaturesConfig(rate=RATE, bands=6),
        model=ModelConfig(filters=4, units=4, layers=1, subsampling=8, head=head),
        train=TrainConfig(batch_size=batch_size),
    )


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return build_recognizer(config(), len(UNITS))


def figures(model, batch_size=2):
    batches = validation_batches(RECORDINGS, UNITS, config(batch_size))
    return ValidationFigures(model, batches, [recording.text for recording in RECORDINGS], UNITS)


def test_the_figures_do_not_depend_on_the_batches(model):
    by_two, by_three = figures(model, 2).measure(), figures(model, 3).measure()
    assert set(by_two) == {"val_loss", "val_cer", "val_wer", "val_blank"}
    for name, value in by_two.items():
        np.testing.assert_allclose(by_three[name], value, rtol=1e-5)


def test_a_network_that_says_nothing_has_every_character_wrong(model):
    before = model.dense.bias.numpy()
    model.dense.bias.assign(before + 100 * np.eye(len(UNITS))[0])
    measured = figures(model)
    found = measured.measure()
    model.dense.bias.assign(before)
    assert (found["val_blank"], found["val_cer"], found["val_wer"]) == (1.0, 100.0, 100.0)
    assert measured.silent


def test_silence_does_not_use_up_patience(model, tmp_path):
    measured = figures(model)
    values = iter([100.0, 100.0, 100.0, 90.0, 95.0])
    shares = iter([1.0, 1.0, 1.0, 0.9, 0.8])

    def measure():
        measured.latest = {"val_blank": next(shares)}
        return next(values)

    metric = DecodedMetric("val_cer", measure, mode="min", patience=1, folder=tmp_path)
    weights = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    weights.stop_training = False
    metric.set_model(weights)
    metric.set_params({"epochs": 9})
    forgive = ForgiveSilence(measured, metric)
    stopped = []
    for epoch in range(5):
        logs = {}
        metric.on_epoch_end(epoch, logs)
        forgive.on_epoch_end(epoch, logs)
        stopped.append(weights.stop_training)
    assert stopped == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("count", "most", "rows"), [(5, 0, [0, 1, 2, 3, 4]), (3, 5, [0, 1, 2]), (9, 3, [0, 4, 8]), (4, 1, [0])]
)
def test_rows_are_taken_evenly(count, most, rows):
    assert evenly(count, most).tolist() == rows
