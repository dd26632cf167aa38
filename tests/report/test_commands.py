"""The commands report and compare, as applications get them from their declaration."""

import json

import pytest

from rnnapps.command_line import BadInput, call_with_options
from rnnapps.report import compare_command, renew_report, report_command
from tests.report.made_run import MadeRun, make_run


class Unshown(MadeRun):
    """Runs of which nothing can be seen."""

    def subject(self):
        raise ValueError("rows.csv: no such file")


def test_report_writes_the_page_and_says_where(tmp_path, capsys):
    run = make_run(tmp_path / "run")
    assert report_command(MadeRun)(str(run.path)) == run.path / "report.html"
    assert capsys.readouterr().out == f"{run.path / 'report.html'}\n"


def test_a_run_that_cannot_be_looked_into_has_a_report(tmp_path, capsys):
    run = make_run(tmp_path / "run")
    assert report_command(Unshown)(str(run.path), looks=True).is_file()
    assert capsys.readouterr().err == "all looks are left out: rows.csv: no such file\n"


def test_a_fault_of_ours_is_not_left_out(tmp_path):
    class Faulty(MadeRun):
        def subject(self):
            raise KeyError("fault")

    make_run(tmp_path / "run")
    with pytest.raises(KeyError):
        report_command(Faulty)(str(tmp_path / "run"), looks=True)


def test_a_run_of_another_application_has_no_report_here(tmp_path):
    run = make_run(tmp_path / "run")
    run.config_file.write_text("forecast: {levels: 3}")
    with pytest.raises(BadInput, match="not a run of the made model but of another application"):
        report_command(Unshown)(str(run.path), looks=True)


def test_compare_prints_what_it_returns(tmp_path, capsys):
    runs = [make_run(tmp_path / name) for name in "ab"]
    text = compare_command(MadeRun)(*(str(run.path) for run in runs))
    assert capsys.readouterr().out == f"{text}\n" and "All were scored on ten rows." in text


@pytest.mark.parametrize(
    ("make", "words"), [(report_command, "first draw what inspect draws"), (compare_command, "[runs ...]")]
)
def test_their_help_names_their_options(make, words, capsys):
    with pytest.raises(SystemExit):
        call_with_options(make(MadeRun), "made", ["--help"])
    assert words in capsys.readouterr().out


def test_a_report_is_renewed(tmp_path):
    run = make_run(tmp_path / "run")
    renew_report(run)
    assert "Score 2.0" in (run.path / "report.html").read_text(encoding="utf-8")


def test_a_run_without_scores_has_none_to_renew(tmp_path, capsys):
    run = make_run(tmp_path / "run")
    run.metrics.unlink()
    renew_report(run)
    assert not (run.path / "report.html").exists() and not capsys.readouterr().err


def test_a_report_that_cannot_be_renewed_says_why(tmp_path, capsys):
    run = make_run(tmp_path / "run")
    (run.path / "examples.json").write_text(json.dumps([]))
    renew_report(run)
    assert "the report stays as it was: " in capsys.readouterr().err
