"""Live text of a real network, with random weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.config import DecodeConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.recognition import Recognition
from apps.speech_to_text.units import Units

RATE, SYMBOLS = 2000, ("", " ", "a", "b", "c")


def recognition(causal):
    keras.utils.set_random_seed(3)
    config = SpeechConfig(
        features=FeaturesConfig(rate=RATE, bands=6, normalization="running" if causal else "utterance"),
        model=ModelConfig(
            causal=causal, bidirectional=not causal, filters=4, units=6, layers=1, dropout=0.0, subsampling=2
        ),
        decode=DecodeConfig(beam_size=1),
    )
    model = build_recognizer(config, len(SYMBOLS))
    # Random weights prefer one symbol for ever; what changes with the sound must show.
    model.dense.kernel.assign(8 * model.dense.kernel)
    return Recognition(model, Units("characters", SYMBOLS), config)


@pytest.fixture(scope="module")
def causal():
    return recognition(causal=True)


@pytest.fixture(scope="module")
def sound():
    time = np.arange(2 * RATE + 1) / RATE
    return (np.sin(2 * np.pi * 200 * time**2) * (np.sin(9 * time) > 0)).astype("float32")


@pytest.mark.parametrize("cuts", [[], [1, 2, 700, 700, 3000], list(range(480, 4001, 480))])
def test_chunks_have_exactly_the_posteriors_of_the_whole(causal, sound, cuts):
    whole, frames = causal.model.posteriors(tf.constant(sound[None]), tf.constant([len(sound)]))
    found = np.concatenate(list(causal.live().posteriors(np.split(sound, cuts))))
    assert len(found) == frames[0]
    np.testing.assert_allclose(found, whole[0], atol=2e-5)


def test_a_network_that_reads_from_both_ends_has_no_live_text():
    with pytest.raises(ValueError, match="hears whole recordings only; for live text train with"):
        recognition(causal=False).live()
