"""Strided convolutions over time: counts, padding, and whole against chunks."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.audio.conv_subsampling import ConvSubsampling

KINDS = [{}, {"over_bands": True, "width": 5}, {"over_bands": True, "parts": 2}]
SOUND = np.random.default_rng(1).normal(size=(2, 23, 8)).astype("float32")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("causal", [False, True])
def test_padding_changes_nothing(kind, causal):
    layer = ConvSubsampling(4, 3, (2, 3), causal=causal, **kind)
    together, frames = layer(SOUND, np.array([23, 13]))
    alone, _ = layer(SOUND[1:, :13], np.array([13]))
    assert frames.numpy().tolist() == [4, 3]
    np.testing.assert_allclose(together[1, :3], alone[0], atol=5e-6)
    assert not np.any(together[1, 3:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [(23,), (1,) * 23, (0, 5, 0, 7, 11)])
def test_chunks_give_what_the_whole_gives(kind, sizes):
    layer = ConvSubsampling(4, 3, (2, 3), causal=True, **kind)
    whole, _ = layer(SOUND, np.array([23, 23]))
    parts, state, start = [], layer.initial_state(2), 0
    for size in sizes:
        part, state = layer.stream(tf.constant(SOUND[:, start : start + size]), state)
        parts.append(part)
        start += size
    np.testing.assert_allclose(tf.concat(parts, axis=1), whole, atol=5e-6)


def test_an_output_is_the_norm_of_what_its_window_sums_to():
    layer = ConvSubsampling(2, 3, (2,))
    layer.build((None, None, 1))
    layer.convolutions[0].set_weights([np.array([[[1.0, 0.0]], [[2.0, 0.0]], [[4.0, 0.0]]]), np.zeros(2)])
    # Both channels sum to (s, 0), whose norm is (1, -1) or (-1, 1): the sign of s is left by the ReLU.
    found, _ = layer(np.array([[[1.0], [1.0], [-1.0], [1.0], [-9.0]]]), np.array([5]))
    # Windows around frames 0, 2, 4: 0 + 2 + 4, 1 - 2 + 4, 1 - 18 + 0.
    np.testing.assert_allclose(found[0], [[1, 0], [1, 0], [0, 1]], atol=1e-3)


def test_without_causal_convolutions_nothing_streams():
    layer = ConvSubsampling(4, 3, (2,))
    layer.build((None, None, 8))
    with pytest.raises(ValueError, match="causal=False"):
        layer.stream(tf.zeros((1, 2, 8)), [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 3, (2,)), "filters=0"), ((4, 3, ()), "strides=0"), ((4, 2, (3,)), "kernel_size=2: less than a stride")],
)
def test_sizes_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvSubsampling(*arguments)


def test_a_copy_from_its_configuration_is_the_same():
    layer = ConvSubsampling(4, 3, (2, 3), causal=True, over_bands=True, width=6, parts=2)
    assert ConvSubsampling.from_config(layer.get_config()).get_config() == layer.get_config()
