"""`evaluate`: one run, two runs, translations of other tools, and what is refused."""

import json
import shutil

import pytest
import sacrebleu
import yaml

from apps.translation.__main__ import main


@pytest.fixture(scope="module")
def run(trained_run):
    return trained_run


@pytest.fixture(scope="module")
def metrics(run):
    return json.loads((run / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evaluated(run, tmp_path_factory):
    """Folder with everything that `evaluate RUN` writes."""
    folder = tmp_path_factory.mktemp("evaluated")
    files = [f"--{name}={folder / name}" for name in ("output", "translations", "references")]
    assert main(["evaluate", str(run), "--resamples", "100", *files]) == 0
    return folder


@pytest.fixture(scope="module")
def figures(evaluated):
    return json.loads((evaluated / "output").read_text(encoding="utf-8"))


@pytest.fixture
def two_pairs(tmp_path):
    path = tmp_path / "pairs.tsv"
    lines = ["I see two red cars.\tJe vois deux autos rouges.", "I see two old dogs.\tJe vois deux chiens vieux."]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def printed(capsys, *argv):
    assert main(["evaluate", *map(str, argv)]) == 0
    return capsys.readouterr()


def refused(capsys, *argv):
    """The one line on standard error."""
    assert main(["evaluate", *map(str, argv)]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("translation: error: ")]
    return line.removeprefix("translation: error: ")


def test_evaluate_finds_the_scores_that_training_wrote(figures, metrics):
    for metric in ("bleu", "chrf"):
        assert figures[metric]["score"] == metrics["test"][metric]["score"]
        assert figures["baseline"][metric]["score"] == metrics["test"]["baseline"][metric]["score"]


def test_sacrebleu_finds_the_same_scores_in_the_files(evaluated, figures):
    translations, references = (
        (evaluated / name).read_text(encoding="utf-8").splitlines() for name in ("translations", "references")
    )
    bleu = sacrebleu.BLEU()
    assert figures["bleu"]["score"] == bleu.corpus_score(translations, [references], n_bootstrap=100).score
    assert figures["bleu"]["signature"] == str(bleu.get_signature())


def test_length_classes_count_all_sentences(figures):
    assert sum(row["sentences"] for row in figures["by_length"]) == figures["sentences"] == 20


def test_the_report_reads_from_the_run_to_its_worst_sentences(run, capsys):
    text = printed(capsys, run, "--side", "validation", "--beam_size", "1", "--resamples", "40").out
    assert text.startswith(f"{run.name}\n10 sentences, the validation side of ")
    headings = [
        "beam_size 1",
        "95 % interval",
        "baseline",
        "BLEU  nrefs",
        "BLEU by words in",
        "Best sentences, by chrF",
    ]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    assert max(map(len, text.splitlines()[2:])) <= 100


def test_other_pairs_are_scored(run, tmp_path, capsys):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("x\tI see no red cars.\tJe ne vois pas d'autos rouges.\n", encoding="utf-8")
    shown = printed(capsys, run, "--data", pairs, "--data.columns", "1,2", "--resamples", "40")
    assert f"1 sentence, {pairs}\n" in shown.out
    assert "training data" not in shown.err


def test_sentences_that_were_seen_in_training_are_counted(run, pairs_file, capsys):
    # 100 pairs, of which 10 were held out for validation and 20 for testing.
    shown = printed(capsys, run, "--data", pairs_file, "--resamples", "40")
    assert f"70 of the 100 source sentences are in the training data of {run}" in shown.err


def test_a_saved_model_alone_is_scored_on_other_pairs(run, two_pairs, capsys):
    shown = printed(capsys, run / "1", "--data", two_pairs, "--resamples", "40").out
    assert shown.startswith(f"{run.name}/1\n2 sentences, {two_pairs}\n")
    assert "baseline" not in shown


def test_a_run_is_compared_with_the_translations_of_another_tool(run, evaluated, tmp_path, capsys):
    other, output = tmp_path / "other.txt", tmp_path / "figures.json"
    right = (evaluated / "references").read_text(encoding="utf-8").splitlines()
    other.write_text("".join("Je vois.\n" for _ in right), encoding="utf-8")
    text = printed(capsys, run, other, "--resamples", "100", "--output", output).out
    assert f"A  {run.name}\nB  other.txt\n20 sentences, the test side of " in text
    found = json.loads(output.read_text(encoding="utf-8"))["difference"]["bleu"]
    assert found["p_value"] == pytest.approx(2 / 101)
    assert found["verdict"] in text
    assert found["verdict"].startswith(f"{run.name} is better: +")


def test_a_run_does_not_differ_from_its_own_translations(run, evaluated, capsys):
    translations = evaluated / "translations"
    text = printed(capsys, run, translations, "--test", "randomization", "--resamples", "50").out
    assert "20 of them translated alike" in text
    assert "no difference can be shown: +0.00 BLEU" in text


def copy_of_run(original, folder, **data):
    """A run with other options of its data."""
    shutil.copytree(original, folder)
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    config["data"].update(data)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


def test_runs_with_different_test_sides_are_refused(run, tmp_path, capsys):
    other = copy_of_run(run, tmp_path / "other", test_fraction=0.3)
    line = refused(capsys, run, other)
    assert line.startswith(f"{run} and {other} have different test sides (20 and 30 sentences)")
    assert "--data" in line


def test_runs_with_different_test_sides_are_compared_on_given_pairs(run, two_pairs, tmp_path, capsys):
    other = copy_of_run(run, tmp_path / "other", test_fraction=0.3)
    text = printed(capsys, run, other, "--data", two_pairs, "--resamples", "40").out
    assert f"2 sentences, {two_pairs}, 2 of them translated alike" in text


def test_a_run_whose_data_is_gone_has_no_baseline(run, two_pairs, tmp_path, capsys):
    other = copy_of_run(run, tmp_path / "other", path=str(tmp_path / "gone.tsv"))
    assert "gone.tsv" in refused(capsys, other)
    shown = printed(capsys, other, "--data", two_pairs, "--resamples", "40")
    assert "no baseline" in shown.err
    assert "baseline" not in shown.out


def test_a_file_with_another_number_of_translations_is_refused(run, tmp_path, capsys):
    other = tmp_path / "other.txt"
    other.write_text("Je vois.\n")
    assert refused(capsys, run, other).startswith(f"{other}: 1 lines for 20 sentences of ")


def test_an_empty_file_of_translations_is_refused(run, tmp_path, capsys):
    other = tmp_path / "other.txt"
    other.touch()
    assert refused(capsys, run, other).startswith(f"{other}: the file is empty")


def test_lines_of_pairs_that_were_left_out_are_left_out_of_the_translations_too(tmp_path, capsys):
    pairs, translations, output = (tmp_path / name for name in ("pairs.tsv", "other.txt", "figures.json"))
    pairs.write_text("one\tun\n\t\ntwo\tdeux\n")
    translations.write_text("un\n\ndeux\n")
    printed(capsys, translations, "--data", pairs, "--resamples", "40", "--output", output)
    assert json.loads(output.read_text())["equal_to_reference"] == 2


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["{run}", "none"], "none: no such model folder"),
        (["{run}/1"], "has no test side of its own; give sentences to score on with --data"),
        (["{run}", "--output", "{run}"], "is a directory; give the name of a file"),
        (["{run}", "{run}", "--translations", "file"], "--translations writes those of one run"),
        (["{run}", "--test", "randomization"], "--test randomization compares two runs"),
        (["{run}", "--resamples", "39"], "--resamples must be at least 40, is 39"),
        (["{run}", "--side", "validation", "--data", "pairs.tsv"], "--side validation is a side of the run's own data"),
        (["{run}/config.yaml", "--beam_size", "2"], "--beam_size: nothing is decoded"),
        (["{run}", "--side", "training"], "test"),
    ],
)
def test_what_does_not_fit_together_is_told_in_one_line(argv, words, run, capsys):
    assert words in refused(capsys, *(argument.format(run=run) for argument in argv))
