from itertools import islice

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.training import ArrayBatches, EpochData


class Numbered:
    """Batch `s` of epoch `e` is the number 100 e + s, twice."""

    def __len__(self):
        return 3

    def epoch(self, epoch, start=0):
        for step in range(start, 3):
            yield np.float32([100 * epoch + step]), np.zeros(1, "float32")


def first_numbers(dataset, count):
    return [int(x[0]) for x, _ in islice(dataset, count)]


def test_the_stream_starts_at_the_given_step_and_runs_over_the_epochs():
    assert first_numbers(EpochData(Numbered()).stream(4, 1), 6) == [401, 402, 500, 501, 502, 600]


def test_one_epoch_ends():
    dataset = EpochData(Numbered()).one_epoch(2)
    assert [int(x[0]) for x, _ in dataset] == [200, 201, 202]
    assert int(dataset.cardinality()) == 3


def test_the_signature_is_read_off_the_first_batch_with_free_dimensions():
    x, y = EpochData(ArrayBatches(np.zeros((4, 2), "int32"), np.zeros(4), 2)).output_signature
    assert (x, y) == (tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float64))


def test_an_error_in_the_batches_is_kept_as_it_was_raised():
    class Broken(Numbered):
        def epoch(self, epoch, start=0):
            yield from super().epoch(epoch, start)
            raise ValueError("pairs.tsv, line 7: no tab")

    data = EpochData(Broken())
    with pytest.raises(tf.errors.OpError):
        list(data.one_epoch())
    assert str(data.error) == "pairs.tsv, line 7: no tab"


def test_an_epoch_of_another_length_than_promised_is_an_error():
    class Short(Numbered):
        def __len__(self):
            return 5

    data = EpochData(Short())
    with pytest.raises(tf.errors.OpError):
        list(islice(data.stream(), 4))
    assert str(data.error) == "epoch 0 gave 3 batches where len() promised 5"


def test_no_batches_are_an_error():
    with pytest.raises(ValueError, match="batches is empty"):
        EpochData(ArrayBatches(np.zeros((0, 2)), np.zeros(0), 2))


def rows(batches, epoch, start=0):
    return np.concatenate([x for x, _ in batches.epoch(epoch, start)])


def test_array_batches_give_every_row_once_and_pairs_stay_together():
    batches = ArrayBatches(np.arange(7), np.arange(7) * 10, batch_size=3, seed=5)
    pairs = [(x, y) for xs, ys in batches.epoch(1) for x, y in zip(xs, ys, strict=True)]
    assert sorted(pairs) == [(n, 10 * n) for n in range(7)]
    assert len(batches) == 3


def test_the_order_of_array_batches_depends_on_seed_and_epoch_alone():
    batches = ArrayBatches(np.arange(50), np.arange(50), 8, seed=5)
    again = ArrayBatches(np.arange(50), np.arange(50), 8, seed=5)
    assert rows(batches, 3).tolist() == rows(again, 3).tolist()
    assert rows(batches, 3).tolist() != rows(batches, 4).tolist()
    assert rows(batches, 3, start=2).tolist() == rows(batches, 3)[16:].tolist()


def test_arrays_of_different_length_are_an_error():
    with pytest.raises(ValueError, match=r"same number of rows, got \[3, 4\]"):
        ArrayBatches(np.zeros(3), np.zeros(4), 2)
