import librosa
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.audio.resample import resample

RATES = [(44100, 16000), (48000, 8000), (8000, 16000), (22050, 16000), (11025, 8000), (44101, 16001), (16000, 7999)]
RESAMPLE = tf.function(
    resample, input_signature=[tf.TensorSpec((None,)), tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.int32)]
)


def tone(frequency, rate, seconds=0.7):
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate).astype("float32")


def inner(waveform):
    """Without the ends, where a tone begins and stops."""
    return waveform[len(waveform) // 5 : -len(waveform) // 5]


@pytest.mark.parametrize(("before", "after"), RATES)
def test_a_tone_is_the_same_tone_at_the_new_rate(before, after):
    found = RESAMPLE(tone(1000, before), before, after).numpy()
    expected = tone(1000, after, 0.69)
    assert abs(len(found) - 0.7 * after) <= 1
    np.testing.assert_allclose(inner(found[: len(expected)]), inner(expected), atol=2e-3)


@pytest.mark.parametrize(("before", "after"), RATES[:5])
def test_speech_band_noise_agrees_with_librosa(before, after):
    # Noise up to 0.85 of the lower rate's half, faded in and out.
    random = np.random.default_rng(0)
    spectrum = np.fft.rfft(random.normal(0, 0.1, before))
    spectrum[int(0.85 * min(before, after) / 2) :] = 0
    noise = (np.fft.irfft(spectrum, before) * np.hanning(before)).astype("float32")
    expected = librosa.resample(noise, orig_sr=before, target_sr=after)
    found = RESAMPLE(noise, before, after)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_what_the_lower_rate_cannot_hold_is_taken_away():
    assert np.abs(inner(RESAMPLE(tone(5000, 44100), 44100, 8000).numpy())).max() < 2e-3


@pytest.mark.parametrize("samples", [0, 1, 999, 1000, 1001])
def test_the_number_of_samples_is_rounded_up(samples):
    assert RESAMPLE(np.ones(samples, "float32"), 44100, 16000).shape == (-(-samples * 16000 // 44100),)


def test_equal_rates_change_nothing():
    waveform = tone(440, 8000)
    np.testing.assert_array_equal(RESAMPLE(waveform, 8000, 8000), waveform)


def test_a_constant_stays_that_constant():
    np.testing.assert_allclose(inner(resample(np.full(8000, 0.5, "float32"), 8000, 12000)), 0.5, atol=2e-4)
