"""Runs that lost a file, or part of one: each ends in one line that names the file."""

import shutil

import pytest

from apps.stock_prediction.__main__ import main

VARIABLES = "1/variables/variables.data-00000-of-00001"


@pytest.mark.parametrize(
    ("verb", "name", "size", "message"),
    [
        ("evaluate", "model.weights.h5", 3000, "model.weights.h5: cannot be loaded"),
        ("export", "model.weights.h5", 0, "model.weights.h5: cannot be loaded"),
        ("evaluate", "metrics.json", 3000, "metrics.json: damaged"),
        ("export", "metrics.json", 3000, "metrics.json: damaged"),
        ("update", "metrics.json", 3000, "metrics.json: damaged"),
        ("detect", "metrics.json", None, "metrics.json: does not say when validation and test start"),
        ("forecast", "state.npz", 3000, "state.npz: damaged"),
        ("forecast", "1/saved_model.pb", 3000, "1: cannot be loaded"),
        ("forecast", VARIABLES, 50, "1: cannot be loaded"),
    ],
)
def test_a_damaged_file_is_named(trained_run, tmp_path, prices_file, capsys, verb, name, size, message):
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    whole = (run / name).read_bytes()
    (run / name).unlink()
    if size is not None:
        (run / name).write_bytes(whole[:size])
    data = ["--data", str(prices_file)] if verb == "update" else []
    assert main([verb, str(run), *data]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_figures_are_replaced_as_a_whole(trained_run, tmp_path, monkeypatch):
    from apps.stock_prediction.run_folder import RunFolder

    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    folder = RunFolder(run)
    before = folder.read_metrics()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        folder.write_metrics({"other": 1})
    assert folder.read_metrics() == before


def test_an_export_that_cannot_be_written_ends_in_one_line(trained_run, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["export", str(trained_run), "--output", str(tmp_path / "file" / "1")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
