"""Runs that lost something, or hold what they should not: one line that names the file."""

import json

import pytest

from rnnapps.report import write_report
from tests.report.made_run import make_run


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path / "run")


@pytest.mark.parametrize(
    "content",
    [
        '{"best": [{"wrong": 1}]}',
        '{"best": [{"score": "1", "texts": null}]}',
        '{"best": [{"score": "1", "texts": ["a"]}]}',
        '{"best": [{"score": "1", "texts": {"said": null}}]}',
        '{"best": [{"score": 1, "texts": {}}]}',
        '{"best": [{"score": "1", "texts": {}, "sound": 3}]}',
        '{"best": null}',
        "[]",
        '{"best": [',
    ],
)
def test_damaged_examples_are_named(run, content):
    (run.path / "examples.json").write_text(content)
    with pytest.raises(ValueError, match=r"run/examples\.json: damaged"):
        write_report(run)


@pytest.mark.parametrize("name", ["/etc/hostname", "../other/plot.png", "plots/../../other.png"])
@pytest.mark.parametrize("kind", ["picture", "sound"])
def test_a_file_outside_the_run_is_not_put_into_the_page(run, name, kind):
    (run.path / "examples.json").write_text(json.dumps({"best": [{"score": "1", "texts": {}, kind: name}]}))
    with pytest.raises(ValueError, match=r"lies outside .*run; a report shows only what is in the run's folder"):
        write_report(run)
    assert not (run.path / "report.html").exists()


def test_a_link_out_of_the_run_is_not_followed(run, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (run.plots / "map_2.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ValueError, match=r"map_2\.png: lies outside"):
        write_report(run)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"loss,val_loss\n1,2\n", "row 1 has no epoch"),
        (b"epoch,loss\n1,2\n,3\n", "row 2 has no epoch"),
        (b"epoch,loss\n1,2\n2,x7\n", "'x7'"),
        (b"epoch,loss\n1,2,3\n", "list"),
        (b"epoch,loss\n1,\xff\xfe\n", "decode"),
        (b"epoch,loss\ninf,2\n", "row 1 has no epoch"),
    ],
)
def test_a_damaged_history_is_named(run, content, words):
    run.history.write_bytes(content)
    with pytest.raises(ValueError, match=rf"run/history\.csv: damaged \(.*{words}"):
        write_report(run)


def test_a_history_whose_last_row_was_cut_is_drawn(run):
    run.history.write_text("epoch,loss,val_loss\n1,4,5\n2,3\n")
    assert "loss over the epochs. training: 4 after epoch 1, 3 after epoch 2; validation: 5" in write_report(
        run
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        {"training": None},
        {"training": {"seconds": None}},
        {"training": {"seconds": float("inf")}},
        {"parameters": "many"},
        {"test": "good"},
        {"test": None},
        {"test": [1.0]},
    ],
    ids=str,
)
def test_metrics_that_are_not_what_they_should_be_are_named(run, damage):
    run.write_metrics(run.read_metrics() | damage)
    with pytest.raises(ValueError, match=r"run/metrics\.json: does not hold what a report needs \("):
        write_report(run)


def test_metrics_of_another_version_are_named(run):
    run.write_metrics({"score": 1})
    with pytest.raises(ValueError, match=r"metrics.json: does not hold what a report needs \(KeyError\('test'\)\)"):
        write_report(run)


def test_metrics_that_are_a_list_are_named(run):
    run.metrics.write_text("[1]")
    with pytest.raises(ValueError, match=r"metrics\.json: damaged \(expected names and values, found list\)"):
        write_report(run)
