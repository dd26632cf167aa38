"""The embedded digits: what is held out, and that a seed gives the same samples."""

import numpy as np
import pytest

from apps.speech_to_text.config import AugmentConfig, DataConfig
from apps.speech_to_text.data import read_corpus
from apps.speech_to_text.digits.connected_digits import CONDITIONS, RATE, connected_digits
from apps.speech_to_text.digits.noises import NOISES


@pytest.fixture(scope="module")
def sides():
    return connected_digits(80)


def test_without_data_of_ones_own_the_digits_are_read():
    corpus = read_corpus(DataConfig(strings=24))
    assert [len(side) for side in corpus.sides.values()] == [24, 3, 3]
    assert corpus.report[0].startswith("embedded connected digits: 24 training")
    assert "CC BY-SA 3.0" in corpus.licence
    assert "Allison Smith" in corpus.licence


def test_no_string_is_on_two_sides(sides):
    texts = [recording.text for side in sides.values() for recording in side]
    assert len(texts) == 100
    assert len(set(texts)) == 100


def test_strings_have_one_to_seven_digits_and_all_digits_occur(sides):
    strings = [recording.text.split() for recording in sides["training"]]
    assert {len(string) for string in strings} == set(range(1, 8))
    assert len({word for string in strings for word in string}) == 10


@pytest.mark.parametrize("side", ["validation", "test"])
def test_held_out_sides_have_noise_and_speeds_that_training_has_not_even_after_augmentation(side):
    training, held_out, augment = CONDITIONS["training"], CONDITIONS[side], AugmentConfig()
    slowest = training.speeds[0][0] * (1 - augment.speed)
    fastest = training.speeds[0][1] * (1 + augment.speed)
    assert not set(held_out.noises) & {*training.noises, *augment.noise_names}
    assert all(high < slowest or low > fastest for low, high in held_out.speeds)
    assert held_out.ratios[1] < training.ratios[0]


def test_a_seed_gives_the_same_samples(sides):
    again = connected_digits(80)
    for side, recordings in sides.items():
        for one, other in zip(recordings, again[side], strict=True):
            assert one.text == other.text
            np.testing.assert_array_equal(one.waveform(RATE), other.waveform(RATE))


def test_samples_are_within_full_scale_and_of_the_length_that_is_told(sides):
    for recording in sides["training"] + sides["test"]:
        waveform = recording.waveform(RATE)
        assert 0.02 < np.abs(waveform).max() <= 0.99 + 1e-6
        assert len(waveform) == round(recording.duration * RATE)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_has_mean_square_one(kind):
    noise = NOISES[kind](40_000, RATE, np.random.default_rng(1))
    assert noise.shape == (40_000,)
    assert np.mean(noise.astype(float) ** 2) == pytest.approx(1, rel=0.02)


def test_hum_has_twenty_tones_at_multiples_of_the_mains():
    noise = NOISES["hum"](RATE, RATE, np.random.default_rng(1))  # one second: bin n of the spectrum is n Hz
    loud = np.flatnonzero(np.abs(np.fft.rfft(noise)) > 10)  # the hiss is below 1
    assert len(loud) == 20
    assert set(loud % loud[0]) == {0}
    assert loud[0] in (50, 60)
