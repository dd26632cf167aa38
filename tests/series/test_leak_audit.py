"""The audit itself, on components of a few lines: what is honest passes, and a leak is found where it is."""

import dataclasses

import numpy as np
import pytest

from rnnapps.series.leak_audit import Dated, audit, corrupted
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

DAYS = np.datetime64("2020-01-01", "s") + np.arange(40) * np.timedelta64(1, "D")
CUTOFFS = DAYS[[15, 25]]


@pytest.fixture(scope="module")
def panel():
    levels = np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, (2, 40)), axis=1)) * 100
    return Panel(("a", "b"), ("close",), levels.reshape(80, 1), np.tile(DAYS, 2), np.array([0, 40, 80]))


def one(panel, component, cutoffs=CUTOFFS):
    (finding,) = audit(panel, {"it": component}, cutoffs)
    return finding


def running_mean(panel):
    """Honest: of each row and those before it."""
    means = [np.cumsum(x) / np.arange(1, len(x) + 1) for x in (panel.levels[panel.rows(k)] for k in range(len(panel)))]
    return Dated(panel.times, np.concatenate(means))


def test_what_is_made_of_earlier_rows_passes(panel):
    # 2 series x (15 + 25) early rows x 3 corruptions
    assert (one(panel, running_mean).passed, one(panel, running_mean).compared) == (True, 240)


def test_a_feature_that_looks_one_row_ahead_is_caught(panel):
    finding = one(panel, lambda p: Dated(p.times, np.roll(p.levels, -1)))
    # Row 14 of each series holds what row 15, the first corrupted one, was.
    assert not finding.passed
    assert "2 of 30 early rows changed, first what is dated 2020-01-15" in finding.leak


def test_a_difference_in_the_last_bit_is_caught(panel):
    def nearly(p):
        return Dated(p.times, np.where(np.isfinite(p.levels).all(), 1.0, np.nextafter(1.0, 2.0)) * np.ones(80))

    assert not one(panel, nearly).passed


def test_a_scaler_fitted_on_all_rows_is_caught(panel):
    end = DAYS[20]
    honest = lambda p: Dated.until(end, p.levels[p.times < end].std())
    leaking = lambda p: Dated.until(end, p.levels.std())
    assert (one(panel, honest, [end]).passed, one(panel, leaking, [end]).passed) == (True, False)


def test_a_side_whose_targets_reach_over_its_end_is_caught(panel):
    end = DAYS[20]
    side = lambda p, end_of_targets: windows_between(p, 5, 3, end=end_of_targets)
    honest = lambda p: Dated.until(end, side(p, end).outcomes)
    leaking = lambda p: Dated.until(end, side(p, end + np.timedelta64(1, "D")).outcomes)
    assert (one(panel, honest, [end]).passed, one(panel, leaking, [end]).passed) == (True, False)


def test_a_covariate_known_too_late_is_caught(panel):
    known = dataclasses.replace(panel, past=panel.values * 2, past_columns=("news",))
    assert not one(known, lambda p: Dated(p.times, np.roll(p.past, -1, axis=0))).passed


def test_covariates_known_beforehand_may_be_used(panel):
    known = dataclasses.replace(panel, future=panel.values * 2, future_columns=("holiday",))
    assert one(known, lambda p: Dated(p.times, np.roll(p.future, -1, axis=0))).passed


def test_a_refusal_of_the_corrupted_rows_is_a_leak(panel):
    def checks_everything(p):
        if not np.isfinite(p.levels).all():
            raise ValueError("values hold NaN")
        return Dated(p.times, np.ones(len(p.times)))

    leak = "it failed, ValueError: values hold NaN when the rows from 2020-01-16 on were nan"
    assert one(panel, checks_everything).leak == leak


def test_a_result_that_loses_early_rows_is_a_leak(panel):
    def dropping(p):
        kept = p.times < p.times[np.argmax(~(p.levels < 500))] if not (p.levels < 500).all() else np.ones(80, bool)
        return Dated(p.times[kept][:-20], p.levels[kept][:-20])

    assert "early rows became" in one(panel, dropping).leak


def test_nothing_to_compare_is_no_pass(panel):
    finding = one(panel, lambda p: Dated(p.times + np.timedelta64(99, "D"), p.levels))
    assert not finding.passed
    assert "NOT CHECKED" in str(finding)


def test_several_times_per_row_are_told_apart(panel):
    # A window's rows, each dated by itself: the last of a window may be late where the first is not.
    def windowed(p):
        windows = windows_between(p, 4, 1)
        rows = windows.rows[:, None] + np.arange(-3, 1)
        return Dated(p.times[rows], p.levels[rows])

    assert one(panel, windowed).passed


def test_corruption_leaves_what_is_earlier_and_the_times(panel):
    bad = corrupted(panel, DAYS[30], "nan")
    assert np.isnan(bad.values).sum() == 20
    np.testing.assert_array_equal(bad.values[:30], panel.values[:30])
    np.testing.assert_array_equal(bad.times, panel.times)


def test_random_corruption_is_positive(panel):
    assert (corrupted(panel, DAYS[0], "random").values > 0).all()


def test_no_cutoff_is_an_error(panel):
    with pytest.raises(ValueError, match="cutoffs is empty"):
        audit(panel, {"it": running_mean}, [])


def test_an_unknown_corruption_is_an_error(panel):
    with pytest.raises(ValueError, match="'zero' is not one of nan, huge, random"):
        corrupted(panel, DAYS[0], "zero")
