import keras
import librosa
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.audio.features import Features

from .librosa_features import librosa_features

RATE = 8000
# Noise whose loudness changes, so that no frame is like the next.
NOISE = np.random.default_rng(0).normal(0, 0.1, (3, 4000)) * (1 + np.sin(np.arange(4000) / 300))
NOISE = NOISE.astype("float32")
LENGTHS = np.array([4000, 1777, 1])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rate": 16000, "bands": 80, "lowest": 20.0, "highest": 7600.0},
        {"rate": 11025, "window": 0.0201, "hop": 0.0083},  # 222 and 92 samples
        {"rate": 22050, "window": 0.0221},  # 487 samples: an odd window
        {"rate": 8000, "bands": 140},  # more than the 129 frequencies of 256 samples
        {"kind": "mfcc"},
        {"kind": "mfcc", "deltas": 2, "coefficients": 20},
        {"deltas": 1},
    ],
    ids=str,
)
def test_features_equal_librosa(options):
    layer = Features(**{"rate": RATE, "normalization": "none"} | options)
    expected = librosa_features(NOISE[0], layer)
    values, frames = layer(NOISE[:1])
    assert values.shape == (1, *expected.shape)
    assert frames.numpy().tolist() == [len(expected)]
    np.testing.assert_allclose(values[0], expected, rtol=1e-5, atol=2e-4)


def test_the_floor_of_a_recording_equals_librosas():
    quiet_end = np.where(np.arange(4000) < 2000, NOISE[0], 1e-6).astype("float32")
    layer = Features(RATE, normalization="none", top_db=80.0)
    np.testing.assert_allclose(layer(quiet_end[None])[0][0], librosa_features(quiet_end, layer, 80.0), atol=1e-4)


def test_mfcc_with_a_floor_of_80_decibels_is_what_librosa_computes_by_default():
    layer = Features(RATE, kind="mfcc", normalization="none", top_db=80.0)
    expected = librosa.feature.mfcc(y=NOISE[0], sr=RATE, n_mfcc=13, n_fft=256, win_length=200, hop_length=80, n_mels=40)
    np.testing.assert_allclose(layer(NOISE[:1])[0][0], expected.T, rtol=1e-5, atol=5e-4)


def test_silence_is_100_decibels_down():
    values, _ = Features(RATE, normalization="none")(np.zeros((1, 800)))
    np.testing.assert_allclose(values, -100, rtol=1e-6)


NORMALIZED = [
    {"normalization": name, "deltas": deltas, "top_db": top_db}
    for name in ("utterance", "running", "training", "none")
    for deltas, top_db in ((0, 80.0), (2, None))
]


@pytest.mark.parametrize("options", NORMALIZED, ids=str)
def test_padding_and_neighbours_change_nothing(options):
    layer = Features(RATE, **options)
    garbage = np.random.default_rng(3).normal(0, 5, (3, 4500)).astype("float32")
    garbage[:, :4000] = np.where(np.arange(4000) < LENGTHS[:, None], NOISE, garbage[:, :4000])
    values, frames = layer(garbage, LENGTHS)
    for row, length in enumerate(LENGTHS):
        alone, frames_alone = layer(NOISE[row : row + 1, :length])
        assert frames[row] == frames_alone[0] == length // 80 + 1
        np.testing.assert_allclose(values[row, : frames[row]], alone[0], rtol=1e-4, atol=1e-4)
        assert not np.any(values[row, frames[row] :])


def test_a_nan_behind_the_end_is_not_heard():
    padded = np.concatenate([NOISE[:1], np.full((1, 300), np.nan, "float32")], axis=1)
    layer = Features(RATE, deltas=2)
    np.testing.assert_allclose(layer(padded, np.array([4000]))[0][:, :51], layer(NOISE[:1])[0], atol=1e-5)


def test_normalised_per_utterance_every_channel_has_mean_0_and_deviation_1():
    values, frames = Features(RATE)(NOISE, LENGTHS)
    row = values[1, : frames[1]].numpy()
    np.testing.assert_allclose(row.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(row.std(0), 1, rtol=1e-4)


def test_a_recording_without_sound_is_zero_not_nan():
    values, _ = Features(RATE, deltas=2)(np.zeros((1, 4000)))
    np.testing.assert_allclose(values, 0, atol=0.05)


@pytest.mark.parametrize("length", [4000, 16_000])
@pytest.mark.parametrize("padding", [0, 7000])
def test_digital_silence_is_exactly_zero_whatever_follows(length, padding):
    # Rounding of the mean, divided by a deviation of next to nothing, is another in another batch.
    values, _ = Features(RATE)(np.zeros((1, length + padding)), np.array([length]))
    assert not np.any(values)


def test_training_normalisation_uses_the_recordings_it_was_adapted_to():
    layer = Features(RATE, normalization="training", kind="mfcc", deltas=1)
    recordings = [NOISE[0], NOISE[1, :1777]]
    layer.adapt(recordings)
    normalised = np.concatenate([layer(recording[None])[0][0] for recording in recordings])
    np.testing.assert_allclose(normalised.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(normalised.std(0), 1, rtol=1e-4)


def test_running_normalisation_by_hand():
    # memory: d = 1/2 after one frame of 10 ms; prior: 100 frames of mean 0, deviation 1.
    layer = Features(RATE, normalization="running", memory=0.01 / np.log(2))
    raw = Features(RATE, normalization="none")(NOISE[:1])[0][0].numpy().astype("float64")
    count, total, squares, expected = 100.0, 0.0, 100.0, []
    for frame in raw:
        count, total, squares = count / 2 + 1, total / 2 + frame, squares / 2 + frame**2
        deviation = np.sqrt(squares / count - (total / count) ** 2)
        expected.append((frame - total / count) / deviation)
    np.testing.assert_allclose(layer(NOISE[:1])[0][0], expected, rtol=2e-3, atol=2e-3)


def test_nothing_to_adapt_to_is_refused():
    with pytest.raises(ValueError, match="waveforms: there is none"):
        Features(RATE).adapt([])


def test_the_layer_is_made_again_from_its_config():
    layer = Features(RATE, "mfcc", 30, 12, 0.02, 0.008, 2, "running", 50.0, 3500.0, None, 5.0, 512, name="heard")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()


def test_what_it_was_adapted_to_is_saved_with_a_model(tmp_path):
    layer = Features(RATE, normalization="training")
    layer.adapt(NOISE)
    waveform = keras.Input((None,))
    model = keras.Model(waveform, layer(waveform)[0])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(NOISE, verbose=0), model.predict(NOISE, verbose=0), atol=1e-6)


def test_half_precision_policies_leave_features_in_full_precision():
    layer = Features(RATE, dtype=keras.DTypePolicy("mixed_float16"))
    values, _ = layer(NOISE)
    assert values.dtype == tf.float32
    np.testing.assert_allclose(values, Features(RATE)(NOISE)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 0}, "rate=0"),
        ({"kind": "plp"}, "kind='plp' is not one of log_mel, mfcc"),
        ({"normalization": "batch"}, "normalization='batch' is not one of"),
        ({"deltas": 3}, "deltas=3 is not one of 0, 1, 2"),
        ({"hop": 0.03}, "hop=0.03 is longer than window=0.025"),
        ({"kind": "mfcc", "coefficients": 41}, "coefficients=41 is more than bands=40"),
        ({"highest": 5000.0}, "highest=5000.0 must rise within 0 .. 4000 Hz"),
        ({"fft_length": 128}, "fft_length=128 must be even, at least 200"),
        ({"fft_length": 256, "bands": 140}, "fft_length=256 is too short for bands=140"),
        ({"bands": 2000}, "bands=2000 is too many between 0 and 4000 Hz with a window of 200 samples"),
        ({"memory": 0.0}, "memory=0.0 must be above 0"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Features(**{"rate": RATE} | options)
