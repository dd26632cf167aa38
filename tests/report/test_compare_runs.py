"""Runs side by side: what differs, which is better, and when that cannot be told."""

import pytest

from rnnapps.report import compare_runs
from tests.report.made_run import make_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [
        make_run(folder / "small", 2.0, units=8),
        make_run(folder / "large", 3.0, units=64, cell="gru"),
        make_run(folder / "elsewhere", 9.0, data="other rows", scored=("c",)),
    ]


def test_only_options_that_differ_are_shown(runs):
    assert compare_runs(runs[:2]).options.rows == [
        ["model.units", "8", "64"],
        ["model.cell", "lstm", "gru"],
    ]


def test_the_best_figure_has_a_star_and_sizes_have_none(runs):
    assert compare_runs(runs[:2]).results.rows == [["score", "2.0", "3.0 *"], ["parameters", "7", "7"]]


def test_figures_of_different_data_are_not_ranked(runs):
    found = compare_runs(runs)
    assert "*" not in found.text().partition("options differ")[0]
    assert "small was scored on ten rows, elsewhere on other rows" in found.notes[0]


def test_the_same_data_is_told(runs):
    assert compare_runs(runs[:2]).notes == ("All were scored on ten rows.",)


def test_the_table_in_the_terminal_has_a_column_for_each_run(runs):
    assert compare_runs(runs[:2]).text().splitlines()[:3] == [
        "Results",
        "            small  large",
        "score         2.0  3.0 *",
    ]


def test_the_page_holds_the_same(runs, tmp_path):
    page = compare_runs(runs[:2]).write(tmp_path / "compare.html").read_text(encoding="utf-8")
    assert "<td>3.0 *</td>" in page and '<th scope="row">model.cell</th><td>lstm</td><td>gru</td>' in page


def test_equal_options_are_told(runs, tmp_path):
    twin = make_run(tmp_path / "twin", 2.0, units=8)
    page = compare_runs([runs[0], twin]).write(tmp_path / "c.html").read_text(encoding="utf-8")
    assert "Nothing: all options are the same." in page


def test_runs_of_one_name_are_told_apart_by_their_folders(tmp_path):
    runs = [make_run(tmp_path / place / "run") for place in ("a", "b")]
    assert compare_runs(runs).names == ("a/run", "b/run")


def test_one_run_cannot_be_compared(runs):
    with pytest.raises(ValueError, match="two runs or more to compare, found 1"):
        compare_runs(runs[:1])


def test_a_run_named_twice_is_an_error(runs):
    with pytest.raises(ValueError, match="small: named twice"):
        compare_runs([runs[0], runs[0]])


def test_a_run_that_has_not_ended_is_an_error(runs, tmp_path):
    unfinished = make_run(tmp_path / "unfinished")
    unfinished.metrics.unlink()
    with pytest.raises(ValueError, match=r"unfinished: has no metrics.json: finish its training"):
        compare_runs([runs[0], unfinished])


def test_runs_of_other_data_with_the_same_description_are_not_ranked(runs, tmp_path):
    other = make_run(tmp_path / "other", 3.0, scored=("a", "c"))
    found = compare_runs([runs[0], other])
    assert found.results.rows[0] == ["score", "2.0", "3.0"]
    assert "small was scored on ten rows, other on others of that description. They cannot be" in found.notes[0]


def test_the_same_data_by_another_name_are_the_same(runs, tmp_path):
    twin = make_run(tmp_path / "twin", 3.0, data="ten rows of ./pairs")
    assert compare_runs([runs[0], twin]).results.rows[0] == ["score", "2.0", "3.0 *"]


def test_a_run_that_does_not_say_what_it_was_scored_on_is_not_ranked(runs, tmp_path):
    old = make_run(tmp_path / "old", 3.0)
    metrics = old.read_metrics()
    del metrics["scored_data"]
    old.write_metrics(metrics)
    found = compare_runs([runs[0], old])
    assert found.results.rows[0] == ["score", "2.0", "3.0"]
    assert "is not known: metrics.json does not say what exactly was scored of old, as" in found.notes[0]


def test_two_old_runs_are_not_ranked_either(tmp_path):
    runs = [make_run(tmp_path / name, score) for name, score in (("a", 2.0), ("b", 3.0))]
    for run in runs:
        run.write_metrics({name: value for name, value in run.read_metrics().items() if name != "scored_data"})
    found = compare_runs(runs)
    assert found.results.rows[0] == ["score", "2.0", "3.0"]
    assert "does not say what exactly was scored of a, b, as" in found.notes[0]


def test_what_is_not_a_number_is_told_and_no_best(runs, tmp_path):
    broken = make_run(tmp_path / "broken", float("nan"))
    assert compare_runs([runs[0], broken]).results.rows[0] == ["score", "2.0", "not a number"]


def test_long_names_are_told_apart_by_their_ends_in_the_terminal(tmp_path):
    runs = [make_run(tmp_path / f"phrasebook-with-all-of-it-20261123-{time}") for time in ("0710", "0810")]
    assert compare_runs(runs).text().splitlines()[1].split() == [
        "phrasebook-wi…-20261123-0710",
        "phrasebook-wi…-20261123-0810",
    ]


def test_names_that_differ_in_the_middle_stay_whole_in_the_terminal(tmp_path):
    names = [f"beginning-of-a-name-{number}-and-its-long-end" for number in (1, 2)]
    assert compare_runs([make_run(tmp_path / name) for name in names]).text().splitlines()[1].split() == names


def test_a_version_that_was_not_scored_is_told(runs, tmp_path):
    later = make_run(tmp_path / "later")
    for number in "12":
        (later.path / number).mkdir()
        (later.path / number / "saved_model.pb").touch()
    assert compare_runs([runs[0], later]).notes[1].startswith("later: The scores are those of version 1 ")


def test_a_run_of_another_application_is_told_to_be_one(runs, tmp_path):
    foreign = make_run(tmp_path / "foreign")
    foreign.config_file.write_text("forecast: {levels: 3}")
    with pytest.raises(
        ValueError, match=r"foreign: not a run of the made model but of another application: .* section forecast"
    ):
        compare_runs([runs[0], foreign])
