"""What a run is judged on: rows before them that baselines may learn from, and what its reader is told."""

import shutil

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.scored_side import scored_side
from tests.stock_prediction.made_prices import ROWS, csv_of

LATE = 150  # 6 rows before the validation side


def _file(folder, **rows):
    path = folder / "prices.csv"
    path.write_text(csv_of(**rows), encoding="utf-8")
    return str(path)


def test_baselines_learn_from_the_run_s_rows_before_a_file_that_begins_late(trained_run, tmp_path):
    judged = scored_side(str(trained_run), data=_file(tmp_path, start=LATE))
    own = scored_side(str(trained_run))
    assert np.array_equal(judged.windows.panel.values, own.windows.panel.values)
    assert np.array_equal(judged.windows.panel.starts, [0, ROWS, 2 * ROWS, 3 * ROWS])
    assert np.array_equal(judged.windows.outcomes, own.windows.outcomes)
    assert len(judged.earlier) == len(own.earlier)


def test_rows_that_do_not_fit_are_not_put_before_a_file_and_it_is_said(trained_run, tmp_path):
    judged = scored_side(str(trained_run), data=_file(tmp_path, start=LATE, factor=0.5))
    assert np.array_equal(np.diff(judged.windows.panel.starts), [ROWS - LATE] * 3)
    assert any("ABC and 2 more: the file begins on 2010-08-02 with other values" in note for note in judged.notes)


def test_a_run_without_its_file_says_that_baselines_learn_from_less(trained_run, tmp_path, prices_file):
    moved = tmp_path / "moved"
    shutil.copytree(trained_run, moved)
    config = moved / "config.yaml"
    config.write_text(config.read_text().replace(str(prices_file), "gone.csv"))
    judged = scored_side(str(moved), data=_file(tmp_path, start=ROWS, stop=ROWS + 40))
    assert any("the baselines learn from less than the network did" in note for note in judged.notes)


def test_the_validation_side_is_told_to_be_kind_to_the_network(trained_run):
    assert any(
        "best epoch was chosen on these rows" in note for note in scored_side(str(trained_run), side="validation").notes
    )
    assert not scored_side(str(trained_run)).notes


def test_a_choice_of_tickers_says_that_baselines_know_these_alone(trained_run):
    notes = scored_side(str(trained_run), tickers=["ABC"]).notes
    assert notes == ("The baselines and the calibration know these series alone; the network has learnt from all.",)


@pytest.mark.parametrize("date", ["", "NaT", "2010-11-01T00:00+05:00"])
def test_a_start_that_is_no_date_ends_in_one_line(trained_run, capsys, date):
    assert main(["evaluate", str(trained_run), "--start", date]) == 2
    error = capsys.readouterr().err
    assert f"--start {date}: " in error
    assert error.count("\n") == 1


def test_too_few_rows_name_their_file(trained_run, tmp_path, capsys):
    file = _file(tmp_path, stop=10)
    assert main(["evaluate", str(trained_run), "--data", file]) == 2
    assert f"{file}: " in capsys.readouterr().err
