"""Going on with a run on new rows: what changes, what stays, and what is refused."""

import contextlib
import json
import shutil

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.further_training import load_for_training, newest_outcomes, with_earlier
from apps.stock_prediction.joined_rows import join_rows
from apps.stock_prediction.run_folder import RunFolder
from rnnapps.series.panel import Panel
from tests.stock_prediction.made_prices import csv_of, working_days


@pytest.fixture(scope="module")
def updated(trained_run, tmp_path_factory):
    """A copy of the trained run after ten new days of two of its three tickers; what was printed is in printed.txt."""
    folder = tmp_path_factory.mktemp("updated")
    run, file = folder / "run", folder / "new.csv"
    shutil.copytree(trained_run, run)
    file.write_text(csv_of(names=("ABC", "GHI"), start=255, stop=270))
    with (folder / "printed.txt").open("w") as printed, contextlib.redirect_stdout(printed):
        assert main(["update", str(run), "--data", str(file)]) == 0
    return run


@pytest.fixture
def unexported(monkeypatch):
    """Leaves out the SavedModel, which takes longer than the training."""
    monkeypatch.setattr("apps.stock_prediction.further_training.write_saved_model", lambda *arguments: arguments[-1])


def state(run):
    return RunFolder.open(run).state()


def test_the_next_version_is_written_and_the_first_kept(updated):
    assert (updated / "2" / "saved_model.pb").is_file()
    assert (updated / "1" / "saved_model.pb").is_file()


def test_the_rows_seen_last_are_the_new_ones(updated):
    panel = state(updated).panel
    days = working_days(270)
    last = [str(panel.times[panel.rows(k)][-1])[:10] for k in range(3)]
    assert last == [str(days[269]), str(days[259]), str(days[269])]


def test_the_optimizer_goes_on_where_it_was(trained_run, updated):
    # 20 new windows and 20 before them are one batch of 64; two epochs.
    def iterations(run):
        folder = RunFolder.open(run)
        return int(load_for_training(folder, folder.config(), folder.state(), None).optimizer.iterations)

    assert iterations(trained_run) > 0
    assert iterations(updated) == iterations(trained_run) + 2


def test_the_moments_of_the_optimizer_are_kept(trained_run):
    folder = RunFolder.open(trained_run)
    model = load_for_training(folder, folder.config(), folder.state(), None)
    assert max(float(np.abs(moment.numpy()).max()) for moment in model.optimizer._momentums) > 0


def test_new_rows_are_judged_before_they_are_learnt(updated):
    printed = (updated.parent / "printed.txt").read_text()
    assert "20 forecasts of new rows, before training on them: pinball" in printed
    (found,) = json.loads((updated / "metrics.json").read_text())["updates"]
    assert (found["version"], found["rows"], found["windows"], found["scored"]) == (2, 20, 20, 20)


def test_the_report_tells_which_version_was_scored_and_how_the_new_rows_were_forecast(updated):
    page = (updated / "report.html").read_text(encoding="utf-8")
    last = working_days(270)[269]
    assert f"Version 2, the latest, went on training on rows up to {last};" in page
    (found,) = json.loads((updated / "metrics.json").read_text())["updates"]
    row = f'<th scope="row">version 2</th><td>20</td><td>{last}</td><td>20</td><td>{found["pinball"]:#.4g}</td>'
    assert row in page


def test_a_second_update_is_not_judged_by_rows_that_the_first_has_learnt(updated, tmp_path, unexported, capsys):
    # Four new rows of ABC and a horizon of 3: four windows end in them, but two have outcomes from before.
    run, file = tmp_path / "run", tmp_path / "new.csv"
    shutil.copytree(updated, run)
    file.write_text(csv_of(names=("ABC",), start=268, stop=274))
    assert main(["update", str(run), "--data", str(file), "--epochs", "1"]) == 0
    assert "2 forecasts of new rows, before training on them: pinball" in capsys.readouterr().out
    found = json.loads((run / "metrics.json").read_text())["updates"][-1]
    assert (found["rows"], found["windows"], found["scored"]) == (4, 4, 2)


def test_an_update_of_fewer_rows_than_the_horizon_is_not_judged(updated, tmp_path, unexported, capsys):
    run, file = tmp_path / "run", tmp_path / "new.csv"
    shutil.copytree(updated, run)
    file.write_text(csv_of(names=("ABC",), start=268, stop=272))
    assert main(["update", str(run), "--data", str(file), "--epochs", "1"]) == 0
    assert "no forecast of 3 rows lies in the new rows alone: nothing to judge" in capsys.readouterr().out
    assert "pinball" not in json.loads((run / "metrics.json").read_text())["updates"][-1]


def test_calibration_looks_back_on_the_new_outcomes(trained_run, updated):
    before, after = state(trained_run).history, state(updated).history
    assert after.outcome_times.max() > before.outcome_times.max()
    assert len(np.unique(after.origin_times)) == 40


def test_forecasts_of_calibration_are_those_made_before_training(trained_run, updated):
    # An outcome's forecast is never made again by weights that have seen it.
    before, after = state(trained_run).history, state(updated).history
    common = np.isin(before.origin_times, after.origin_times)
    old = before.quantiles[common]
    np.testing.assert_array_equal(after.quantiles[: len(old)], old)


def test_forecast_goes_on_from_the_new_rows(updated, capsys):
    assert main(["forecast", str(updated), "--tickers", "ABC", "--output", "-"]) == 0
    days = working_days(271)
    assert capsys.readouterr().out.splitlines()[1].startswith(f"ABC,{days[269]},{days[270]},1,")


def test_an_update_without_new_rows_is_refused(updated, prices_file, capsys):
    assert main(["update", str(updated), "--data", str(prices_file)]) == 2
    assert "the last that the run has seen: nothing is new" in capsys.readouterr().err


def test_a_failed_update_leaves_the_run_what_it_was(trained_run, tmp_path, monkeypatch, capsys):
    run, file = tmp_path / "run", tmp_path / "new.csv"
    shutil.copytree(trained_run, run)
    file.write_text(csv_of(start=258, stop=264))

    def full(*_):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("apps.stock_prediction.further_training.write_saved_model", full)
    monkeypatch.setattr("apps.stock_prediction.further_training._train", lambda *_: None)
    assert main(["update", str(run), "--data", str(file)]) == 2
    assert "the run stays what it was" in capsys.readouterr().err
    assert (run / "state.npz").read_bytes() == (trained_run / "state.npz").read_bytes()
    assert not (run / "2").exists()


def lines(levels, first=0):
    """A series called A with these levels on working days from number `first` on."""
    days = working_days(first + len(levels))[first:].astype("datetime64[s]")
    values = np.array(levels, "float64")[:, None]
    return Panel(("A",), ("close",), values, days, np.array([0, len(levels)]), "log")


def test_new_rows_are_put_behind_the_known():
    joined = join_rows(lines([1, 2, 3]), lines([3, 4, 5], first=2), window=2)
    assert joined.panel.levels.tolist() == [1, 2, 3, 4, 5]
    assert joined.new.tolist() == [2]
    assert joined.notes == ()


def test_adjusted_prices_replace_the_known_ones_and_are_told():
    joined = join_rows(lines([2, 4, 6]), lines([1, 2, 3, 4]), window=2)
    assert joined.panel.levels.tolist() == [1, 2, 3, 4]
    assert joined.new.tolist() == [1]
    assert "A: close 1 (was 2) on 2010-01-04 differs from what the run was trained on" in joined.notes[0]


def test_adjusted_prices_without_enough_history_are_refused():
    with pytest.raises(ValueError, match="the new file is needed from 2 rows before"):
        join_rows(lines([2, 4, 6]), lines([3, 4], first=2), window=2)


def test_a_row_that_history_lacks_is_told():
    known, found = lines([1, 2, 3, 4]), lines([1, 2, 3, 4, 5])
    kept = np.array([True, True, False, True])
    gap = Panel(("A",), ("close",), known.values[kept], known.times[kept], np.array([0, 3]), "log")
    joined = join_rows(gap, found, window=2)
    assert "a row that one has and the other has not on 2010-01-06" in joined.notes[0]


def test_a_gap_before_the_new_rows_is_told():
    joined = join_rows(lines([1, 2, 3]), lines([4, 5], first=15), window=2)
    assert joined.panel.levels.tolist() == [1, 2, 3, 4, 5]
    assert "A: no row between 2010-01-06 and 2010-01-25, longer than ever before" in joined.notes[0]


def test_an_unadjusted_split_at_the_seam_is_refused():
    with pytest.raises(ValueError, match="100 on 2010-01-05 is followed by 10 on 2010-01-06, an unadjusted split"):
        join_rows(lines([100, 100]), lines([10, 10], first=2), window=2)


def test_the_windows_of_an_update_are_those_whose_last_outcome_is_new():
    # 10 rows, 3 new: last outcomes in rows 7, 8, 9, so origins in 5, 6, 7 for a horizon of 2.
    windows = newest_outcomes(lines(range(1, 11)), 3, 2, np.array([3]))
    assert windows.rows.tolist() == [5, 6, 7]


def test_as_many_windows_before_them_remind_of_what_was():
    windows = with_earlier(newest_outcomes(lines(range(1, 11)), 3, 2, np.array([3])))
    assert windows.rows.tolist() == [2, 3, 4, 5, 6, 7]


def test_windows_before_the_first_row_are_not_asked_for():
    windows = with_earlier(newest_outcomes(lines(range(1, 11)), 4, 2, np.array([4])))
    assert windows.rows.tolist() == [3, 4, 5, 6, 7]
