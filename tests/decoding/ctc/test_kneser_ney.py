import numpy as np
import pytest

from rnnapps.decoding.ctc.kneser_ney import train_ngram

# "a b", "a b", "a c". Bigrams, counts: <s>a 3, ab 2, ac 1, b</s> 2, c</s> 1: with so few the discounts are those for
# 1, 2, 3 and more: 0.5, 1, 1.5. Company of single words on their left: a 1, b 1, c 1, </s> 2; in all 5.
TEXTS = [["a", "b"], ["a", "b"], ["a", "c"]]
# Single words: (1 - 0.5) / 5 each, </s> (2 - 1) / 5; left over (3 * 0.5 + 1) / 5 = 0.5.


def probability(model, word, *context):
    return np.exp(model.log_prob(word, context))


def test_single_words_count_by_their_company():
    # (1 - 0.5) / 5 of a, b, c; (2 - 1) / 5 of the end; all that is left over is for unknown words.
    model = train_ngram(TEXTS, order=2)
    found = {word: probability(model, word) for word in ("a", "b", "c", "</s>", "<unk>")}
    assert found == pytest.approx({"a": 0.1, "b": 0.1, "c": 0.1, "</s>": 0.2, "<unk>": 0.5})


def test_pairs_are_interpolated_with_single_words():
    # behind a: 2 + 1 = 3 in all; left over (1 + 0.5) / 3 = 0.5
    model = train_ngram(TEXTS, order=2)
    assert probability(model, "b", "a") == pytest.approx((2 - 1) / 3 + 0.5 * 0.1)
    assert probability(model, "c", "a") == pytest.approx((1 - 0.5) / 3 + 0.5 * 0.1)


def test_a_pair_never_seen_pays_the_backoff():
    model = train_ngram(TEXTS, order=2)
    assert probability(model, "a", "a") == pytest.approx(0.5 * 0.1)
    assert probability(model, "zebra", "a") == pytest.approx(0.5 * 0.5)


def test_the_beginning_of_a_sentence_counts_how_often():
    # behind <s>: a 3 times; left over 1.5 / 3
    assert probability(train_ngram(TEXTS, 2), "a", "<s>") == pytest.approx((3 - 1.5) / 3 + 0.5 * 0.1)


def test_a_closed_vocabulary_shares_what_is_left_over():
    # a, b, c, d and the end: 0.5 / 5 each
    model = train_ngram(TEXTS, 2, words=["a", "b", "c", "d"])
    assert probability(model, "d") == pytest.approx(0.1)
    assert probability(model, "a") == pytest.approx(0.2)


def test_a_sentence_is_the_product_of_its_words_and_its_end():
    model = train_ngram(TEXTS, 2)
    expected = probability(model, "a", "<s>") * probability(model, "c", "a") * probability(model, "</s>", "c")
    assert np.exp(model.sentence_log_prob(["a", "c"])) == pytest.approx(expected)


LONG = [list(text) for text in ("the cat sat on the mat", "a cat sat", "the mat", "on a mat sat the cat", "tea at ten")]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_probabilities_behind_any_context_sum_to_one(order):
    model = train_ngram(LONG, order)
    for context in [(), ("<s>",), ("<s>", "t"), ("t", "h", "e", " "), ("x", "y"), ("a", "t"), ("q", "t", "h")]:
        total = sum(probability(model, word, *context) for word in model.words[:-1])
        assert total == pytest.approx(1.0, abs=1e-9)


def test_discounts_are_estimated_where_there_are_enough_counts():
    # One letter each: 4 seen once, 3 twice, 2 thrice, 1 four times. Y = 4 / (4 + 2 * 3) = 0.4;
    # D1 = 1 - 2 * 0.4 * 3/4 = 0.4, D2 = 2 - 3 * 0.4 * 2/3 = 1.2, D3 = 3 - 4 * 0.4 * 1/2 = 2.2. The end of all the 20
    # sentences counts 20, so that 40 is the sum; left over (4 * 0.4 + 3 * 1.2 + 2 * 2.2 + 2.2 + 2.2) / 40 = 0.35.
    model = train_ngram([[letter] for letter in "abcd" + "efg" * 2 + "hi" * 3 + "j" * 4], order=1)
    found = {word: probability(model, word) for word in ("a", "e", "h", "j", "</s>", "<unk>")}
    expected = {"a": 0.6 / 40, "e": 0.8 / 40, "h": 0.8 / 40, "j": 1.8 / 40, "</s>": 17.8 / 40, "<unk>": 0.35}
    assert found == pytest.approx(expected)


def test_more_context_than_the_texts_have_changes_nothing():
    short, long = train_ngram(TEXTS, 4), train_ngram(TEXTS, 9)
    assert long.sentence_log_prob(["a", "b"]) == pytest.approx(short.sentence_log_prob(["a", "b"]))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([], 2), "no sentences"),
        ((TEXTS, 0), "order must be at least 1, got 0"),
        ((TEXTS, 2, ["a", "b"]), "'c' is not among the given words"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(arguments, named):
    with pytest.raises(ValueError, match=named):
        train_ngram(*arguments)
