"""Batches of waveforms: every recording once, in an order that a resumed run finds again."""

from itertools import chain

import numpy as np
import pytest

from rnnapps.audio.waveform_batches import OrderedWaveforms, WaveformBatches, batch

LENGTHS = np.array([30, 10, 20, 100, 12, 33, 21, 98])


def waveforms(lengths=LENGTHS):
    return [np.full(length, number + 1, np.float32) for number, length in enumerate(lengths)]


def batches(kind=WaveformBatches, **options):
    labels = [[number + 1] * (number % 3) for number in range(len(LENGTHS))]
    sizes = {"batch_size": 3, "samples_per_batch": 200} | options
    if kind is WaveformBatches:
        sizes = {"seed": 7} | sizes
    return kind(waveforms(), LENGTHS, labels, **sizes)


def rows(stream):
    """Numbers of the recordings of each batch: `waveforms` fills each with its number + 1."""
    return [(inputs["waveform"][:, 0] - 1).astype(int).tolist() for inputs, _ in stream]


def test_an_epoch_has_every_recording_once():
    assert sorted(chain(*rows(batches().epoch(3)))) == list(range(8))


def test_no_batch_is_larger_than_allowed():
    for inputs, _ in batches(samples_per_batch=100).epoch(1):
        count, width = inputs["waveform"].shape
        assert count <= 3
        assert count == 1 or count * width <= 100


def test_the_order_of_an_epoch_does_not_depend_on_what_was_read_before():
    known = batches()
    list(known.epoch(0))
    assert rows(known.epoch(5)) == rows(batches().epoch(5))
    assert rows(known.epoch(5)) != rows(known.epoch(6))


def test_an_epoch_can_begin_at_any_batch():
    assert rows(batches().epoch(2, start=2)) == rows(batches().epoch(2))[2:]


def test_every_epoch_has_as_many_batches():
    assert {len(rows(batches().epoch(epoch))) for epoch in range(5)} == {len(batches())}


def test_the_first_epoch_goes_from_short_to_long():
    first = list(chain(*rows(batches(short_first=True).epoch(0))))
    assert [LENGTHS[row] for row in first] == sorted(LENGTHS)
    assert rows(batches(short_first=True).epoch(1)) == rows(batches().epoch(1))


def test_a_batch_is_padded_with_zeros():
    inputs, labels = batch([np.ones(2), np.full(3, 2.0)], [[5], [6, 6]])
    np.testing.assert_array_equal(inputs["waveform"], [[1, 1, 0], [2, 2, 2]])
    np.testing.assert_array_equal(inputs["length"], [2, 3])
    np.testing.assert_array_equal(labels, [[5, 0], [6, 6]])
    assert (inputs["waveform"].dtype, inputs["length"].dtype, labels.dtype) == (np.float32, np.int32, np.int32)


def noisy(waveform, random):
    return waveform + random.integers(1, 1000, size=1).astype(np.float32)


def test_augmentation_depends_on_seed_epoch_and_recording_alone():
    def heard(epoch, start=0, **options):
        stream = batches(augment=noisy, short_first=True, **options).epoch(epoch, start)
        return [inputs["waveform"].tolist() for inputs, _ in stream]

    assert heard(1, start=2) == heard(1)[2:]
    assert heard(0) != heard(0, seed=8)
    one = batches(augment=noisy, short_first=True, batch_size=1)
    alone = sorted(inputs["waveform"][0, 0] for inputs, _ in one.epoch(0))
    together = sorted(value for inputs, _ in batches(augment=noisy).epoch(0) for value in inputs["waveform"][:, 0])
    assert alone == together


def test_a_variation_without_room_for_the_labels_is_not_used():
    faster = {"augment": lambda waveform, random: waveform[:9]}
    lengths = [inputs["length"].max() for inputs, _ in batches(batch_size=1, least=np.full(8, 10), **faster).epoch(0)]
    assert sorted(lengths) == sorted(LENGTHS)
    lengths = [inputs["length"].max() for inputs, _ in batches(batch_size=1, least=np.full(8, 9), **faster).epoch(0)]
    assert lengths == [9] * 8


def test_few_recordings_are_few_batches():
    assert len(batches(batch_size=8, samples_per_batch=800)) == 1


def test_validation_keeps_the_order_of_the_recordings():
    ordered = batches(OrderedWaveforms)
    assert rows(ordered.epoch(0)) == [[0, 1, 2], [3, 4], [5, 6], [7]]
    assert [group.tolist() for group in ordered.rows] == rows(ordered.epoch(4))
    assert rows(ordered.epoch(0, start=3)) == [[7]]


def test_a_recording_longer_than_the_budget_is_a_batch_of_its_own():
    assert rows(batches(OrderedWaveforms, samples_per_batch=60).epoch(0)) == [[0, 1], [2], [3], [4], [5], [6], [7]]


def test_no_recording_is_an_error():
    with pytest.raises(ValueError, match="waveforms: there is none"):
        WaveformBatches([], np.zeros(0, int), [], batch_size=1, samples_per_batch=1, seed=1)
