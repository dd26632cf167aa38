"""Runs side by side: what differs, which is better, and when that cannot be told."""

import pytest

from rnnapps.report import compare_runs
from tests.report.made_run import contents, make_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [
        make_run(folder / "small", 2.0, units=8),
        make_run(folder / "large", 3.0, units=64, cell="gru"),
        make_run(folder / "elsewhere", 9.0, data="other rows"),
    ]


def test_only_options_that_differ_are_shown(runs):
    assert compare_runs(runs[:2], contents).options.rows == [
        ["model.units", "8", "64"],
        ["model.cell", "lstm", "gru"],
    ]


def test_the_best_figure_has_a_star_and_sizes_have_none(runs):
    assert compare_runs(runs[:2], contents).results.rows == [["score", "2.0", "3.0 *"], ["parameters", "7", "7"]]


def test_figures_of_different_data_are_not_ranked(runs):
    found = compare_runs(runs, contents)
    assert "*" not in found.text().partition("options differ")[0]
    assert "small was scored on ten rows, elsewhere on other rows" in found.notes[0]


def test_the_same_data_is_told(runs):
    assert compare_runs(runs[:2], contents).notes == ("All were scored on ten rows.",)


def test_the_table_in_the_terminal_has_a_column_for_each_run(runs):
    assert compare_runs(runs[:2], contents).text().splitlines()[:3] == [
        "Results",
        "            small  large",
        "score         2.0  3.0 *",
    ]


def test_the_page_holds_the_same(runs, tmp_path):
    page = compare_runs(runs[:2], contents).write(tmp_path / "compare.html").read_text(encoding="utf-8")
    assert "<td>3.0 *</td>" in page and '<th scope="row">model.cell</th><td>lstm</td><td>gru</td>' in page


def test_equal_options_are_told(runs, tmp_path):
    twin = make_run(tmp_path / "twin", 2.0, units=8)
    page = compare_runs([runs[0], twin], contents).write(tmp_path / "c.html").read_text(encoding="utf-8")
    assert "Nothing: all options are the same." in page


def test_runs_of_one_name_are_told_apart_by_their_folders(tmp_path):
    runs = [make_run(tmp_path / place / "run") for place in ("a", "b")]
    assert compare_runs(runs, contents).names == ("a/run", "b/run")


def test_one_run_cannot_be_compared(runs):
    with pytest.raises(ValueError, match="two runs or more to compare, found 1"):
        compare_runs(runs[:1], contents)


def test_a_run_named_twice_is_an_error(runs):
    with pytest.raises(ValueError, match="small: named twice"):
        compare_runs([runs[0], runs[0]], contents)


def test_a_run_that_has_not_ended_is_an_error(runs, tmp_path):
    unfinished = make_run(tmp_path / "unfinished")
    unfinished.metrics.unlink()
    with pytest.raises(ValueError, match=r"unfinished: has no metrics.json: its training has not ended"):
        compare_runs([runs[0], unfinished], contents)
