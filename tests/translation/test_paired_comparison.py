"""Two systems side by side: what is found, and what is said about it."""

import pytest

from apps.translation.evaluation_report import comparison_report
from apps.translation.paired_comparison import paired_comparison, verdict
from rnnapps.significance import Comparison, Interval
from rnnapps.text.pairs import Pairs

NAMES = ("old", "new")
REFERENCES = [
    f"the {size} {thing} is number {n}" for n in range(20) for size in ("big", "red") for thing in ("cat", "car")
]
PAIRS = Pairs([f"source {n}" for n in range(len(REFERENCES))], REFERENCES)
# Every second and every tenth sentence lacks a word.
MANY_ERRORS = [text.replace(" is", "") if n % 2 else text for n, text in enumerate(REFERENCES)]
FEW_ERRORS = [text.replace(" is", "") if n % 10 == 1 else text for n, text in enumerate(REFERENCES)]


@pytest.mark.parametrize("test", ["bootstrap", "randomization"])
def test_identical_systems_show_no_difference(test):
    found = paired_comparison(PAIRS, NAMES, (FEW_ERRORS, FEW_ERRORS), test, resamples=100)["difference"]["bleu"]
    assert (found["difference"], found["interval"], found["p_value"]) == (0.0, [0.0, 0.0], 1.0)
    assert found["verdict"].startswith("no difference can be shown: +0.00 BLEU")


@pytest.mark.parametrize("test", ["bootstrap", "randomization"])
def test_a_clearly_better_system_is_named(test):
    found = paired_comparison(PAIRS, NAMES, (MANY_ERRORS, FEW_ERRORS), test, resamples=500)
    scores = [system["bleu"]["score"] for system in found["systems"]]
    bleu = found["difference"]["bleu"]
    assert bleu["difference"] == scores[1] - scores[0] > 0
    assert bleu["p_value"] < 0.01
    assert bleu["verdict"].startswith(f"new is better: +{bleu['difference']:.2f} BLEU, 95 % interval [")


def test_the_first_system_can_be_the_better():
    found = paired_comparison(PAIRS, NAMES, (FEW_ERRORS, MANY_ERRORS), resamples=100)["difference"]["chrf"]
    assert found["difference"] < 0
    assert found["verdict"].startswith(f"old is better: +{-found['difference']:.2f} chrF")


def test_a_verdict_reads_as_a_sentence():
    better = Comparison(1.3, Interval(0.6, 2.0), 0.001)
    assert verdict(NAMES, "BLEU", better) == "new is better: +1.30 BLEU, 95 % interval [0.60, 2.00], p = 0.001"
    worse = Comparison(-1.3, Interval(-2.0, -0.6), 0.001)
    assert verdict(NAMES, "BLEU", worse) == "old is better: +1.30 BLEU, 95 % interval [0.60, 2.00], p = 0.001"
    unsure = Comparison(-0.2, Interval(-0.9, 0.5), 0.61)
    told = "no difference can be shown: -0.20 BLEU, 95 % interval [-0.90, +0.50], p = 0.610"
    assert verdict(NAMES, "BLEU", unsure) == told


def test_the_sentences_that_differ_most_are_shown_with_both_translations():
    first, second = list(REFERENCES), list(REFERENCES)
    first[3], second[5] = "nothing", "the"
    found = paired_comparison(PAIRS, NAMES, (first, second), resamples=40)
    assert [(row["source"], row["translations"]) for row in found["gained"]] == [
        ("source 3", ["nothing", REFERENCES[3]])
    ]
    assert [(row["source"], row["reference"]) for row in found["lost"]] == [("source 5", REFERENCES[5])]
    assert found["same_translations"] == len(PAIRS) - 2


def test_length_classes_hold_both_scores():
    (only,) = paired_comparison(PAIRS, NAMES, (MANY_ERRORS, REFERENCES), resamples=40)["by_length"]
    assert (only["words"], only["sentences"], only["bleu"][1]) == ("1-5", len(PAIRS), pytest.approx(100.0))


def test_the_report_of_two_systems_fits_a_hundred_columns():
    long = [f"{text} and a very long end of the sentence that goes on and on over the margin" for text in REFERENCES]
    figures = paired_comparison(Pairs(PAIRS.source, long), NAMES, (MANY_ERRORS, long), resamples=40)
    text = comparison_report({"data": "pairs.tsv", "sentences": len(PAIRS), **figures})
    assert max(map(len, text.splitlines())) <= 100
    assert "A  old\nB  new\n80 sentences, pairs.tsv, 0 of them translated alike\n" in text


def test_systems_of_different_size_are_an_error():
    with pytest.raises(ValueError, match="they must pair"):
        paired_comparison(PAIRS, NAMES, (REFERENCES, REFERENCES[1:]), resamples=40)
