"""Full disks and damaged checkpoints, at the command line: one line, and the run goes on."""

import shutil

import pytest

from apps.translation.__main__ import main
from tests.training.full_disk import full_disk
from tests.translation.conftest import TINY, options
from tests.translation.test_command_line import assert_bad_input

LAST = f"checkpoint-{TINY['train.epochs']:06d}-00000000.npz"


@pytest.fixture
def run(trained_run, tmp_path):
    """A copy of the trained run, as if its training had just ended."""
    copy = tmp_path / "tiny"
    shutil.copytree(trained_run, copy, ignore=shutil.ignore_patterns("1", "plots"))
    shutil.copytree(trained_run / "plots", copy / "plots", ignore=shutil.ignore_patterns("*.png"))
    return copy


def checkpoints(run):
    return sorted((run / "checkpoints").glob("checkpoint-*.npz"), reverse=True)


@pytest.mark.slow
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(run, capsys):
    path, before = checkpoints(run)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    assert main(["train", "--run", str(run), "--resume"]) == 0
    printed = capsys.readouterr().out
    assert f"{path}: damaged checkpoint, not used (" in printed
    assert f"{before}: the previous checkpoint is used instead" in printed
    assert (run / "1" / "saved_model.pb").is_file()


def test_when_no_checkpoint_can_be_read_that_is_one_line(run, capsys):
    for path in checkpoints(run):
        path.write_bytes(path.read_bytes()[:1000])
    assert_bad_input(capsys, ["train", "--run", run, "--resume"], "none of the 2 checkpoints can be read")


def test_missing_best_weights_are_one_line(run, capsys):
    for path in (run / "checkpoints").glob("best-*"):
        path.unlink()
    assert_bad_input(capsys, ["train", "--run", run, "--resume"], "the best weights so far are missing")


def fill_at_the_end(run, capsys):
    (run / "model.weights.h5").unlink()
    with full_disk(100_000):
        assert_bad_input(capsys, ["train", "--run", run, "--resume"], "File too large", f"--run {run} --resume")


def test_a_disk_that_is_full_at_the_end_is_one_line_and_the_checkpoint_stays(run, capsys):
    fill_at_the_end(run, capsys)
    assert checkpoints(run)[0].name == LAST


@pytest.mark.slow
def test_a_run_whose_disk_was_full_at_the_end_can_go_on(run, capsys):
    fill_at_the_end(run, capsys)
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert (run / "1" / "saved_model.pb").is_file()


@pytest.mark.slow
def test_a_disk_that_is_full_throughout_leaves_nothing_half_written(pairs_file, tmp_path, capsys):
    argv = ["train", "--data", pairs_file, "--run", tmp_path / "run", *options(TINY | {"train.epochs": 1})]
    with full_disk(100_000):
        assert main([str(argument) for argument in argv]) == 2
    printed = capsys.readouterr()
    assert "checkpoint not written: [Errno 27] File too large" in printed.out
    assert printed.err.splitlines()[-1].startswith("translation: error: [Errno 27] File too large")
    assert list((tmp_path / "run" / "checkpoints").iterdir()) == []
