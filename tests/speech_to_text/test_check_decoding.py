"""Options of decoding that would change nothing are refused, where they were given."""

import dataclasses

import pytest

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.check_decoding import check_decode_section, check_decoding, chosen
from apps.speech_to_text.config import DecodeConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.run_folder import RunFolder

WORDS = DecodeConfig(lm="word", lm_text="more.txt", lm_order=2, lm_weight=0.7, insertion_bonus=1.0)


def config(head="ctc", **decode):
    return SpeechConfig(model=ModelConfig(head=head), decode=DecodeConfig(**{"lm": "none"} | decode))


IDLE = [
    ("ctc", {}, {"lm_weight": 1.0}, "--lm_weight: needs a language model; give --lm character or word"),
    ("ctc", {}, {"insertion_bonus": 1.0}, "--insertion_bonus: needs a language model"),
    ("ctc", {"lm": "word"}, {"lm": "none", "lm_weight": 1.0}, "--lm_weight: needs a language model"),
    ("ctc", {}, {"hot_word_boost": 1.0}, "--hot_word_boost: needs words to listen for; give --hot_words"),
    ("ctc", {}, {"joint_weight": 0.5}, "--joint_weight: is of head joint; .*run has ctc"),
    ("attention", {}, {"joint_weight": 0.5}, "--joint_weight: is of head joint; .*run has attention"),
    ("attention", {}, {"lm_weight": 1.0}, "--lm_weight: is of heads ctc and joint; .*run has attention"),
    ("keyword", {}, {"insertion_bonus": 1.0}, "--insertion_bonus: is of heads ctc and joint; .*run has keyword"),
    ("keyword", {}, {"beam_size": 4}, "--beam_size: is of heads ctc, attention and joint; .*run has keyword"),
]


@pytest.mark.parametrize(("head", "section", "given", "message"), IDLE)
def test_an_option_that_would_change_nothing_is_refused(tmp_path, head, section, given, message):
    with pytest.raises(ValueError, match=message):
        check_decoding(RunFolder.create(tmp_path / "run", config(head, **section)), given)


@pytest.mark.parametrize(
    ("head", "section", "given"),
    [
        ("ctc", {"lm": "word"}, {"lm_weight": 1.0, "insertion_bonus": 0.0}),
        ("ctc", {"hot_words": "ab"}, {"hot_word_boost": 1.0}),
        ("ctc", {}, {"hot_words": "ab", "hot_word_boost": 1.0}),
        ("joint", {}, {"joint_weight": 0.5}),
        ("keyword", {}, {"n_best": 3, "lm": "none"}),
    ],
)
def test_an_option_that_changes_something_is_not(tmp_path, head, section, given):
    check_decoding(RunFolder.create(tmp_path / "run", config(head, **section)), given)


@pytest.mark.parametrize("verb", ["evaluate", "transcribe", "export"])
def test_every_command_that_decodes_refuses_it(verb, trained_run, tmp_path, capsys):
    recordings = [str(next(trained_run.glob("examples/*.wav")))] if verb == "transcribe" else []
    output = ["--output", str(tmp_path / "served")] if verb == "export" else []
    assert main([verb, str(trained_run), *recordings, "--insertion_bonus", "1", *output]) == 2
    assert "--insertion_bonus: needs a language model; give --lm character or word" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["lm_weight", "insertion_bonus", "lm_order"])
def test_training_refuses_what_a_language_model_counts_for_without_one(name):
    with pytest.raises(ValueError, match=f"decode.{name}: decode.lm is none; set it to character or word"):
        DecodeConfig(lm="none", **{name: 1})


def test_a_finished_model_has_its_own_order():
    with pytest.raises(ValueError, match=r"decode\.lm_order: the model of decode\.arpa has its own"):
        DecodeConfig(lm="word", arpa="words.arpa", lm_order=2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (config("keyword", lm="word"), "decode.lm: is of heads ctc and joint; model.head is keyword"),
        (config("ctc", joint_weight=0.5), "decode.joint_weight: is of head joint; model.head is ctc"),
    ],
)
def test_training_refuses_what_its_head_cannot_use(given, message):
    with pytest.raises(ValueError, match=message):
        check_decode_section(given)


def test_the_command_train_refuses_it(tmp_path, capsys):
    assert main(["train", "--model.head", "keyword", "--decode.lm", "word", "--run", str(tmp_path / "run")]) == 2
    assert "decode.lm: is of heads ctc and joint; model.head is keyword" in capsys.readouterr().err


@pytest.mark.parametrize("head", ["ctc", "attention", "joint", "keyword"])
def test_defaults_suit_every_head(head):
    check_decode_section(config(head))


def test_a_run_can_do_without_its_language_model():
    assert chosen(WORDS, {"lm": "none"}) == DecodeConfig(lm="none")


def test_another_language_model_takes_the_place_of_the_runs():
    found = chosen(WORDS, {"arpa": "words.arpa"})
    assert found == dataclasses.replace(WORDS, lm_text=None, lm_order=None, arpa="words.arpa")
