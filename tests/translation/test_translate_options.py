"""What `translate` searches, draws and writes."""

import io
import sys

import pytest
import tensorflow as tf

from apps.translation.__main__ import main
from apps.translation.answers import Sampling, best, samples
from apps.translation.decoding import load_for
from tests.translation.random_run import make_random_run, sentences
from tests.translation.test_command_line import assert_bad_input, printed

TEXT = "the red dog sees two old houses"


def rows(capsys, run, *argv):
    """The columns of every line that is printed."""
    return [line.split("\t") for line in printed(capsys, "translate", run, TEXT, *argv)]


def test_another_beam_is_searched_with_the_runs_weights(random_run, capsys):
    assert len(rows(capsys, random_run, "--beam_size", 6, "--n_best", 6)) == 6


def test_a_beam_too_small_for_n_best_says_which_would_do(random_run, capsys):
    argv = ["translate", random_run, TEXT, "--n_best", 5]
    assert_bad_input(capsys, argv, "--n_best 5", "beam of 4", "--beam_size 5")


def test_alignments_are_a_last_column_with_every_target_word_once(random_run, capsys):
    ((score, text, alignment),) = rows(capsys, random_run, "--scores", "--alignments")
    pairs = [tuple(map(int, pair.split("-"))) for pair in alignment.split()]
    assert sorted(target for _, target in pairs) == list(range(len(text.split())))
    assert all(0 <= source < 7 for source, _ in pairs)
    assert float(score) < 0


def test_every_one_of_n_best_has_its_own_alignment(random_run, capsys):
    found = rows(capsys, random_run, "--n_best", 4, "--alignments")
    assert [len(row[4].split()) for row in found] == [len(row[3].split()) for row in found]


def test_samples_are_as_many_as_asked_for_and_numbered(random_run, capsys):
    found = rows(capsys, random_run, "--sample", 3)
    assert [row[:2] for row in found] == [["1", "1"], ["1", "2"], ["1", "3"]]


@pytest.fixture(scope="module")
def model(random_run):
    return load_for(random_run)


def drawn(model, **how):
    """Texts and scores of the samples of one text."""
    return [(found.text, found.score) for found in samples(model, Sampling(**how))([TEXT.encode()], 0)[0]]


def test_the_same_seed_draws_the_same_and_another_seed_others(model):
    first, again, other = (drawn(model, count=4, temperature=2.0, seed=seed) for seed in (7, 7, 8))
    assert first == again != other


@pytest.mark.parametrize("how", [{"temperature": 0.0}, {"top_k": 1}, {"top_p": 1e-6}])
def test_samples_that_leave_no_choice_are_greedy(how, model, random_run):
    greedy = load_for(random_run, beam_size=1)
    (((text, score, *_),),) = best(greedy)([TEXT.encode()], 0)
    ((drawn_text, drawn_score),) = drawn(model, **how)
    assert drawn_text == text
    assert drawn_score == pytest.approx(score, abs=1e-4)


def test_samples_differ_between_the_lines_of_a_file(random_run, tmp_path, capsys):
    file = tmp_path / "same.txt"
    file.write_text(f"{TEXT}\n" * 6)
    argv = ["translate", random_run, "--input", file, "--sample", 1, "--temperature", 2, "--batch_size", 2]
    assert len(set(printed(capsys, *argv))) > 3


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--temperature", "1"], ["--temperature", "--sample"]),
        (["--sample", "0"], ["--sample", "0"]),
        (["--sample", "1", "--top_p", "0"], ["--top_p", "0"]),
        (["--sample", "1", "--top_p", "nan"], ["top_p", "nan"]),
        (["--sample", "1", "--temperature", "-1"], ["--temperature", "-1"]),
        (["--sample", "1", "--temperature", "nan"], ["temperature", "nan"]),
        (["--sample", "1", "--top_k", "-1"], ["--top_k", "-1"]),
        (["--sample", "1", "--seed", "99999999999"], ["--seed", "99999999999"]),
        (["--sample", "1", "--beam_size", "3"], ["--beam_size", "--sample"]),
        (["--sample", "1", "--alignments"], ["--alignments", "--sample"]),
        (["--beam_size", "0"], ["beam_size", "0"]),
        (["--length_penalty", "nan"], ["length_penalty", "nan"]),
        (["--chunk_size", "0"], ["--chunk_size", "0"]),
    ],
)
def test_a_bad_option_is_named(argv, words, random_run, capsys):
    assert_bad_input(capsys, ["translate", random_run, TEXT, *argv], *words)


def test_a_long_text_is_cut_where_the_run_says_and_the_line_is_named(tmp_path, capsys):
    run = make_random_run(tmp_path / "run", {"max_source_tokens": 6})
    file = tmp_path / "texts.txt"
    file.write_text(f"the car\n{'big ' * 10_000}\nthe dog\n")
    argv = ["translate", str(run), "--input", str(file), "--beam_size", "2", "--n_best", "2", "--alignments"]
    assert main(argv) == 0
    out, error = capsys.readouterr()
    assert error.startswith("line 2: longer than the model reads")
    assert "line 1" not in error
    assert len(out.splitlines()) == 6


def test_a_text_of_exactly_the_limit_is_whole(tmp_path):
    run = make_random_run(tmp_path / "run", {"max_source_tokens": 6, "n_best": 1})
    model = load_for(run, beam_size=2)
    answers = model.n_best(tf.constant(["big big big big big", "big big big big big big"]))
    assert answers["truncated"].numpy().tolist() == [False, True]
    assert answers["source_tokens"].numpy().tolist() == [[b"\xe2\x96\x81big"] * 5 + [b"</s>"]] * 2
    assert answers["text"][0, 0] == answers["text"][1, 0]


def test_interactive_answers_every_line_before_it_reads_the_next(random_run, capsys, monkeypatch):
    answered = []

    class Typed(io.BytesIO):
        def readline(self, size=-1):
            answered.append(capsys.readouterr().out.count("\n"))
            return super().readline(size)

    lines = "\n".join(sentences(3)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Typed(lines)))
    assert main(["translate", str(random_run), "--interactive"]) == 0
    assert answered == [0, 1, 1, 1]


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


def test_on_a_terminal_there_is_a_prompt_and_the_end_of_input_ends(random_run, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal(io.BytesIO(b"the car\nthe dog\n")))
    assert main(["translate", str(random_run)]) == 0
    out, error = capsys.readouterr()
    assert error == "type a sentence and press Enter; Ctrl-D ends\n> > > \n"
    assert len(out.splitlines()) == 2


def test_an_interruption_of_typing_is_130(random_run, capsys, monkeypatch):
    class Interrupted(io.BytesIO):
        def readline(self, size=-1):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Terminal(Interrupted()))
    assert main(["translate", str(random_run)]) == 130
    assert capsys.readouterr().err.endswith("translation: interrupted\n")
