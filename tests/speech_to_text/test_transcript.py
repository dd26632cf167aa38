import json

from apps.speech_to_text.transcript import Transcript, Word, joined

ONE = Transcript(
    "one two", (Word("one", 0.1, 0.3, 0.9), Word("two", 0.5, 0.7, 0.5)), 0.5, (("one two", -1.0),), 0.0, 1.0
)
SIX = Transcript("six", (Word("six", 0.25, 0.5, 0.8),), 0.8, (("six", -0.5),), 0.0, 2.0)


def test_later_moves_the_stretch_and_its_words():
    moved = SIX.later(10.0)
    assert (moved.start, moved.end) == (10.0, 12.0)
    assert moved.words == (Word("six", 10.25, 10.5, 0.8),)


def test_joined_texts_have_one_space_between_them():
    assert joined([ONE, Transcript(""), SIX.later(1.0)]).text == "one two six"


def test_joined_words_keep_their_order_and_times():
    assert [(word.text, word.start) for word in joined([ONE, SIX.later(1.0)]).words] == [
        ("one", 0.1),
        ("two", 0.5),
        ("six", 1.25),
    ]


def test_a_stretch_counts_for_the_confidence_as_often_as_it_has_words():
    # (2 * 0.5 + 1 * 0.8) / 3
    assert abs(joined([ONE, SIX]).confidence - 0.6) < 1e-12


def test_a_silent_stretch_does_not_count_for_the_confidence():
    assert joined([Transcript("", confidence=0.1), SIX]).confidence == 0.8


def test_one_stretch_keeps_its_alternatives():
    assert joined([ONE]) is ONE


def test_nothing_joined_is_an_empty_transcript():
    assert joined([]).text == ""


def test_as_dict_is_json_with_milliseconds():
    found = json.loads(
        json.dumps(Transcript("a", (Word("a", 1 / 3, 2 / 3, 0.98765),), 0.5, (("a", -1.23456),), 0, 1).as_dict())
    )
    assert found == {
        "start": 0.0,
        "end": 1.0,
        "text": "a",
        "confidence": 0.5,
        "words": [{"word": "a", "start": 0.333, "end": 0.667, "confidence": 0.9877}],
        "alternatives": [{"text": "a", "score": -1.2346}],
    }
