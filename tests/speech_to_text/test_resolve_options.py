"""Options that are left to the recordings and to each other."""

import dataclasses

import numpy as np
import pytest

from apps.speech_to_text.config import DataConfig, DecodeConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.data import Corpus
from apps.speech_to_text.resolve_options import resolve_options
from apps.speech_to_text.run_folder import RunFolder
from rnnapps.audio.recording import Recording


def corpus(*rates):
    recordings = [Recording.from_array(np.zeros(8, np.float32), rate, "one", str(rate)) for rate in rates]
    return Corpus(training=recordings, validation=[], test=[], name="", licence="", report=())


@pytest.mark.parametrize(
    ("rates", "expected"), [((8000, 8000, 44100), 8000), ((44100, 44100, 8000), 16000), ((), 16000)]
)
def test_the_rate_is_the_commonest_of_the_recordings_and_at_most_16000(rates, expected):
    assert resolve_options(SpeechConfig(), corpus(*rates)).features.rate == expected


@pytest.mark.parametrize(
    ("head", "beam_size", "expected"),
    [
        ("ctc", 16, "word"),
        ("joint", 16, "word"),
        ("ctc", 1, "none"),
        ("attention", 16, "none"),
        ("keyword", 16, "none"),
    ],
)
def test_a_language_model_is_learnt_where_there_is_a_search_that_knows_it(head, beam_size, expected):
    config = SpeechConfig(model=ModelConfig(head=head), decode=DecodeConfig(beam_size=beam_size))
    assert resolve_options(config, corpus(8000)).decode.lm == expected


def test_what_was_given_stays():
    given = SpeechConfig(features=FeaturesConfig(rate=11025), decode=DecodeConfig(lm="character"))
    assert resolve_options(given, corpus(8000)) == given


def test_more_mel_bands_than_the_rate_allows_are_refused():
    config = dataclasses.replace(SpeechConfig(), features=FeaturesConfig(bands=4000))
    with pytest.raises(ValueError, match=r"features\.bands"):
        resolve_options(config, corpus(8000))


def test_a_resumed_run_need_not_be_told_what_the_recordings_decided(tmp_path):
    given = SpeechConfig(data=DataConfig(path="calls.tsv"))
    stored = resolve_options(given, corpus(8000))
    assert RunFolder.create(tmp_path / "run", stored).resumed_config(given) == stored


def test_an_option_that_a_resumed_run_cannot_change_is_named(tmp_path):
    folder = RunFolder.create(tmp_path / "run", resolve_options(SpeechConfig(), corpus(8000)))
    with pytest.raises(ValueError, match=r"--decode\.lm none: the run was started with word"):
        folder.resumed_config(SpeechConfig(decode=DecodeConfig(lm="none")))
