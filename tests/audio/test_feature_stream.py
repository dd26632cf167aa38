import numpy as np
import pytest
import tensorflow as tf

from rnnapps.audio.features import Features

RATE = 8000
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 6000)).astype("float32")
CHUNKINGS = [[1] * 8 + [0, 199, 0, 3, 5790], [777] * 7 + [561], [5999, 0, 1]]


def streamed(layer, waveform, sizes):
    """All chunks but none behind them: the last chunk is the last call."""
    state, parts = layer.initial_state(len(waveform)), []
    for number, chunk in enumerate(np.split(waveform, np.cumsum(sizes)[:-1], axis=1)):
        values, state = layer.stream(chunk, state, number == len(sizes) - 1)
        parts.append(values)
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=lambda sizes: f"{len(sizes)} chunks")
@pytest.mark.parametrize(
    "options",
    [
        {"normalization": "none"},
        {"normalization": "training", "kind": "mfcc"},
        {"normalization": "running"},
        {"normalization": "running", "kind": "mfcc", "deltas": 2, "memory": 0.2},
        {"normalization": "none", "deltas": 1, "window": 0.0221, "hop": 0.0071},
    ],
    ids=str,
)
def test_chunks_give_what_the_whole_gives(options, sizes):
    layer = Features(RATE, **options)
    if options["normalization"] != "none":
        layer.adapt(NOISE)
    whole, _ = layer(NOISE)
    values = streamed(layer, NOISE, sizes)
    assert values.shape == whole.shape
    np.testing.assert_allclose(values, whole, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("samples", [0, 1, 79, 80, 500, 639, 640, 700])
def test_short_recordings_give_what_the_whole_gives(samples):
    # 640 samples are nine frames, the span of the differences.
    layer = Features(RATE, deltas=2, normalization="running")
    short = NOISE[:, :samples]
    whole, _ = layer(short)
    np.testing.assert_allclose(streamed(layer, short, [samples // 2, samples - samples // 2]), whole, atol=1e-3)
    np.testing.assert_allclose(streamed(layer, short, [samples, 0]), whole, atol=1e-3)


def test_a_step_runs_in_a_graph_of_free_shapes():
    layer = Features(RATE, deltas=2, normalization="running")
    free = {
        name: tf.TensorSpec((1, *[None] * (len(value.shape) - 1))) for name, value in layer.initial_state(1).items()
    }
    step = tf.function(layer.stream, input_signature=[tf.TensorSpec((1, None)), free, tf.TensorSpec((), tf.bool)])
    first, state = step(NOISE[:1, :2222], layer.initial_state(1), False)
    second, _ = step(NOISE[:1, 2222:], state, True)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), layer(NOISE[:1])[0], atol=1e-3)


def test_a_frame_comes_as_soon_as_its_window_is_full():
    # Frame t is centred on sample 80 t, and its window ends 100 samples later.
    layer = Features(RATE, normalization="none")
    state = layer.initial_state(1)
    values, state = layer.stream(NOISE[:1, :179], state, False)
    assert values.shape[1] == 1
    values, state = layer.stream(NOISE[:1, 179:180], state, False)
    assert values.shape[1] == 1


def test_differences_come_four_frames_late():
    layer = Features(RATE, normalization="none", deltas=1)
    values, _ = layer.stream(NOISE[:1, : 19 * 80 + 100], layer.initial_state(1), False)
    assert values.shape[1] == 20 - 4


def test_states_stay_small():
    layer = Features(RATE, deltas=2, normalization="running")
    state = layer.initial_state(2)
    for _ in range(4):
        _, state = layer.stream(NOISE, state, False)
    assert state["samples"].shape[1] < 200
    assert state["held"].shape[1] == 9


@pytest.mark.parametrize(("options", "named"), [({}, "utterance"), ({"top_db": 80.0}, "top_db")])
def test_what_needs_the_whole_recording_cannot_stream(options, named):
    with pytest.raises(ValueError, match=f"{named}.*needs the whole recording"):
        Features(RATE, **options).initial_state()
