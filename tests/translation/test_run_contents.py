"""What there is to say of a translator's run, by value."""

import json
import shutil

import pytest

from apps.translation.__main__ import main
from apps.translation.config import TranslationConfig
from apps.translation.run_contents import BASELINE, scored_data
from apps.translation.run_folder import RunFolder
from rnnapps.report import DamagedRun
from rnnapps.text.pairs import Pairs
from tests.report.exported_later import assert_an_export_is_told

PAIRS = Pairs(["a", "b"], ["A", "B"])


def scores(bleu: float) -> dict:
    return {name: {"score": value, "signature": ""} for name, value in (("bleu", bleu), ("chrf", 60.0))}


@pytest.fixture
def run(tmp_path):
    folder = RunFolder.create(tmp_path / "run", TranslationConfig())
    write(folder, 50.0)
    return folder


def write(folder, bleu: float) -> None:
    metrics = {
        "test": {"sentences": 2, **scores(bleu), "length_ratio": 1.0, "baseline": scores(30.0)},
        "data": {"name": "pairs.tsv", "licence": "none", "pairs": {"training": 9, "validation": 1, "test": 2}},
        "parameters": 7,
        "scored_data": scored_data(PAIRS),
    }
    folder.metrics.write_text(json.dumps(metrics))


@pytest.mark.parametrize("other", [(["b", "a"], ["B", "A"]), (["a", "c"], ["A", "B"]), (["a", "b"], ["A", "b"])])
def test_another_test_side_is_told_apart(other):
    assert scored_data(Pairs(*other)) != scored_data(PAIRS)


def test_the_same_sentences_from_another_file_are_the_same():
    assert scored_data(Pairs(["a", "b"], ["A", "B"], [3, 7], [1], "other.tsv")) == scored_data(PAIRS)


def test_the_baseline_stands_beside_the_scores(run):
    results = {name: str(result) for name, result in run.contents().results.items()}
    assert results == {"BLEU": "50.00", "chrF": "60.00", "BLEU: baseline": "30.00", "parameters": "7"}


def test_a_training_says_what_it_scored(trained_run):
    folder = RunFolder.open(trained_run)
    from apps.translation.data import read_corpus

    assert folder.contents().scored_data == scored_data(read_corpus(folder.config().data).test)


@pytest.mark.parametrize(
    ("bleu", "verdict"),
    [
        (50.0, f"BLEU 50.00, 20.00 above {BASELINE}."),
        (30.0, f"BLEU 30.00, no better than {BASELINE} (30.00): train longer, or on more pairs."),
        (float("nan"), "BLEU is not a number, so it cannot be compared with anything."),
    ],
)
def test_the_verdict_compares_numbers(run, bleu, verdict):
    write(run, bleu)
    assert run.contents().verdict == [verdict]


@pytest.mark.parametrize("content", ["{", "[]", '{"sides": {}}'])
def test_a_damaged_report_on_the_data_is_named(run, content):
    (run.path / "data_report.json").write_text(content)
    with pytest.raises(DamagedRun, match=r"data_report\.json: damaged"):
        run.contents()


def test_an_export_is_told_in_the_report(trained_run, tmp_path):
    assert_an_export_is_told("translation", trained_run, tmp_path, "--beam_size", "1")


def test_weights_that_were_cut_are_named(random_run, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(random_run, run)
    weights = run / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:3000])
    assert main(["export", str(run)]) == 2
    assert "model.weights.h5: cannot be loaded" in (error := capsys.readouterr().err) and error.count("\n") == 1


def test_weights_of_another_width_are_named(random_run, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(random_run, run)
    folder = RunFolder.open(run)
    units = folder.config().model.units
    text = folder.config_file.read_text()
    assert f"\n  units: {units}\n" in text
    folder.config_file.write_text(text.replace(f"\n  units: {units}\n", f"\n  units: {2 * units}\n"))
    assert main(["export", str(run)]) == 2
    assert "model.weights.h5: cannot be loaded" in (error := capsys.readouterr().err) and error.count("\n") == 1
