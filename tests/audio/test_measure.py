"""Measurements of recordings whose figures are known."""

import numpy as np
import pytest

from rnnapps.audio.measure import measure
from rnnapps.audio.read_audio import join, resampled

RATE = 16000
TIME = np.arange(2 * RATE) / RATE
NOISE = np.random.default_rng(1).normal(0, 0.1, 2 * RATE).astype(np.float32)


def sine(frequency, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * frequency * TIME)).astype(np.float32)


def test_a_sine_above_full_scale_is_clipped_where_it_is_above():
    # |2 sin x| > 1 outside of x in (-30, 30) and (150, 210) degrees: two thirds of the time.
    clipped = measure(np.clip(2 * sine(100, 1), -1, 1), RATE).clipped
    assert clipped == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize("level", [1.0, 0.3])
def test_clipping_is_found_at_any_level(level):
    assert measure(level * np.clip(10 * NOISE, -1, 1), RATE).clipped > 0.05


@pytest.mark.parametrize("waveform", [sine(997, 1.0), NOISE, NOISE / np.abs(NOISE).max()])
def test_a_wave_that_just_reaches_full_scale_is_not_clipped(waveform):
    assert measure(waveform, RATE).clipped == 0


def test_the_peak_does_not_count_an_offset():
    assert measure(sine(100, 0.25) + np.float32(0.5), RATE).peak == pytest.approx(0.25, abs=1e-4)


def test_what_was_recorded_at_half_the_rate_has_half_the_bandwidth():
    upsampled = join(resampled([NOISE], 8000, 16000))
    assert measure(NOISE, RATE).bandwidth == pytest.approx(8000, rel=0.01)
    assert measure(upsampled, RATE).bandwidth == pytest.approx(4000, rel=0.05)


def test_the_bandwidth_survives_16_bits():
    upsampled = np.round(join(resampled([NOISE], 8000, 16000)) * 32767).astype(np.float32) / 32768
    assert measure(upsampled, RATE).bandwidth == pytest.approx(4000, rel=0.05)


def test_pauses_at_both_ends_are_not_spoken():
    waveform = np.concatenate([NOISE * 1e-3, NOISE, NOISE * 1e-3])
    measured = measure(waveform, RATE)
    assert measured.seconds == 6
    assert measured.spoken == pytest.approx(2, abs=0.1)


def test_only_the_same_samples_have_the_same_digest():
    other = NOISE.copy()
    other[-1] += 1e-6
    assert measure(NOISE, RATE).digest == measure(NOISE.copy(), RATE).digest != measure(other, RATE).digest


def test_one_sample_can_be_measured():
    measured = measure(np.ones(1, np.float32), RATE)
    assert (measured.seconds, measured.peak, measured.clipped) == (1 / RATE, 0, 0)
