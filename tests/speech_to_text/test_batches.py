"""What the options make of batches."""

import dataclasses

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.batches import training_batches, validation_batches
from apps.speech_to_text.config import AugmentConfig, FeaturesConfig, ModelConfig, SpeechConfig, TrainConfig
from apps.speech_to_text.spelling import frames, least_frames, least_samples
from apps.speech_to_text.units import Units
from rnnapps.audio.recording import Recording

UNITS = Units("characters", ("", "a", "b"))
QUIET = AugmentConfig(speed=0, gain=0, noise=0)


def recordings(lengths=(1600, 800, 1200)):
    random = np.random.default_rng(1)
    return [
        Recording.from_array(random.normal(0, 0.1, length).astype(np.float32), 8000, "ab", f"{length}.wav")
        for length in lengths
    ]


def config(augment=QUIET, **sections):
    values = {"features": FeaturesConfig(rate=8000), "augment": augment, "train": TrainConfig(short_first=True)}
    return SpeechConfig(**values | sections)


def test_training_yields_waveforms_lengths_and_labels():
    batches = training_batches(recordings(), UNITS, config())
    (inputs, labels), *_ = batches.epoch(0)
    assert sorted(inputs) == ["length", "waveform"]
    np.testing.assert_array_equal(inputs["waveform"][0, :800], recordings()[1].source)
    np.testing.assert_array_equal(inputs["length"], [800, 1200, 1600])
    np.testing.assert_array_equal(labels[0], [1, 2])


def test_a_batch_holds_no_more_seconds_than_asked_for():
    batches = training_batches(recordings(), UNITS, config(train=TrainConfig(seconds_per_batch=0.3)))
    # 0.3 seconds are 2,400 samples: two of 800, but not two of 1,200.
    assert sorted(inputs["waveform"].shape for inputs, _ in batches.epoch(0)) == [(1, 800), (1, 1200), (1, 1600)]


def test_training_is_varied_and_validation_is_not():
    varied = config(AugmentConfig(), train=TrainConfig(seconds_per_batch=0.1))
    training = [inputs["waveform"] for inputs, _ in training_batches(recordings(), UNITS, varied).epoch(1)]
    plain = [inputs["waveform"] for inputs, _ in validation_batches(recordings(), UNITS, varied).epoch(1)]
    assert [waveform.shape for waveform in plain] == [(1, 1600), (1, 800), (1, 1200)]
    assert not {waveform.tobytes() for waveform in training} & {waveform.tobytes() for waveform in plain}


def test_a_noise_of_the_users_own_is_mixed_in(tmp_path):
    soundfile.write(tmp_path / "hum.wav", np.full(100, 0.5), 8000)
    options = AugmentConfig(
        speed=0, gain=0, noise=1, noise_kinds="", noise_path=str(tmp_path), least_snr=20, most_snr=20
    )
    (inputs, _), *_ = training_batches(recordings([800]), UNITS, config(options)).epoch(0)
    added = inputs["waveform"][0] - recordings([800])[0].source
    # The hum is as steady as it was, 20 dB below the recording: a tenth of its root mean square.
    np.testing.assert_allclose(added, 0.1 * np.sqrt(np.mean(recordings([800])[0].source ** 2)), rtol=1e-3)


@pytest.mark.parametrize(("folder", "message"), [("none", "is not a folder"), (".", "has no file")])
def test_a_folder_without_noises_is_told(tmp_path, folder, message):
    options = AugmentConfig(noise_path=str(tmp_path / folder))
    with pytest.raises((ValueError, FileNotFoundError), match=f"augment.noise_path: .* {message}"):
        training_batches(recordings(), UNITS, config(options))


def test_recordings_that_cannot_be_read_are_counted():
    broken = recordings()
    broken[1].source[0] = broken[2].source[0] = np.nan
    with pytest.raises(ValueError, match=r"800.wav: a sample is NaN .* \(and 1 more"):
        training_batches(broken, UNITS, config())


@pytest.mark.parametrize("labels", [[1], [1, 1], [1, 2, 2, 1], [1, 2, 1, 2, 2, 2]])
@pytest.mark.parametrize("subsampling", [1, 2, 4, 6])
def test_least_samples_are_the_fewest_with_room_for_the_labels(labels, subsampling):
    options = config(model=ModelConfig(subsampling=subsampling))
    least = least_samples(labels, options)
    assert frames(least, options) >= least_frames(labels)
    assert least == 1 or frames(least - 1, options) < least_frames(labels)


def test_a_blank_stands_between_two_symbols_that_are_the_same():
    assert [least_frames(labels) for labels in ([], [1], [1, 2], [1, 1], [1, 1, 1], [1, 2, 2, 1])] == [0, 1, 2, 3, 5, 5]


def test_a_keyword_needs_no_room_along_time():
    options = config(model=dataclasses.replace(ModelConfig(), head="keyword"))
    assert least_samples([1, 2, 3], options) == 1
