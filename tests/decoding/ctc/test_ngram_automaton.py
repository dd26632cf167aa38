import itertools

import numpy as np
import pytest

from rnnapps.decoding.ctc.arpa import read_arpa
from rnnapps.decoding.ctc.kneser_ney import train_ngram
from rnnapps.decoding.ctc.ngram_automaton import NGramAutomaton
from tests.decoding.ctc.test_arpa import written

TEXTS = [list(text) for text in ("abba", "abc", "cab", "baca", "aabb", "cabba")]


def walked(automaton, model, words):
    """Log-probability of a sentence by following the automaton."""
    state, total = automaton.start, 0.0
    for word in [*words, "</s>"]:
        log_prob, state = automaton.look_up(np.int32(state), np.int32(model.number(word)))
        total += float(log_prob)
    return total


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_it_says_what_the_model_says(order, dense):
    model = train_ngram(TEXTS, order, words=list("abcd"))
    automaton = NGramAutomaton(model, dense)
    for words in itertools.chain(itertools.product("abcd", repeat=3), (list("abbacab"), [])):
        assert walked(automaton, model, words) == pytest.approx(model.sentence_log_prob(words), rel=1e-5)


@pytest.mark.parametrize("dense", [True, False])
def test_it_says_what_a_pruned_model_of_another_tool_says(tmp_path, dense):
    model = read_arpa(written(tmp_path))
    automaton = NGramAutomaton(model, dense)
    for words in itertools.product(["ann", "bob"], repeat=3):
        assert walked(automaton, model, words) == pytest.approx(model.sentence_log_prob(words), rel=1e-5)


def test_contexts_that_make_no_difference_are_one_state():
    # a, b, c and <s> are followed by something, d by nothing; and the empty context.
    assert NGramAutomaton(train_ngram(TEXTS, 2, words=list("abcd"))).states == 5
