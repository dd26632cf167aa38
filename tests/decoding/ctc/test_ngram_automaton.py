import itertools

import numpy as np
import pytest

from rnnapps.decoding.ctc.arpa import read_arpa
from rnnapps.decoding.ctc.kneser_ney import train_ngram
from rnnapps.decoding.ctc.ngram_automaton import NGramAutomaton
from tests.decoding.ctc.test_arpa import written

TEXTS = [list(text) for text in ("abba", "abc", "cab", "baca", "aabb", "cabba")]


def walked(automaton, model, sentences):
    """Log-probabilities of sentences of one length by following the automaton."""
    numbers = np.array([[model.number(word) for word in [*words, "</s>"]] for words in sentences], np.int32)
    states, totals = np.full(len(sentences), automaton.start, np.int32), 0.0
    for words in numbers.T:
        log_probs, states = automaton.look_up(states, words)
        totals += log_probs.numpy()
    return totals


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_it_says_what_the_model_says(order, dense):
    model = train_ngram(TEXTS, order, words=list("abcd"))
    automaton = NGramAutomaton(model, dense)
    for sentences in (list(itertools.product("abcd", repeat=4)), [[]]):
        expected = [model.sentence_log_prob(words) for words in sentences]
        np.testing.assert_allclose(walked(automaton, model, sentences), expected, rtol=1e-5)


@pytest.mark.parametrize("dense", [True, False])
def test_it_says_what_a_pruned_model_of_another_tool_says(tmp_path, dense):
    model = read_arpa(written(tmp_path))
    sentences = list(itertools.product(["ann", "bob"], repeat=3))
    expected = [model.sentence_log_prob(words) for words in sentences]
    np.testing.assert_allclose(walked(NGramAutomaton(model, dense), model, sentences), expected, rtol=1e-5)


def test_contexts_that_make_no_difference_are_one_state():
    # a, b, c and <s> are followed by something, d by nothing; and the empty context.
    assert NGramAutomaton(train_ngram(TEXTS, 2, words=list("abcd"))).states == 5
