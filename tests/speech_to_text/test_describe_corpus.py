"""What check says of recordings that have no fault."""

import numpy as np
import pytest

from apps.speech_to_text.config import DataConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.corpus_faults import check_corpus
from apps.speech_to_text.data import Corpus
from apps.speech_to_text.describe_corpus import describe_corpus, safe_subsampling
from apps.speech_to_text.units import build_units
from rnnapps.audio.read_audio import join, resampled
from rnnapps.audio.recording import Recording
from rnnapps.audio.waveforms import Waveforms
from tests.speech_to_text.recorded import speech

CONFIG = SpeechConfig(data=DataConfig(), features=FeaturesConfig(rate=8000), model=ModelConfig(subsampling=4))


def recording(seconds, number, text="abba ab", speaker=None, rate=8000):
    return Recording.from_array(speech(seconds, number, rate), rate, text, f"{number}.wav", speaker)


def described(training, validation=(), config=CONFIG):
    corpus = Corpus(list(training), list(validation), [], "own", "", ())
    units = build_units(config, corpus.training)
    return describe_corpus(check_corpus(corpus, units, config), units, config)


@pytest.fixture(scope="module")
def lines():
    training = [recording(seconds, number, speaker="pq"[number % 2]) for number, seconds in enumerate([1.2, 2, 2.4, 6])]
    return described(training, [recording(1.8, 4, rate=4000)])


def test_each_side_has_a_row(lines):
    # 11.6 seconds are 0.003 hours.
    assert lines[1].split() == ["training", "4", "0.003", "1.20,", "2.20,", "6.00", "8", "2"]
    assert lines[2].split() == ["validation", "1", "0.001", "1.80,", "1.80,", "1.80", "2", "unknown"]


def test_rates_and_symbols_are_counted(lines):
    text = "\n".join(lines)
    assert "8000 Hz (4), 4000 Hz (1); the network's is 8000 Hz" in text
    assert "3 characters and the blank: ' ab'" in text


def test_the_histogram_has_a_bar_for_each_length(lines):
    start = lines.index("seconds    recordings")
    bars = [line.split() for line in lines[start + 1 :] if line and not line.startswith("advice")]
    # Ten steps from 1.2 to 6 s would be 0.48 s each: half a second.
    half, whole = "#" * 20, "#" * 40
    assert bars[:3] == [["1.0-1.5", "1", half], ["1.5-2.0", "1", half], ["2.0-2.5", "2", whole]]
    assert sum(int(bar[1]) for bar in bars) == 5
    assert bars[-1][:2] == ["6.0-6.5", "1"]


def test_the_largest_safe_subsampling_is_advised():
    # "abba ab" needs 8 frames: 7 symbols and a blank. 0.35 s are 36 frames: subsampling 4 leaves 9 of them, 6 leaves 6.
    recordings = [recording(0.35, 1), recording(2, 2)]
    waveforms = Waveforms(recordings, 8000)
    assert safe_subsampling([waveforms], build_units(CONFIG, recordings), CONFIG) == (4, {6: 1, 8: 1, 9: 1, 12: 1})
    assert "advice: largest safe model.subsampling: 4; 6 is too much for the texts of 1 (it is 4)" in described(
        recordings
    )


def test_a_rate_that_loses_nothing_is_advised():
    narrow = [
        Recording.from_array(join(resampled([speech(1, n).astype(np.float32)], 8000, 16000)), 16000, "ab", f"{n}.wav")
        for n in range(3)
    ]
    wide = SpeechConfig(features=FeaturesConfig(rate=16000))
    assert any("features.rate 8000 loses nothing" in line for line in described(narrow, config=wide))
    assert not any("loses nothing" in line for line in described([recording(1, 1), recording(1, 2)]))
