"""Batches by length: what they hold, their shapes, and their order."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.text.batches import TokenBatches
from rnnapps.text.tokenizer import END_ID, PAD_ID


def sequences(count: int, seed: int, longest: int = 30) -> list[list[int]]:
    """Distinct rows of 1 to `longest` ids from 4 on, END_ID last; the first two ids number the row."""
    random = np.random.default_rng(seed)
    rows = [random.integers(4, 90, random.integers(0, longest - 2)).tolist() for _ in range(count)]
    return [[4 + i // 1000, 4 + i % 1000, *row, END_ID] for i, row in enumerate(rows)]


@pytest.fixture(scope="module")
def batches():
    return TokenBatches(sequences(700, 1), sequences(700, 2), tokens_per_batch=300, seed=7)


def rows(epoch) -> list[tuple]:
    """The pairs of an epoch without their padding."""
    strip = lambda row: tuple(row[row != PAD_ID].tolist())
    return [(strip(s), strip(o)) for (source, _), out in epoch for s, o in zip(source, out, strict=True)]


def same(one, other) -> bool:
    return all(
        np.array_equal(a, b)
        for x, y in zip(one, other, strict=True)
        for a, b in zip(tf.nest.flatten(x), tf.nest.flatten(y), strict=True)
    )


def small(**options) -> TokenBatches:
    return TokenBatches([[6, 7, 3], [5, 3]], [[8, 3], [9, 8, 3]], tokens_per_batch=100, shuffle=False, **options)


def test_target_in_is_target_out_one_step_later_and_both_are_padded():
    (((source, target_in), target_out),) = small(target_widths=1, source_widths=1).epoch(0)
    assert source.tolist() == [[5, 3, 0], [6, 7, 3]]
    assert target_in.tolist() == [[2, 9, 8], [2, 8, 0]]
    assert target_out.tolist() == [[9, 8, 3], [8, 3, 0]]
    assert {array.dtype for array in (source, target_in, target_out)} == {np.dtype(np.int32)}


def test_widths_are_chosen_so_that_padding_is_least():
    # Target lengths 2, 2, 2, 9, 10 in two widths: 2 and 10 pad one position, any other cut more.
    rows_of = [[4] * (n - 1) + [END_ID] for n in (2, 2, 2, 9, 10)]
    made = TokenBatches(rows_of, rows_of, 100, shuffle=False, target_widths=2, source_widths=1)
    assert [bucket.target_width for bucket in made.buckets] == [2, 10]
    assert made.real_share == 25 / 26


def test_every_pair_comes_once_an_epoch(batches):
    expected = sorted((tuple(s), tuple(t)) for s, t in zip(sequences(700, 1), sequences(700, 2), strict=True))
    for epoch in (0, 1):
        assert sorted(rows(batches.epoch(epoch))) == expected


def test_a_batch_keeps_to_the_token_budget(batches):
    for (source, _), target in batches.epoch(0):
        assert len(source) * max(source.shape[1], target.shape[1]) <= 300


def test_shapes_are_few_and_the_same_in_every_epoch(batches):
    seen = [{(*s.shape, o.shape[1]) for (s, _), o in batches.epoch(epoch)} for epoch in (0, 3)]
    assert seen[0] == seen[1] == batches.shapes
    assert len(batches.shapes) <= 2 * 8 * 3


def test_no_batch_is_a_small_remainder():
    made = TokenBatches(sequences(101, 1, 3), sequences(101, 1, 3), tokens_per_batch=300)
    # 101 rows of three tokens, 100 to a batch: 51 and 50, not 100 and 1.
    assert sorted(len(o) for _, o in made.epoch(0)) == [50, 51]


def test_every_epoch_has_as_many_batches(batches):
    assert {sum(1 for _ in batches.epoch(epoch)) for epoch in range(3)} == {len(batches)}


def test_the_order_depends_on_seed_and_epoch_alone(batches):
    again = TokenBatches(sequences(700, 1), sequences(700, 2), tokens_per_batch=300, seed=7)
    list(again.epoch(0))
    assert same(batches.epoch(2), again.epoch(2))


def test_epochs_and_seeds_differ(batches):
    other = TokenBatches(sequences(700, 1), sequences(700, 2), tokens_per_batch=300, seed=8)
    assert rows(batches.epoch(0)) != rows(batches.epoch(1))
    assert rows(batches.epoch(0)) != rows(other.epoch(0))


def test_starting_late_passes_over_what_was_read(batches):
    assert same(list(batches.epoch(1))[17:], batches.epoch(1, start=17))
    assert list(batches.epoch(1, start=len(batches))) == []


def test_without_shuffling_every_epoch_is_the_same():
    fixed = TokenBatches(sequences(50, 1), sequences(50, 2), 100, shuffle=False)
    assert same(fixed.epoch(0), fixed.epoch(5))


def test_the_real_share_counts_tokens_among_positions(batches):
    arrays = [array for (source, _), out in batches.epoch(0) for array in (source, out)]
    real, positions = sum((a != PAD_ID).sum() for a in arrays), sum(a.size for a in arrays)
    assert batches.real_share == pytest.approx(real / positions)
    assert batches.real_share > 0.85


def test_a_pair_longer_than_the_budget_is_a_batch_of_its_own():
    long = [4] * 50 + [END_ID]
    made = TokenBatches([long, long, [4, 3]], [long, long, [4, 3]], tokens_per_batch=10)
    assert sorted(o.shape for _, o in made.epoch(0)) == [(1, 2), (1, 51), (1, 51)]


def test_ragged_tensors_and_lists_give_the_same():
    ids = sequences(40, 1)
    assert same(
        TokenBatches(ids, ids, 100).epoch(0), TokenBatches(*[tf.ragged.constant(ids, tf.int32)] * 2, 100).epoch(0)
    )


def test_hundreds_of_lengths_still_make_few_shapes():
    ids = [[4] * n + [END_ID] for n in range(1, 700)]
    made = TokenBatches(ids, ids, 5000, target_widths=8, source_widths=3)
    assert len(rows(made.epoch(0))) == 699
    assert len(made.shapes) <= 48


def test_a_dataset_takes_the_batches():
    made = small()
    dataset = tf.data.Dataset.from_generator(lambda: made.epoch(0), output_signature=made.output_signature)
    assert sum(1 for _ in dataset) == len(made)


@pytest.mark.parametrize(
    "source, target, options, expected",
    [
        ([], [], {}, "source: no sequences"),
        ([[4, 3]], [[4, 3], [5, 3]], {}, "source and target: 1 and 2 sequences"),
        ([[4, 3], []], [[4, 3], [3]], {}, "source: sequence 1 is empty"),
        ([[4, 3]], [[4, 3]], {"tokens_per_batch": 0}, "tokens_per_batch: 0 must be at least 1"),
        ([[4, 3]], [[4, 3]], {"target_widths": 0}, "target_widths: 0 must be at least 1"),
    ],
)
def test_impossible_batches_are_refused(source, target, options, expected):
    with pytest.raises(ValueError, match=expected):
        TokenBatches(source, target, **{"tokens_per_batch": 10, **options})
