"""Bad input gives one clear line and exit code 2; input and output go where they should."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from apps.translation.__main__ import main
from rnnapps.export import export_saved_model

CHECKOUT = Path(__file__).parents[2]
SENTENCES = ["I see two red cars.", "", "I see five old trees.", "I see three big dogs."]


def assert_bad_input(capsys, argv, *words):
    """Exit code 2 and one line on standard error that holds `words`."""
    assert main([str(argument) for argument in argv]) == 2
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if line.startswith("translation")]
    assert len(lines) == 1, error
    assert error.endswith(f"{lines[0]}\n")
    assert "Traceback" not in error
    for word in words:
        assert str(word) in lines[0]


DATA_FILES = {
    "empty": (b"", "the file is empty"),
    "no_tab": (b"a\tb\nonly one side\n", "line 2"),
    "two_tabs": (b"a\tb\nc\td\te\n", "line 2"),
    "latin_1": ("a\tb\nc\té\n".encode("latin-1"), "line 2"),
}


@pytest.mark.parametrize("command", ["train", "evaluate"])
@pytest.mark.parametrize("case", DATA_FILES)
def test_a_bad_file_of_pairs_is_named_with_its_line(command, case, tmp_path, capsys, request):
    content, reason = DATA_FILES[case]
    file = tmp_path / "pairs.tsv"
    file.write_bytes(content)
    run = [tmp_path / "run"] if command == "train" else [request.getfixturevalue("trained_run")]
    run = ["--run", *run] if command == "train" else run
    assert_bad_input(capsys, [command, *run, "--data", file], file, reason)


def test_a_missing_file_of_pairs_is_named(tmp_path, capsys):
    assert_bad_input(capsys, ["train", "--data", tmp_path / "none.tsv"], "none.tsv", "no such file")


def test_parallel_files_of_different_length_are_named(tmp_path, capsys):
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("one\ntwo\n")
    target.write_text("un\n")
    argv = ["train", "--data.source", source, "--data.target", target]
    assert_bad_input(capsys, argv, source, "2 lines", target, "1")


def test_a_vocabulary_larger_than_the_data_allows_names_the_largest(pairs_file, tmp_path, capsys):
    argv = ["train", "--data", pairs_file, "--run", tmp_path / "run", "--tokenizer.vocabulary_size", "5000"]
    assert_bad_input(capsys, argv, "tokenizer.vocabulary_size", "5000", "largest")


def test_bad_data_leaves_no_run_folder(pairs_file, tmp_path, capsys):
    argv = ["train", "--data", pairs_file, "--run", tmp_path / "run", "--tokenizer.vocabulary_size", "5000"]
    assert_bad_input(capsys, argv)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["train", "--model.unit", "3"], ["--model.unit", "did you mean --model.units"]),
        (["train", "--model.cell", "transformer"], ["model.cell", "lstm", "gru"]),
        (["train", "--model.dropout", "2"], ["model.dropout", "2"]),
        (["train", "--tokenizer.joint", "false", "--model.tie_embeddings", "all"], ["tokenizer.joint"]),
        (["translate", "run", "text", "--input", "file"], ["either"]),
        (["translate", "run", "text", "--n_best", "0"], ["--n_best", "0"]),
        (["translate"], ["run"]),
        (["fly"], ["fly", "train, evaluate, translate"]),
    ],
)
def test_a_bad_option_is_named(argv, words, capsys):
    assert_bad_input(capsys, argv, *words)


def test_an_existing_run_is_not_overwritten(trained_run, capsys):
    assert_bad_input(capsys, ["train", "--run", trained_run], trained_run, "--resume")


def test_a_resumed_run_keeps_its_options(trained_run, capsys):
    argv = ["train", "--run", trained_run, "--resume", "--model.units", "7"]
    assert_bad_input(capsys, argv, "started with")


def test_resuming_what_is_not_there_is_an_error(tmp_path, capsys):
    assert_bad_input(capsys, ["train", "--run", tmp_path / "none", "--resume"], tmp_path / "none")


COMMANDS = {
    "translate": ["hello"],
    "evaluate": [],
    "inspect": ["--text", "hello"],
    "export": [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_model_folder_that_does_not_exist_is_named(command, tmp_path, capsys):
    assert_bad_input(capsys, [command, tmp_path / "none", *COMMANDS[command]], tmp_path / "none")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_not_a_model_is_named(command, tmp_path, capsys):
    assert_bad_input(capsys, [command, tmp_path, *COMMANDS[command]], tmp_path)


def test_a_saved_model_of_something_else_is_named(tmp_path, capsys):
    import tensorflow as tf

    module = tf.Module()
    module.double = tf.function(lambda x: x * 2, input_signature=[tf.TensorSpec([None])])
    export_saved_model(module, tmp_path / "1", {"serving_default": module.double}, "")
    assert_bad_input(capsys, ["translate", tmp_path, "hello"], tmp_path, "not a translator")


def test_a_damaged_saved_model_is_named(tmp_path, capsys):
    (tmp_path / "saved_model.pb").write_bytes(b"\xff\xff not a graph")
    assert_bad_input(capsys, ["translate", tmp_path, "hello"], tmp_path, "cannot be loaded")


def test_a_missing_input_file_is_named(trained_run, tmp_path, capsys):
    assert_bad_input(capsys, ["translate", trained_run, "--input", tmp_path / "none.txt"], "none.txt")


def test_more_hypotheses_than_beams_is_an_error(trained_run, capsys):
    assert_bad_input(capsys, ["translate", trained_run, "hello", "--n_best", "99"], "99", "beam")


@pytest.fixture
def sentences_file(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_text("".join(f"{sentence}\n" for sentence in SENTENCES), encoding="utf-8")
    return path


def printed(capsys, *argv):
    assert main([str(argument) for argument in argv]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_file_is_translated_line_by_line_in_order(trained_run, sentences_file, capsys):
    lines = printed(capsys, "translate", trained_run, "--input", sentences_file)
    alone = {i: printed(capsys, "translate", trained_run, SENTENCES[i])[0] for i in (0, 2)}
    assert len(lines) == len(SENTENCES)
    assert (lines[0], lines[1], lines[2]) == (alone[0], "", alone[2])
    assert alone[0] != alone[2]


def test_batches_change_no_translation(trained_run, sentences_file, capsys):
    ask = ["translate", trained_run, "--input", sentences_file, "--scores", "--batch_size"]
    assert printed(capsys, *ask, 1) == printed(capsys, *ask, 3)


def test_standard_input_is_translated(trained_run, sentences_file, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sentences_file.read_bytes())))
    lines = printed(capsys, "translate", trained_run)
    assert lines == printed(capsys, "translate", trained_run, "--input", sentences_file)


def test_translations_go_to_a_file(trained_run, sentences_file, tmp_path, capsys):
    output = tmp_path / "out.txt"
    assert printed(capsys, "translate", trained_run, "--input", sentences_file, "--output", output) == []
    lines = output.read_text(encoding="utf-8").splitlines()
    assert lines == printed(capsys, "translate", trained_run, "--input", sentences_file)


def test_n_best_is_numbered_sorted_and_starts_with_the_best(trained_run, capsys):
    lines = printed(capsys, "translate", trained_run, SENTENCES[0], "--n_best", 3)
    rows = [line.split("\t") for line in lines]
    assert [row[:2] for row in rows] == [["1", "1"], ["1", "2"], ["1", "3"]]
    assert len({row[3] for row in rows}) == 3
    assert [rows[0][3]] == printed(capsys, "translate", trained_run, SENTENCES[0])


def test_the_printed_configuration_names_every_section(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["train", "--print_config"])
    assert exit_.value.code == 0
    sections = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert sections[:5] == ["data:", "tokenizer:", "model:", "train:", "decode:"]


def test_the_console_command_reaches_the_application_under_its_installed_name(tmp_path):
    (tmp_path / "rnnapps_apps").symlink_to(CHECKOUT / "apps")
    (tmp_path / "rnnapps").symlink_to(CHECKOUT / "rnnapps")
    code = "import sys; from rnnapps_apps.__main__ import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "translation", "evaluate", "none"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("translation: error: none: no such model folder")


@pytest.mark.parametrize(
    ("argv", "code"), [(["--help"], 0), ([], 2), (["juggling"], 2), (["translation", "--help"], 0)]
)
def test_the_console_command_names_the_applications(argv, code, capsys):
    from apps.__main__ import main as console

    assert console(argv) == code
    assert "translat" in "".join(capsys.readouterr())
