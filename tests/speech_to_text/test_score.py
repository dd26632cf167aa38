import jiwer
import numpy as np
import pytest

from apps.speech_to_text.edit_counts import count, rate
from apps.speech_to_text.score import accuracy, error_rates, score_by_speaker, score_in_detail, score_labels

SAID = ["one two three four", "five", "six seven"]
FOUND = ["one too three", "five five", "six seven"]  # one substitution, one deletion, one insertion in 7 words


def test_kinds_of_word_errors_are_counted_by_utterance():
    np.testing.assert_array_equal(count(FOUND, SAID).words.rows, [[1, 1, 0, 4], [0, 0, 1, 1], [0, 0, 0, 2]])


def test_rates_are_percent_of_what_was_said():
    found = error_rates(FOUND, SAID)
    assert found["wer"] == pytest.approx(100 * 3 / 7)
    # "two" to "too": 1; " four": 5; " five": 5; in 18 + 4 + 9 characters.
    assert found["cer"] == pytest.approx(100 * 11 / 31)
    assert found["right"] == pytest.approx(100 / 3)


def test_rates_equal_jiwers():
    rng = np.random.default_rng(0)
    words = np.array(["a", "bc", "de", "f"])
    said = [" ".join(rng.choice(words, rng.integers(1, 9))) for _ in range(50)]
    found = [" ".join(rng.choice(words, rng.integers(0, 9))) for _ in range(50)]
    assert error_rates(found, said)["wer"] == pytest.approx(100 * jiwer.wer(said, found))
    assert error_rates(found, said)["cer"] == pytest.approx(100 * jiwer.cer(said, found))


def test_words_found_in_silence_are_errors():
    assert error_rates(["a b", "c"], ["", "c"])["wer"] == pytest.approx(200)
    assert error_rates([""], [""])["wer"] == 0


def test_no_utterance_is_refused():
    with pytest.raises(ValueError, match="0 texts for 0 references"):
        error_rates([], [])


def test_texts_and_references_must_pair():
    with pytest.raises(ValueError, match="1 texts for 2 references"):
        error_rates(["a"], ["a", "b"])


def test_details_hold_the_interval_and_the_kinds_of_errors():
    found = score_in_detail(count(FOUND, SAID), resamples=200)["wer"]
    assert (found["substitutions"], found["deletions"], found["insertions"], found["said"]) == (1, 1, 1, 7)
    # Draws of the first or the third utterance alone: 50 and 0 %; of the second alone: 100 %.
    assert found["interval"][0] == 0
    assert found["interval"][1] == 100


def test_the_interval_of_utterances_that_are_all_right_is_one_point():
    assert score_in_detail(count(SAID, SAID))["right"] == {
        "rate": 100.0,
        "interval": [100.0, 100.0],
        "right": 3,
        "of": 3,
    }


def test_accuracy_is_percent_of_the_recordings():
    assert accuracy(["yes", "no", "no", "yes"], ["yes", "no", "yes", "yes"]) == 75


def test_each_label_has_recall_and_precision():
    labels = score_labels(["yes", "no", "no", "yes"], ["yes", "no", "yes", "stop"])["labels"]
    assert labels["yes"] == {"said": 2, "found": 2, "recall": 50.0, "precision": 50.0}
    assert labels["no"] == {"said": 1, "found": 2, "recall": 100.0, "precision": 50.0}
    assert labels["stop"] == {"said": 1, "found": 0, "recall": 0.0, "precision": None}


def test_speakers_are_listed_worst_first():
    found = score_by_speaker(count(FOUND, SAID), ["ann", "ann", "bob"], resamples=100)
    assert [(row["speaker"], row["utterances"], row["words"]) for row in found["speakers"]] == [
        ("ann", 2, 5),
        ("bob", 1, 2),
    ]
    assert found["speakers"][0]["wer"] == pytest.approx(60)
    assert found["interval"] is None  # of two speakers
    assert found["speakers"][0]["interval"] is None  # of two recordings


def test_the_interval_over_speakers_draws_speakers():
    # Every speaker has one bad utterance among many: utterances vary widely, speakers not at all.
    said = ["a b"] * 50
    found = (["a b"] * 9 + ["x y"]) * 5
    speakers = [name for name in "vwxyz" for _ in range(10)]
    assert score_by_speaker(count(found, said), speakers)["interval"] == [10.0, 10.0]


def test_one_speaker_is_no_table():
    assert score_by_speaker(count(FOUND, SAID), ["ann", "ann", None]) is None


def test_the_rate_of_a_sum():
    assert rate(np.array([1, 2, 1, 16])) == 25
