import tracemalloc

import numpy as np
import pytest

from apps.speech_to_text.long_recordings import LongRecordings, StreamedPosteriors, WindowedPosteriors
from apps.speech_to_text.pauses import Pauses
from apps.speech_to_text.transcript import joined

from .traced_decoding import SECONDS, traced_decoding

# A recording whose samples are symbols: every FRAME-th sample of a waveform says what is heard around it. The network
# that hears them is right, but for the first and last frames of what it is given, where it hears "b".
RATE, FRAME = 20, 2
PAUSES = Pauses([False, True, False, False], [False, False, False, False])
EDGE = 4


def heard(waveform, length, edge=EDGE):
    frames = length // FRAME + 1
    ids = np.zeros((len(waveform), frames.max()), int)
    for row, count, samples in zip(ids, length, waveform, strict=True):
        said = samples[:count:FRAME].astype(int)
        row[: len(said)] = said
        row[:edge], row[len(said) - edge :] = (3, 3) if edge else (row[:edge], row[len(said) :])
    return np.log(np.eye(4)[ids] * 0.9 + 0.025).astype(np.float32), frames


def recording(text):
    """Samples that say the symbols of a text, . being the blank."""
    return np.repeat(np.array([". ab".index(letter) for letter in text], np.float32), FRAME)


@pytest.fixture
def transcribed():
    def of(text, block=37, posteriors=None):
        samples = recording(text)
        posteriors = posteriors or WindowedPosteriors(heard, RATE, SECONDS, window=10.0, overlap=3.0)
        long = LongRecordings(posteriors, traced_decoding(), PAUSES, RATE, SECONDS, stretch=4.0)
        return list(long(samples[at : at + block] for at in range(0, len(samples), block)))

    return of


# 40 phrases of 12 frames, that is 48 s, between silences as long as the edges at which the network is wrong.
TEXT = "...." + "ab.a. .ba. ." * 40 + "...."


def test_windows_hear_what_the_whole_would_say(transcribed):
    assert joined(transcribed(TEXT)).text == "baba ba" + " aba ba" * 39 + " b"


def test_the_blocks_do_not_matter(transcribed):
    assert transcribed(TEXT, block=7) == transcribed(TEXT, block=10_000)


def test_stretches_follow_each_other_to_the_end(transcribed):
    found = transcribed(TEXT)
    assert found[0].start == 0.0
    assert found[-1].end == len(recording(TEXT)) / RATE
    np.testing.assert_allclose([one.end for one in found[:-1]], [one.start for one in found[1:]])
    assert max(one.end - one.start for one in found) <= 4.0 + 1e-9


def test_words_have_the_times_of_the_recording(transcribed):
    # The 30th phrase begins in frame 4 + 12 * 29; its second word is in frames 7 and 8 of it.
    word = joined(transcribed(TEXT)).words[59]
    first = 4 + 12 * 29 + 7
    assert word.text == "ba"
    np.testing.assert_allclose([word.start, word.end], [(first - 0.5) * SECONDS, (first + 1.5) * SECONDS])


def test_a_window_has_only_the_seconds_that_it_may(transcribed):
    shapes = []

    def noted(waveform, length):
        shapes.append(waveform.shape)
        return heard(waveform, length)

    transcribed(TEXT, posteriors=WindowedPosteriors(noted, RATE, SECONDS, window=10.0, overlap=3.0, batch=4))
    assert max(shapes) == (4, 200)


def test_half_an_hour_is_read_in_the_memory_of_three_minutes():
    def of(half_minutes):
        def blocks():
            for _ in range(half_minutes):
                yield phrase

        phrase = recording("......" + "ab.a. .ba..." * 24 + "......")
        posteriors = WindowedPosteriors(heard, RATE, SECONDS, window=10.0, overlap=3.0)
        tracemalloc.start()
        for _ in LongRecordings(posteriors, silent, PAUSES, RATE, SECONDS, stretch=4.0)(blocks()):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def silent(log_probs, frames):
        nothing = np.zeros((len(log_probs), 0))
        empty = np.full((len(log_probs), 1), b"")
        answer = dict.fromkeys(("starts", "ends", "confidences"), nothing)
        answer |= {"text": empty[:, 0], "n_best": empty, "words": nothing.astype(bytes)}
        return answer | {"confidence": np.ones(len(log_probs)), "scores": np.zeros((len(log_probs), 1))}

    of(1)
    assert of(60) < 1.5 * of(6)


@pytest.mark.parametrize("overlap", [0.0, 11.0])
def test_an_overlap_of_more_than_half_a_window_is_refused(overlap):
    with pytest.raises(ValueError, match="overlap"):
        WindowedPosteriors(heard, RATE, SECONDS, window=20.0, overlap=overlap)


def test_a_streamed_recording_has_the_posteriors_of_the_whole():
    def stream(chunk, last, states):
        samples = np.concatenate([states["kept"], chunk[0]])
        count = len(samples) // FRAME * FRAME
        log_probs, _ = heard(samples[None, :count], np.array([count]), edge=0)
        cut = count // FRAME + (1 if last else 0)
        return log_probs[:, :cut], {"kept": samples[count:]}

    streamed = StreamedPosteriors(stream, lambda: {"kept": np.zeros(0, np.float32)})
    samples = recording(TEXT)
    whole, _ = heard(samples[None], np.array([len(samples)]), edge=0)
    pieces = list(streamed(samples[at : at + 13] for at in range(0, len(samples), 13)))
    np.testing.assert_array_equal(np.concatenate(pieces), whole[0])
