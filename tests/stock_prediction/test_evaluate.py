"""The verb `evaluate` on a run that was trained for seconds."""

import json
import shutil

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.evaluate import spread_over
from apps.stock_prediction.going_on import GoingOn
from apps.stock_prediction.scored_side import scored_side
from tests.stock_prediction.made_prices import ROWS, csv_of, working_days

COLUMNS = 120


@pytest.fixture(scope="module")
def evaluated(trained_run, tmp_path_factory, capsys_of):
    """Figures, text and folder of `evaluate RUN`."""
    folder = tmp_path_factory.mktemp("evaluation")
    code, out, _ = capsys_of("evaluate", trained_run, "--output", folder / "figures.json", "--plots", folder)
    assert code == 0
    return json.loads((folder / "figures.json").read_text()), out, folder


@pytest.fixture(scope="module")
def capsys_of():
    """Runs a command and returns exit code, output and error output."""
    import contextlib
    import io

    def run(*argv):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(argument) for argument in argv])
        return code, out.getvalue(), err.getvalue()

    return run


def test_the_report_begins_with_the_verdict(evaluated):
    lines = evaluated[1].splitlines()
    assert lines[0].startswith("tiny: test side of ")
    assert lines[3] == "VERDICT, all lead times together"
    assert lines[4].startswith("Distribution: ")


def test_drawn_prices_have_no_direction_to_be_known(evaluated):
    figures, text, _ = evaluated
    assert figures["verdict"]["direction"]["all"]["verdict"] == "no better"
    assert "Direction:    no better than chance: right in " in text


def test_the_report_fits_a_terminal(evaluated):
    table = [line for line in evaluated[1].splitlines() if not line.startswith(("figures:", "plots:", "tiny:"))]
    assert max(map(len, table)) <= COLUMNS


def test_every_baseline_stands_beside_the_model(evaluated):
    names = ["repeat_last", "drift", "seasonal_naive", "linear", "ewma_simulation"]
    assert evaluated[0]["baselines"] == names
    assert list(evaluated[0]["methods"]) == ["model", "model, uncalibrated", *names]


def test_only_the_test_side_is_scored(evaluated):
    # The last 20 % of 260 days: the first outcome is row 208, its origin row 207; the last origin has 3 rows after it.
    figures = evaluated[0]
    assert (figures["dates"], figures["series"], figures["origins"]) == (50, 3, 150)
    days = working_days(ROWS)
    assert (figures["start"][:10], figures["end"][:10]) == (str(days[207]), str(days[256]))


def test_the_figures_are_those_that_training_ended_with(evaluated, trained_run):
    ended = json.loads((trained_run / "metrics.json").read_text())["test"]
    for name in ("model", "drift"):
        for key in ("pinball", "mae", "coverage_90"):
            assert evaluated[0]["methods"][name]["all"][key] == pytest.approx(ended["methods"][name]["all"][key], 1e-5)


def test_plots_are_written(evaluated):
    assert sorted(path.name for path in evaluated[2].glob("*.png")) == [
        "coverage.png",
        "loss_difference.png",
        "pinball.png",
    ]


def test_a_start_scores_later_dates_only(trained_run, tmp_path, capsys_of):
    day = str(working_days(ROWS)[230])
    options = ("--start", day, "--methods", "repeat_last", "--plots", "none", "--output", tmp_path / "figures.json")
    assert capsys_of("evaluate", trained_run, *options)[0] == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["start"][:10] == str(working_days(ROWS)[229])
    assert figures["baselines"] == ["repeat_last"]
    # 260 - 230 rows with outcomes, less the two that end beyond the last.
    assert figures["dates"] == 28


def test_newer_rows_are_scored_behind_the_run_s_own(trained_run, tmp_path, capsys_of):
    newer = tmp_path / "newer.csv"
    newer.write_text(csv_of(start=ROWS, stop=ROWS + 40), encoding="utf-8")
    first = str(working_days(ROWS + 40)[ROWS])
    options = ("--data", newer, "--start", first, "--plots", "none", "--output", tmp_path / "figures.json")
    code, out, err = capsys_of("evaluate", trained_run, *options)
    assert code == 0, err
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["dates"] == 38
    assert "The rows before the file's are the run's own." in out


def test_newer_rows_are_scored_though_the_run_s_own_file_is_gone(trained_run, tmp_path, prices_file):
    moved = tmp_path / "moved"
    shutil.copytree(trained_run, moved)
    config = moved / "config.yaml"
    config.write_text(config.read_text().replace(str(prices_file), str(tmp_path / "gone.csv")))
    file = tmp_path / "newer.csv"
    file.write_text(csv_of(start=ROWS, stop=ROWS + 40), encoding="utf-8")
    side = scored_side(str(moved), data=str(file), start=str(working_days(ROWS + 1)[ROWS]))
    assert len(side.windows) == 3 * 38
    with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
        scored_side(str(moved))


def test_a_file_of_all_rows_scores_none_that_the_run_has_learnt_from(trained_run, tmp_path):
    file = tmp_path / "all.csv"
    file.write_text(csv_of(stop=ROWS + 40), encoding="utf-8")
    side = scored_side(str(trained_run), data=str(file))
    assert side.windows.outcome_times.min() == working_days(ROWS)[208].astype("datetime64[s]")
    assert any("Judged are rows from 2010-10-21 on" in note for note in side.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--refit_every", "0"], "--refit_every must be at least 1, is 0"),
        (["--methods", "prophet"], "--methods: 'prophet' is not one of repeat_last"),
        (["--tickers", "XYZ"], "'XYZ' is unknown to the model, which knows ABC, DEF, GHI"),
        (["--start", "2010-02-01"], "--start 2010-02-01: the test side begins on 2010-10-21"),
        (["--start", "2030-01-01"], "no forecast of 3 rows has its outcomes from 2030-01-01 on"),
        (["--start", "soon"], "--start soon: is not a date such as 2012-05-31"),
        (["--end", "2010-10-21"], "--end 2010-10-21: must be later than the start, 2010-10-21"),
        (["--data", "nowhere.csv"], "nowhere.csv"),
        (["--seeds", "nothing"], "nothing: no such model folder"),
        (["--seeds", "0"], "--seeds must be at least 1 further seed, is 0"),
        (["--data", "x.csv", "--side", "validation"], "--side validation is a side of the run's own data"),
    ],
)
def test_bad_options_end_in_one_line(trained_run, capsys_of, options, message):
    code, _, err = capsys_of("evaluate", trained_run, *options)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_a_run_beside_itself_is_no_spread(trained_run, capsys_of):
    code, _, err = capsys_of("evaluate", trained_run, "--seeds", trained_run)
    assert (code, "or another run twice" in err) == (2, True)


def test_the_spread_is_mean_and_deviation_over_runs():
    def figures(pinball):
        pooled = {"pinball": pinball, "mae": 1.0, "information_coefficient": None, "coverage_90": 0.9}
        pooled |= dict.fromkeys(("crps", "rmse", "mase", "direction"), 0.5)
        verdict = {side: {"all": {"verdict": "no better"}} for side in ("distribution", "point")}
        return {"model": "model", "methods": {"model": {"all": pooled}}, "verdict": verdict}

    found = spread_over(["a", "runs/b", "c"], [figures(1.0), figures(2.0), figures(3.0)])
    assert found["figures"]["pinball"] == {"mean": 2, "deviation": 1}
    assert "information_coefficient" not in found["figures"]
    assert [run["run"] for run in found["runs"]] == ["a", "b", "c"]


def test_a_second_seed_gives_a_spread(trained_run, tmp_path, capsys_of):
    # The same run under another name has another seed only as far as anyone can tell.
    other = tmp_path / "other"
    shutil.copytree(trained_run, other)
    options = ("--seeds", other, "--methods", "drift", "--plots", "none", "--output", tmp_path / "figures.json")
    code, out, err = capsys_of("evaluate", trained_run, *options)
    assert code == 0, err
    spread = json.loads((tmp_path / "figures.json").read_text())["seeds"]
    assert spread["figures"]["pinball"]["deviation"] == 0
    assert "Spread over 2 runs, all lead times together" in out


def test_going_on_trains_a_copy_on_the_rows_that_it_is_given(trained_run):
    side = scored_side(str(trained_run))
    going_on = side.going_on()
    before = [weight.copy() for weight in going_on.network.get_weights()]
    cut = side.windows.origin_times[10]
    after = going_on(side.windows.panel.between(None, cut + 1))
    assert not all(np.array_equal(*pair) for pair in zip(before, after.get_weights(), strict=True))
    for mine, theirs in zip(before, side.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_going_on_without_new_rows_changes_nothing(trained_run):
    side = scored_side(str(trained_run))
    going_on = GoingOn(side.folder, side.config, side.state, side.training_end, epochs=1)
    before = [weight.copy() for weight in going_on.network.get_weights()]
    going_on(side.windows.panel.between(None, side.training_end))
    for mine, theirs in zip(before, going_on.network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_refitting_trains_the_network_too_and_says_so(trained_run, tmp_path, capsys_of):
    options = ("--refit_every", "20", "--methods", "drift", "--plots", "none", "--output", tmp_path / "figures.json")
    code, out, err = capsys_of("evaluate", trained_run, *options)
    assert code == 0, err
    assert "Every 20 dates the baselines were fitted again and the network went on training." in out
