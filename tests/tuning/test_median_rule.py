"""Ending trainings whose best so far is worse than the median of the others."""

from types import SimpleNamespace

import pytest

from rnnapps.tuning.median_rule import MedianRule


@pytest.fixture
def others(tmp_path):
    """Histories whose best values after two epochs are 10, 20, 30 and 40."""
    paths = []
    for number in range(1, 5):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"epoch,val_bleu\n1,{5 * number}\n2,{10 * number}\n3,{20 * number}\n")
        paths.append(path)
    return paths


def watch(rule, values):
    """The epoch after which the rule ends the training, or None."""
    model = SimpleNamespace(stop_training=False)
    rule.set_model(model)
    for epoch, value in enumerate(values):
        rule.on_epoch_end(epoch, {"val_bleu": value})
        if model.stop_training:
            return epoch + 1
    return None


def test_a_training_below_the_median_is_ended(others):
    assert watch(MedianRule("val_bleu", "max", others, after=2), [1, 24, 100]) == 2


def test_a_training_above_the_median_goes_on(others):
    assert watch(MedianRule("val_bleu", "max", others, after=2), [1, 26, 100]) is None


def test_the_best_so_far_counts_and_not_the_latest(others):
    assert watch(MedianRule("val_bleu", "max", others, after=2), [60, 1, 1]) is None


def test_smaller_is_better_where_it_says_so(others):
    assert watch(MedianRule("val_bleu", "min", others, after=1), [13, 12, 11]) == 1


def test_nothing_is_ended_before_so_many_epochs(others):
    assert watch(MedianRule("val_bleu", "max", others, after=3), [1, 1, 1]) == 3


def test_two_others_are_no_median(others):
    assert watch(MedianRule("val_bleu", "max", others[:2], after=1), [0, 0, 0]) is None


def test_others_without_a_history_are_passed_over(others, tmp_path):
    rule = MedianRule("val_bleu", "max", [*others[:2], tmp_path / "none.csv"], after=1)
    assert watch(rule, [0, 0, 0]) is None


def test_an_epoch_that_was_not_measured_is_passed_over(others):
    rule = MedianRule("val_bleu", "max", others, after=1)
    rule.set_model(SimpleNamespace(stop_training=False))
    rule.on_epoch_end(0, {"loss": 1.0})
    assert not rule.model.stop_training


def test_it_goes_on_from_a_checkpoint(others):
    first, second = (MedianRule("val_bleu", "max", others, after=2) for _ in range(2))
    watch(first, [60])
    second.set_state(first.get_state())
    assert watch(second, [1, 1]) is None


def test_it_remembers_that_it_ended_the_training(others):
    first, second = (MedianRule("val_bleu", "max", others, after=1) for _ in range(2))
    watch(first, [0])
    second.set_state(first.get_state())
    assert second.ended
