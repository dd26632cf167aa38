"""`load_for`: the SavedModel as it is, or the run's weights searched in another way."""

import shutil

import pytest
import tensorflow as tf

from apps.translation.decoding import load_for
from apps.translation.load import load_translator
from tests.translation.random_run import sentences

TEXTS = tf.constant(sentences(5))


def test_without_options_it_is_the_saved_model(random_run):
    model = load_for(random_run)
    assert model.signatures.keys() == load_translator(random_run).signatures.keys()


def test_the_runs_own_options_give_what_the_saved_model_gives(random_run):
    own, exported = load_for(random_run, beam_size=4), load_translator(random_run)
    assert own.n_best(TEXTS)["text"].numpy().tolist() == exported.n_best(TEXTS)["text"].numpy().tolist()


def test_another_beam_gives_as_many_hypotheses(random_run):
    assert load_for(random_run, beam_size=7).n_best(TEXTS)["text"].shape == (5, 7)


def test_penalties_change_the_ranking_only_of_what_they_are_given_for(random_run):
    answers = load_for(random_run, length_penalty=0.0, coverage_penalty=0.0).n_best(TEXTS)
    assert answers["ranking"].numpy().tolist() == answers["score"].numpy().tolist()


def test_a_saved_model_inside_its_run_finds_the_weights(random_run):
    assert load_for(random_run / "1", beam_size=2).n_best(TEXTS)["text"].shape == (5, 2)


def test_a_saved_model_alone_says_what_cannot_be_changed(random_run, tmp_path):
    alone = shutil.copytree(random_run / "1", tmp_path / "alone")
    with pytest.raises(FileNotFoundError, match="--beam_size, --length_penalty cannot be changed in a SavedModel"):
        load_for(alone, beam_size=2, length_penalty=0.5)


def test_an_option_out_of_range_is_named(random_run):
    with pytest.raises(ValueError, match=r"decode\.beam_size: 0"):
        load_for(random_run, beam_size=0)
