import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.audio.spec_augment import SpecAugment

ROWS, STEPS, CHANNELS = 64, 100, 12
FEATURES = np.random.default_rng(0).normal(3, 1, (ROWS, STEPS, CHANNELS)).astype("float32")
FRAMES = np.full(ROWS, STEPS)


def hidden(layer, features=FEATURES, frames=FRAMES):
    return np.asarray(layer(features, frames, training=True)) != features


def test_inference_changes_nothing():
    np.testing.assert_array_equal(SpecAugment(seed=0)(FEATURES, FRAMES), FEATURES)


def test_hidden_frames_are_whole_contiguous_and_not_too_many():
    times = hidden(SpecAugment(1, 10, 0, 0, seed=0))
    np.testing.assert_array_equal(times.any(axis=2), times.all(axis=2))
    widths = times.all(axis=2).sum(axis=1)
    assert widths.min() == 0
    assert widths.max() == 10
    edges = np.abs(np.diff(np.pad(times[:, :, 0], [(0, 0), (1, 1)]).astype(int), axis=1)).sum(axis=1)
    assert edges.max() == 2  # in and out again


def test_hidden_channels_are_hidden_throughout():
    channels = hidden(SpecAugment(0, 0, 1, 3, seed=0))
    np.testing.assert_array_equal(channels.any(axis=1), channels.all(axis=1))
    assert set(channels.all(axis=1).sum(axis=1)) == {0, 1, 2, 3}


def test_differences_are_hidden_with_their_channels():
    channels = hidden(SpecAugment(0, 0, 2, 2, parts=3, seed=0)).all(axis=1)
    np.testing.assert_array_equal(channels[:, :4], channels[:, 4:8])
    np.testing.assert_array_equal(channels[:, :4], channels[:, 8:])


def test_every_recording_is_hidden_elsewhere():
    times = hidden(SpecAugment(1, 10, 0, 0, seed=0)).all(axis=2)
    assert len({tuple(row) for row in times}) > ROWS / 2


def test_all_stretches_together_stay_within_their_share():
    frames = np.full(ROWS, 20)
    times = hidden(SpecAugment(4, 50, 0, 0, time_share=0.2, seed=0), frames=frames).all(axis=2)
    assert 1 <= times.sum(axis=1).max() <= 4


def test_padding_stays_as_it_is():
    frames = np.full(ROWS, 40)
    assert not hidden(SpecAugment(2, 10, 2, 4, seed=0), frames=frames)[:, 40:].any()


def test_what_is_hidden_becomes_the_mean_of_the_true_frames():
    frames = np.full(ROWS, 40)
    layer = SpecAugment(0, 0, 1, CHANNELS, seed=0)
    values = np.asarray(layer(FEATURES, frames, training=True))
    row, channel = np.argwhere((values != FEATURES).any(axis=1))[0]
    np.testing.assert_allclose(values[row, :40, channel], FEATURES[row, :40, channel].mean(), rtol=1e-5)


def test_masks_reach_both_ends():
    times = hidden(SpecAugment(4, 30, 0, 0, time_share=1.0, seed=0)).all(axis=2)
    assert times[:, 0].any()
    assert times[:, -1].any()


def test_it_runs_in_a_graph_of_free_shapes_and_draws_anew():
    layer = SpecAugment(seed=0)
    layer.build((None, None, CHANNELS), (None,))
    specs = [tf.TensorSpec((None, None, CHANNELS)), tf.TensorSpec((None,), tf.int32)]
    run = tf.function(lambda features, frames: layer(features, frames, training=True), input_signature=specs)
    assert np.any(run(FEATURES, FRAMES) != run(FEATURES, FRAMES))


def test_the_layer_is_made_again_from_its_config():
    layer = SpecAugment(1, 2, 3, 4, 0.5, parts=2, seed=6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(("option", "value"), [("time_masks", -1), ("time_share", 1.5), ("parts", 0)])
def test_what_cannot_be_is_refused(option, value):
    with pytest.raises(ValueError, match=f"{option}={value}"):
        SpecAugment(**{option: value})


def test_channels_must_divide_into_parts():
    with pytest.raises(ValueError, match="12 channels are not 5 equal parts"):
        SpecAugment(parts=5)(FEATURES, FRAMES)
