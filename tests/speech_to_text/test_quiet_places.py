"""Where a long recording is cut when only its loudness is known."""

import numpy as np

from apps.speech_to_text.quiet_places import QuietPlaces

RATE = 100


def places(recognize=None, seconds=3.0, batch=2):
    return QuietPlaces(recognize, RATE, seconds, batch)


def test_the_cut_is_in_the_middle_of_the_quietest_fifth_of_a_second():
    waveform = np.ones(300, "float32")
    waveform[180:200] = 0
    assert places().quietest(waveform) == 190


def test_silence_in_the_first_third_is_not_taken():
    waveform = np.ones(300, "float32")
    waveform[20:60], waveform[240:260] = 0, 0.5
    assert places().quietest(waveform) == 250


def test_the_pieces_are_every_sample_once_and_none_is_too_long():
    waveform = np.random.default_rng(0).normal(size=1234).astype("float32")
    found = list(places().pieces(np.array_split(waveform, 7)))
    np.testing.assert_array_equal(np.concatenate([samples for _, samples in found]), waveform)
    assert [first for first, _ in found] == [0, *np.cumsum([len(samples) for _, samples in found])[:-1]]
    assert max(len(samples) for _, samples in found) <= 300


def test_a_recording_without_samples_has_no_pieces():
    assert list(places().pieces([np.zeros(0, "float32")])) == []


def test_words_have_the_times_of_the_whole_recording():
    def recognize(waveform, length):
        rows = len(length)
        return {
            "text": np.full(rows, b"hm"),
            "confidence": np.ones(rows),
            "words": np.full((rows, 1), b"hm"),
            "starts": np.full((rows, 1), 0.1),
            "ends": np.full((rows, 1), 0.2),
            "confidences": np.ones((rows, 1)),
            "n_best": np.full((rows, 1), b"hm"),
            "scores": np.zeros((rows, 1)),
        }

    waveform = np.ones(700, "float32")
    waveform[190:210], waveform[400:420] = 0, 0
    said = list(places(recognize)([waveform]))
    assert [part.start for part in said] == [0.0, 2.0, 4.1]
    assert [round(part.words[0].start, 6) for part in said] == [0.1, 2.1, 4.2]
    assert said[-1].end == 7.0
