"""A run that is exported once more, and what its report says of that."""

import importlib
import shutil

import pytest


def assert_an_export_is_told(application: str, trained_run, tmp_path, *options: str) -> None:
    """Exports a copy of a run as its second version, without the model, and looks into its report."""

    def written(*arguments):
        arguments[-1].mkdir()
        (arguments[-1] / "saved_model.pb").touch()

    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    main = importlib.import_module(f"apps.{application}.__main__").main
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"apps.{application}.export.write_saved_model", written)
        assert main(["export", str(run), *options]) == 0
    assert "Version 2, the latest, was exported later" in (run / "report.html").read_text(encoding="utf-8")
