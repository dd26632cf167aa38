"""From a network to its decoder, and the decoder from its folder."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from apps.speech_to_text.config import DecodeConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.decoder import Decoder
from apps.speech_to_text.fit_decoder import fit_decoder
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.units import Units
from rnnapps.audio.recording import Recording
from rnnapps.audio.waveforms import Waveforms
from tests.decoding.ctc.all_paths import posteriors

RATE = 2000
UNITS = Units("characters", ("", " ", "a", "b"))
TEXTS = ("ab ba", "ab", "b ab")
CONFIG = SpeechConfig(
    features=FeaturesConfig(rate=RATE, bands=8),
    model=ModelConfig(filters=8, units=6, layers=1, cell="gru", subsampling=4),
    decode=DecodeConfig(beam_size=4, lm="word", lm_weight=0.7, hot_words="bab"),
)


@pytest.fixture(scope="module")
def decoder():
    """Of a network that knows nothing."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    recordings = [Recording.from_array(rng.normal(scale=0.1, size=RATE).astype("float32"), RATE, t) for t in TEXTS]
    corpus = SimpleNamespace(training=recordings)
    checked = SimpleNamespace(corpus=corpus, waveforms={"validation": Waveforms(recordings, RATE)})
    return fit_decoder(build_recognizer(CONFIG, len(UNITS)), UNITS, CONFIG, checked)


def test_a_weight_that_is_given_stays_and_the_other_is_tuned(decoder):
    assert decoder.lm_weight == 0.7
    assert decoder.insertion_bonus in (0.0, 0.5, 1.0, 2.0)


def test_words_of_a_network_that_knows_nothing_are_not_believed(decoder):
    assert float(decoder.word_confidence(np.log(0.5))) < 0.5


def test_a_decoder_survives_its_folder(decoder, tmp_path):
    decoder.save(tmp_path)
    again = Decoder.load(tmp_path, CONFIG, UNITS)
    assert dataclasses.replace(again, learnt=None) == dataclasses.replace(decoder, learnt=None)
    log_probs = posteriors(0, 9, 4, 2.0)[None]
    ours, theirs = (each.search(CONFIG, UNITS)(log_probs, [9]) for each in (decoder, again))
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    np.testing.assert_allclose(ours.scores, theirs.scores, rtol=1e-5)
