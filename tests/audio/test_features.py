import librosa
import numpy as np

from rnnapps.audio.features import Features

RATE = 8000
NOISE = np.random.default_rng(0).normal(0, 0.1, (3, 4000)).astype("float32")


def librosa_log_mel(waveform, layer):
    mel = librosa.feature.melspectrogram(
        y=waveform,
        sr=layer.rate,
        n_fft=256,
        hop_length=layer.hop_samples,
        win_length=layer.window_samples,
        n_mels=layer.bands,
        center=True,
        pad_mode="constant",
        power=2.0,
        norm="slaney",
    )
    return librosa.power_to_db(mel, ref=1.0, top_db=None).T


def test_log_mel_equals_librosa():
    layer = Features(RATE, normalization="none")
    values, frames = layer(NOISE, np.array([4000, 4000, 4000]))
    np.testing.assert_allclose(values[0], librosa_log_mel(NOISE[0], layer), atol=1e-4)
    assert frames.numpy().tolist() == [51, 51, 51]
