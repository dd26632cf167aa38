"""The LiteRT model of a network that streams hears chunks as the network hears the whole."""

import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.config import FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.litert import litert_model
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.units import Units
from rnnapps.decoding.ctc import greedy
from rnnapps.export_litert import export_litert
from tests.speech_to_text.conftest import RATE, spoken

interpreters = pytest.importorskip("ai_edge_litert.interpreter")
UNITS = Units("characters", ("", " ", "a", "e", "n", "o"))


@pytest.fixture(scope="module")
def model():
    """Its weights are drawn: what it hears is wrong, and changes from frame to frame."""
    tf.keras.utils.set_random_seed(3)
    config = SpeechConfig(
        features=FeaturesConfig(rate=RATE, bands=6, normalization="running"),
        model=ModelConfig(causal=True, bidirectional=False, filters=4, units=6, layers=1, dropout=0.0, subsampling=2),
    )
    made = build_recognizer(config, len(UNITS))
    for weight in made.dense.weights:
        weight.assign(3.0 * tf.random.stateless_normal(weight.shape, (1, 2)))
    return made


@pytest.fixture(scope="module")
def interpreter(model, tmp_path_factory):
    folder = export_litert(litert_model("drawn", model, UNITS, {}), tmp_path_factory.mktemp("phone") / "litert")
    return interpreters.Interpreter(str(folder / "model.tflite"), num_threads=1)


def test_chunks_of_any_size_are_heard_as_the_whole(interpreter, model):
    sound = spoken("ano one")
    states = interpreter.get_signature_runner("initial_states")()
    stream, posteriors, labels = interpreter.get_signature_runner("stream"), [], []
    chunks = np.split(sound, (1000, 1000, 1001, 1700))  # none and one sample are chunks too
    for number, chunk in enumerate(chunks):
        states = stream(chunk=chunk[None], last=np.array(number == len(chunks) - 1), **states)
        posteriors.append(states.pop("log_probs")[0])
        labels += states.pop("labels")[0].tolist()
    expected, frames = model.posteriors(sound[None], tf.constant([len(sound)]))
    np.testing.assert_allclose(np.concatenate(posteriors), expected[0], atol=1e-4)
    assert labels == greedy(expected, frames)[0][0].numpy().tolist()
    assert labels
