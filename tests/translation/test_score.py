"""Figures of one system, by value."""

import pytest
import sacrebleu

from apps.translation.evaluation_report import report
from apps.translation.score import (
    FEW_SENTENCES,
    best_and_worst,
    count,
    length_classes,
    score,
    score_by_length,
    score_in_detail,
)
from rnnapps.text.pairs import Pairs

SOURCES = ["a b", "one two three four five six", "a b c", "x"]
REFERENCES = ["the red house is here", "where is the big station", "he sees them again", "yes"]
TRANSLATIONS = ["the red house was here", "where is the big station", "they go home", "no"]
PAIRS = Pairs(SOURCES, REFERENCES)


def test_the_length_ratio_counts_tokens_as_bleu_does():
    # "Yes, sir." has 4 tokens (yes , sir .), "No." has 2; their references have 2 and 3.
    assert score(["Yes, sir.", "No."], ["Yes.", "Not at all"])["length_ratio"] == pytest.approx(6 / 5)


def test_scores_are_those_of_sacrebleu():
    found = score(TRANSLATIONS, REFERENCES)
    assert found["bleu"]["score"] == sacrebleu.corpus_bleu(TRANSLATIONS, [REFERENCES]).score
    assert found["chrf"]["score"] == sacrebleu.corpus_chrf(TRANSLATIONS, [REFERENCES]).score


def test_an_interval_comes_with_a_signature_that_says_how_it_was_drawn():
    found = score_in_detail(count(TRANSLATIONS, REFERENCES), resamples=40)
    for metric in ("bleu", "chrf"):
        assert "|bs:40|seed:12345|" in found[metric]["signature"]
        low, high = found[metric]["interval"]
        assert low < found[metric]["score"] < high


def test_length_classes_hold_every_sentence_once():
    sources = [" ".join(["word"] * words) for words in range(1, 70)]
    classes = length_classes(sources)
    assert sorted(index for indices in classes.values() for index in indices) == list(range(69))
    assert list(classes) == ["1-5", "6-10", "11-15", "16-20", "21-30", "31-40", "41-50", "51+"]
    assert [len(indices) for indices in classes.values()] == [5, 5, 5, 5, 10, 10, 10, 19]


def test_a_length_class_has_the_score_of_its_sentences():
    long, short = score_by_length(SOURCES, count(TRANSLATIONS, REFERENCES))[::-1]
    assert (short["words"], short["sentences"], long["words"], long["sentences"]) == ("1-5", 3, "6-10", 1)
    assert long["bleu"] == pytest.approx(100.0)
    others = [0, 2, 3]
    texts = ([side[i] for i in others] for side in (TRANSLATIONS, REFERENCES))
    assert short["bleu"] == sacrebleu.corpus_bleu(next(texts), [next(texts)]).score


def test_few_sentences_are_marked_and_have_no_interval():
    sources = ["a"] * FEW_SENTENCES + ["a b c d e f"] * (FEW_SENTENCES - 1)
    references = ["one two three four"] * len(sources)
    enough, few = score_by_length(sources, count(references, references), resamples=40)
    assert (enough["few"], enough["interval"]) == (False, pytest.approx([100.0, 100.0]))
    assert (few["few"], few["interval"]) == (True, None)


def test_the_best_come_best_first_and_the_worst_worst_first():
    found = best_and_worst(PAIRS, TRANSLATIONS, count(TRANSLATIONS, REFERENCES), shown=2)
    assert [row["source"] for row in found["best"]] == [SOURCES[1], SOURCES[0]]
    assert [row["source"] for row in found["worst"]] == [SOURCES[3], SOURCES[2]]
    best, worst = found["best"][0], found["worst"][1]
    assert (best["translation"], best["reference"]) == (TRANSLATIONS[1], REFERENCES[1])
    assert worst["chrf"] == pytest.approx(sacrebleu.sentence_chrf(TRANSLATIONS[2], [REFERENCES[2]]).score)


def test_no_sentence_is_both_best_and_worst():
    found = best_and_worst(PAIRS, TRANSLATIONS, count(TRANSLATIONS, REFERENCES), shown=3)
    assert len(found["best"]) == 3
    assert [row["source"] for row in found["worst"]] == [SOURCES[3]]


def test_a_perfect_system_has_no_worst_sentences():
    assert best_and_worst(PAIRS, REFERENCES, count(REFERENCES, REFERENCES), shown=2)["worst"] == []


def test_the_same_source_is_shown_once_where_it_is_best():
    pairs = Pairs(["a", "b", "a"], ["one", "two three", "one"])
    translations = ["one", "two tree", "on"]
    found = best_and_worst(pairs, translations, count(translations, pairs.target))
    assert [(row["source"], row["translation"]) for row in found["best"]] == [("a", "one"), ("b", "two tree")]


def test_a_shown_sentence_names_its_line():
    pairs = Pairs(["a"], ["one"], lines=[7])
    assert best_and_worst(pairs, ["one"], count(["one"], ["one"]))["best"][0]["line"] == 7


def test_the_report_of_plain_scores_has_the_score_and_the_baseline_in_columns():
    scores = {**score(REFERENCES, REFERENCES), "baseline": score(TRANSLATIONS, REFERENCES)}
    lines = report(scores).splitlines()
    assert lines[0].split() == ["score", "baseline"]
    assert lines[1].split() == ["BLEU", "100.00", f"{scores['baseline']['bleu']['score']:.2f}"]
    assert lines[3].split() == ["length", "ratio", "1.000", f"{scores['baseline']['length_ratio']:.3f}"]
    assert lines[-2] == f"BLEU  {scores['bleu']['signature']}"
