"""Noises have the spectrum and the envelope of their kind."""

import numpy as np
import pytest

from rnnapps.audio.noises import BURST, bands, bursts, pink, white

RATE = 8000


def random(seed=0):
    return np.random.default_rng(seed)


def shares(noise, parts):
    """Of the power, in equal parts of the spectrum."""
    power = np.abs(np.fft.rfft(noise))[1:] ** 2
    return np.array([part.sum() for part in np.array_split(power, parts)]) / power.sum()


@pytest.mark.parametrize("make", [white, pink, bands, bursts])
def test_a_generator_gives_the_same_samples_again_and_no_more_of_them_than_asked(make):
    noise = make(1000, RATE, random(3))
    assert (noise.shape, noise.dtype) == ((1000,), np.float32)
    assert noise.any()
    np.testing.assert_array_equal(noise, make(1000, RATE, random(3)))


@pytest.mark.parametrize("make", [white, pink, bands, bursts])
def test_no_samples_are_no_error(make):
    assert make(0, RATE, random()).shape == (0,)


def test_white_noise_has_the_same_power_everywhere():
    np.testing.assert_allclose(shares(white(1 << 17, RATE, random()), 8), 1 / 8, atol=0.01)


def test_pink_noise_has_the_same_power_in_every_octave():
    spectrum = np.abs(np.fft.rfft(pink(1 << 17, RATE, random()))) ** 2
    frequency = np.fft.rfftfreq(1 << 17)
    octaves = [spectrum[(frequency >= low) & (frequency < 2 * low)].sum() for low in (0.005, 0.02, 0.08, 0.2)]
    np.testing.assert_allclose(octaves / np.mean(octaves), 1, atol=0.15)


def test_bands_leave_most_of_the_spectrum_empty_and_not_always_the_same():
    loudest = []
    for seed in range(20):
        found = np.sort(shares(bands(1 << 15, RATE, random(seed)), 32))
        assert found[:8].sum() < 0.1  # of the power, in a quarter of the spectrum
        loudest.append(int(np.argmax(shares(bands(1 << 15, RATE, random(seed)), 32))))
    assert len(set(loudest)) > 5


def test_bands_are_finite_at_every_rate():
    for rate in (1000, 16000, 48000):
        assert np.isfinite(bands(rate, rate, random(1))).all()


def test_bursts_are_silent_between_and_as_short_as_they_should_be():
    noise = bursts(60 * RATE, RATE, random(1))
    sounding = np.flatnonzero(np.diff(np.concatenate([[0], noise != 0, [0]]).astype(int)))
    lengths = np.diff(sounding)[::2] / RATE
    assert 0.05 < np.mean(noise == 0) < 0.95
    assert np.median(lengths) > BURST[0]
