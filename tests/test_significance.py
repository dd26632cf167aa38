"""Intervals and paired tests: the figures of sacrebleu where it has them, known answers where it has not."""

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from rnnapps.metrics import bleu_counts, chrf_counts
from rnnapps.significance import bootstrap_interval, paired_bootstrap, paired_randomization

WORDS = ["the", "a", "cat", "dog", "sees", "house", "red", "big", "in", "on", "is", "not", "and", "two", "trees"]
METRICS = [(BLEU, bleu_counts), (CHRF, chrf_counts)]
PAIRED_TESTS = [paired_bootstrap, paired_randomization]
SENTENCES = 64


def with_errors(share, seed):
    """The references with a share of their words replaced."""
    rng = np.random.default_rng(seed)
    replaced = [
        [word if rng.random() > share else rng.choice(WORDS) for word in sentence.split()] for sentence in REFERENCES
    ]
    return [" ".join(words) for words in replaced]


RNG = np.random.default_rng(1)
REFERENCES = [" ".join(RNG.choice(WORDS, RNG.integers(4, 15))) for _ in range(SENTENCES)]
WORSE, BETTER, BEST = with_errors(0.3, 2), with_errors(0.25, 3), with_errors(0.02, 4)


def rate(total):
    """Errors per word."""
    return total[0] / total[1]


def error_counts(seed, share=0.2):
    rng = np.random.default_rng(seed)
    words = rng.integers(5, 20, 200)
    return np.stack([rng.binomial(words, share), words], 1)


@pytest.mark.parametrize(("metric", "counts_of"), METRICS)
def test_the_interval_is_that_of_sacrebleu(metric, counts_of):
    counts = counts_of(WORSE, REFERENCES)
    low, high = bootstrap_interval(counts.rows, counts.score)
    theirs = metric().corpus_score(WORSE, [REFERENCES], n_bootstrap=1000)
    assert (high - low) / 2 == pytest.approx(theirs._ci, rel=1e-5)
    assert low < theirs._mean < high


@pytest.mark.parametrize(("metric", "counts_of"), METRICS)
def test_the_p_value_of_the_randomization_is_that_of_sacrebleu(metric, counts_of):
    # Theirs draws all coins at once and whole words of them: the same where 32 divides the number of sentences.
    first, second = counts_of(WORSE, REFERENCES), counts_of(BETTER, REFERENCES)
    ours = paired_randomization(first.rows, second.rows, first.score)
    systems = [("worse", WORSE), ("better", BETTER)]
    _, theirs = PairedTest(systems, {"metric": metric()}, [REFERENCES], "ar", n_samples=1000)()
    (_, result) = theirs[metric().sentence_score("a", ["a"]).name]
    assert ours.p_value == pytest.approx(result.p_value, abs=1e-12)
    assert 0.05 < ours.p_value < 0.95


@pytest.mark.parametrize("test", PAIRED_TESTS)
def test_a_system_does_not_differ_from_itself(test):
    counts = bleu_counts(WORSE, REFERENCES)
    found = test(counts.rows, counts.rows, counts.score)
    assert (found.difference, found.interval, found.p_value) == (0.0, (0.0, 0.0), 1.0)


@pytest.mark.parametrize("test", PAIRED_TESTS)
def test_a_clearly_better_system_differs(test):
    first, second = bleu_counts(WORSE, REFERENCES), bleu_counts(BEST, REFERENCES)
    found = test(first.rows, second.rows, first.score)
    assert found.difference == second.corpus_score.score - first.corpus_score.score
    assert 0 < found.interval.low < found.difference < found.interval.high
    assert found.p_value < 0.003


@pytest.mark.parametrize("test", PAIRED_TESTS)
def test_the_order_of_two_systems_changes_only_the_sign(test):
    first, second = bleu_counts(WORSE, REFERENCES), bleu_counts(BETTER, REFERENCES)
    there, back = test(first.rows, second.rows, first.score), test(second.rows, first.rows, first.score)
    assert (there.difference, there.p_value) == (-back.difference, back.p_value)
    assert there.interval == (-back.interval.high, -back.interval.low)


def test_pairing_finds_what_two_intervals_do_not():
    # One error less in every tenth sentence: small beside how much sentences differ, but never the other way.
    first = error_counts(0)
    second = first.copy()
    second[::10, 0] -= second[::10, 0] > 0
    one, other = bootstrap_interval(first, rate), bootstrap_interval(second, rate)
    assert one.low < other.high
    assert paired_bootstrap(first, second, rate).interval.high < 0


def test_the_interval_of_a_mean_has_the_known_width():
    # A mean of n values: 1.96 standard deviations / sqrt(n) on either side.
    values = np.random.default_rng(0).normal(5.0, 2.0, 400)
    interval = bootstrap_interval(np.stack([values, np.ones(400)], 1), rate, resamples=4000)
    assert interval.low == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.02)
    assert interval.high == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.02)


@pytest.mark.parametrize("test", PAIRED_TESTS)
def test_equal_systems_rarely_look_different(test):
    # Same error rate, independent errors: p below 5 % about once in 20.
    rng = np.random.default_rng(7)
    small = 0
    for _ in range(60):
        words = rng.integers(5, 20, 100)
        first, second = (np.stack([rng.binomial(words, 0.2), words], 1) for _ in range(2))
        small += test(first, second, rate, resamples=200).p_value < 0.05
    assert small <= 8  # 60 x 5 % = 3, and three standard deviations


def test_the_seed_decides_the_draws():
    counts = error_counts(1)
    assert bootstrap_interval(counts, rate, seed=3) == bootstrap_interval(counts, rate, seed=3)
    assert bootstrap_interval(counts, rate, seed=3) != bootstrap_interval(counts, rate, seed=4)


def test_too_few_resamples_are_an_error():
    with pytest.raises(ValueError, match="resamples must be at least 40"):
        bootstrap_interval(error_counts(0), rate, resamples=39)


def test_systems_over_different_sentences_are_an_error():
    with pytest.raises(ValueError, match=r"first has the shape \(200, 2\) and second \(199, 2\)"):
        paired_bootstrap(error_counts(0), error_counts(0)[1:], rate)


def test_no_sentences_are_an_error():
    with pytest.raises(ValueError, match="expected a row for each"):
        bootstrap_interval(np.zeros((0, 2)), rate)
