"""How many mel bands there may be."""

import re
import warnings

import librosa
import pytest

from rnnapps.audio.mel_bands import fft_length_for, resolved


@pytest.mark.parametrize("lowest", [20.0, 300.0])
@pytest.mark.parametrize("rate", [8000, 11025])
def test_bands_that_hear_nothing_are_those_that_librosa_warns_of(rate, lowest):
    for bands in range(20, 129, 6):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            librosa.filters.mel(sr=rate, n_fft=256, n_mels=bands, fmin=lowest, fmax=3800.0)
        assert resolved(rate, 256, bands, lowest, 3800.0) == (not told), bands


def test_there_are_no_more_bands_than_frequencies():
    # 140 bands of 8 kHz are wide enough for each to hear one of the 129 frequencies of 256 samples.
    assert librosa.filters.mel(sr=8000, n_fft=256, n_mels=140, fmin=20.0).max(axis=1).all()
    assert not resolved(8000, 256, 140, 20.0, 4000.0)
    assert fft_length_for(8000, 200, 140, 20.0, 4000.0) == 512


@pytest.mark.parametrize(
    ("rate", "window", "highest"), [(8000, 200, 4000.0), (16000, 400, 8000.0), (48000, 1200, 3000.0)]
)
def test_the_largest_number_that_works_is_told_and_works(rate, window, highest):
    with pytest.raises(ValueError, match=r"bands=4000 is too many .*; take at most \d+, or a longer window") as found:
        fft_length_for(rate, window, 4000, 0.0, highest)
    most = int(re.search(r"at most (\d+)", str(found.value))[1])
    assert fft_length_for(rate, window, most, 0.0, highest)
    with pytest.raises(ValueError, match=f"bands={most + 1} is too many"):
        fft_length_for(rate, window, most + 1, 0.0, highest)
