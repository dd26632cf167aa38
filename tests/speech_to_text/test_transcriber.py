import numpy as np
import pytest

from apps.speech_to_text.transcriber import Transcriber, transcripts
from apps.speech_to_text.transcript import Transcript, Word


class Echo:
    """A recogniser that says the first sample of each recording, and notes the shapes that it was given."""

    def __init__(self):
        self.shapes = []

    def __call__(self, waveform, length):
        self.shapes.append(waveform.shape)
        texts = np.array([[str(int(row[0])).encode()] for row in waveform])
        nothing = np.zeros((len(waveform), 0))
        return {
            "text": texts[:, 0],
            "confidence": np.ones(len(waveform)),
            "words": nothing.astype(bytes),
            "starts": nothing,
            "ends": nothing,
            "confidences": nothing,
            "n_best": texts,
            "scores": np.zeros((len(waveform), 1)),
        }


def recordings(*lengths):
    return [np.full(length, number, np.float32) for number, length in enumerate(lengths)]


def test_transcripts_come_in_the_order_of_the_recordings():
    found = Transcriber(Echo(), rate=10).transcribe(recordings(30, 10, 20, 10))
    assert [transcript.text for transcript in found] == ["0", "1", "2", "3"]
    assert [transcript.end for transcript in found] == [3.0, 1.0, 2.0, 1.0]


def test_similar_lengths_are_recognised_together():
    echo = Echo()
    Transcriber(echo, rate=10).transcribe(recordings(600, 10, 600, 600, 10, 600, 600))
    # At most 240 s in a batch, padding included: the short ones go with two long ones.
    assert echo.shapes == [(4, 600), (3, 600)]


def test_a_recording_without_samples_has_an_empty_transcript():
    assert Transcriber(Echo(), rate=10).transcribe(recordings(0)) == [Transcript("")]


def test_no_recordings_have_no_transcripts():
    assert Transcriber(Echo(), rate=10).transcribe([]) == []


def test_a_long_recording_without_a_way_to_read_it_is_refused():
    with pytest.raises(ValueError, match="longer than 60 s"):
        Transcriber(Echo(), rate=10).transcribe(recordings(601))


def test_a_long_recording_is_given_on_in_its_blocks():
    def long(blocks):
        return iter([Transcript(str(sum(len(block) for block in blocks)))])

    assert Transcriber(Echo(), rate=10, long=long).transcribe(recordings(601))[0].text == "601"


def test_a_recording_that_comes_in_blocks_is_recognised_as_a_whole():
    echo = Echo()
    found = list(Transcriber(echo, rate=10).stretches(iter(np.split(np.full(600, 7.0), 6))))
    assert [transcript.text for transcript in found] == ["7"]
    assert echo.shapes == [(1, 600)]


def test_blocks_are_read_only_as_they_are_needed():
    read = []

    def blocks():
        for number in range(1000):
            read.append(number)
            yield np.zeros(100, np.float32)

    def long(blocks):
        for block in blocks:
            yield Transcript(str(len(block)))

    stretches = Transcriber(Echo(), rate=10, long=long).stretches(blocks())
    next(stretches)
    assert len(read) == 7  # 60 s, and the block that shows that there is more


def test_padding_is_no_word_and_no_alternative():
    answer = {
        "text": [b"a b", b""],
        "confidence": [0.5, 0.9],
        "words": [[b"a", b"b"], [b"", b""]],
        "starts": [[0.0, 1.0], [0.0, 0.0]],
        "ends": [[0.5, 1.5], [0.0, 0.0]],
        "confidences": [[0.25, 0.5], [0.0, 0.0]],
        "n_best": [[b"a b", b"a", b"a b"], [b"", b"", b""]],
        "scores": [[-1.0, -2.0, -3.0], [-0.5, -1e30, -1e30]],
    }
    first, second = transcripts(answer, [2.0, 3.0])
    assert first.words == (Word("a", 0.0, 0.5, 0.25), Word("b", 1.0, 1.5, 0.5))
    assert first.alternatives == (("a b", -1.0), ("a", -2.0))
    assert (second.words, second.alternatives, second.end) == ((), (("", -0.5),), 3.0)
