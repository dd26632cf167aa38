from apps.speech_to_text.subtitles import srt
from apps.speech_to_text.transcript import Transcript, Word


def said(*words):
    """A stretch of (text, start, end), with three seconds of silence behind them."""
    spoken = tuple(Word(*word, 1.0) for word in words)
    return Transcript(" ".join(word.text for word in spoken), spoken, end=spoken[-1].end + 3)


def test_words_said_together_are_one_subtitle():
    assert srt([said(("good", 0.5, 0.9), ("day", 1.0, 2.25))]) == "1\n00:00:00,500 --> 00:00:02,250\ngood day\n"


def test_a_pause_begins_a_new_subtitle():
    assert srt([said(("one", 0, 1), ("two", 2, 3))]) == (
        "1\n00:00:00,000 --> 00:00:01,000\none\n\n2\n00:00:02,000 --> 00:00:03,000\ntwo\n"
    )


def test_a_short_word_is_shown_for_a_second():
    assert "00:00:05,000 --> 00:00:06,000" in srt([said(("yes", 5.0, 5.2))])


def test_a_subtitle_ends_before_the_next_begins():
    assert "00:00:00,000 --> 00:00:00,950\na" in srt([said(("a", 0, 0.1), ("b", 0.95, 3))])


def test_the_last_subtitle_ends_with_the_recording():
    words = (Word("yes", 5.0, 5.2, 1.0),)
    assert "00:00:05,000 --> 00:00:05,500" in srt([Transcript("yes", words, end=5.5)])
    assert "00:00:05,000 --> 00:00:05,500" in srt([Transcript("yes", words, end=5.3), Transcript("", end=5.5)])


def test_no_subtitle_stands_longer_than_seven_seconds():
    words = [(str(second), second, second + 1) for second in range(20)]
    times = [line.split(" --> ") for line in srt([said(*words)]).splitlines() if "-->" in line]
    assert times[0] == ["00:00:00,000", "00:00:07,000"]
    assert times[1] == ["00:00:07,000", "00:00:14,000"]


def test_no_subtitle_has_more_than_two_lines_of_42_characters():
    words = [("twelve chars", number / 10, number / 10 + 0.1) for number in range(12)]
    texts = [block.splitlines()[2:] for block in srt([said(*words)]).split("\n\n")]
    assert max(map(len, texts)) == 2
    assert max(len(line) for lines in texts for line in lines) <= 42


def test_hours_are_counted():
    assert "10:17:36,500 -->" in srt([said(("late", 37056.5, 37058.0))])


def test_milliseconds_are_rounded_into_the_next_minute():
    assert "00:01:00,000 -->" in srt([said(("a", 59.9996, 61.5))])


def test_a_stretch_without_word_times_is_shown_as_long_as_it_lasts():
    assert srt([Transcript("all of it", start=1.0, end=4.0)]) == "1\n00:00:01,000 --> 00:00:04,000\nall of it\n"


def test_silence_has_no_subtitles():
    assert srt([Transcript("")]) == ""
