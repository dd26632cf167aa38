"""The same features by librosa, for comparison."""

import librosa
import numpy as np

from rnnapps.audio.features import Features


def librosa_features(waveform: np.ndarray, layer: Features, top_db: float | None = None) -> np.ndarray:
    """(N,) -> (T, F), not normalised."""
    mel = librosa.feature.melspectrogram(
        y=waveform,
        sr=layer.rate,
        n_fft=2 * (layer._filters.shape[0] - 1),
        hop_length=layer.hop_samples,
        win_length=layer.window_samples,
        n_mels=layer.bands,
        fmin=layer.lowest,
        fmax=layer.highest,
        center=True,
        pad_mode="constant",
        power=2.0,
        norm="slaney",
    )
    values = librosa.power_to_db(mel, ref=1.0, top_db=top_db)
    if layer.kind == "mfcc":
        values = librosa.feature.mfcc(S=values, n_mfcc=layer.coefficients)
    changes = [librosa.feature.delta(values, order=order) for order in range(1, layer.deltas + 1)]
    return np.concatenate([values, *changes]).T
