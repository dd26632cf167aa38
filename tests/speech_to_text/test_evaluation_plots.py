import numpy as np
import pytest
from matplotlib.image import imread

from apps.speech_to_text.confusion import Confusion
from apps.speech_to_text.plot_confusion import plot_confusion
from apps.speech_to_text.plot_utterance import plot_utterance
from apps.speech_to_text.transcript import Transcript, Word

RATE = 8000
HEARD = Transcript("one too", (Word("one", 0.1, 0.4, 0.9), Word("too", 0.5, 0.8, 0.4)), 0.6)


def has_colour(path, colour, part=1.0, tolerance=0.02):
    """Whether the upper part of a picture has pixels of an (r, g, b) colour."""
    pixels = imread(path)[..., :3]
    pixels = pixels[: round(part * len(pixels))]
    return bool((np.abs(pixels - np.array(colour)).max(-1) < tolerance).any())


@pytest.fixture
def waveform():
    return np.random.default_rng(0).normal(scale=0.1, size=RATE).astype("float32")


WORDS = 0.3  # the part of a picture above the spectrogram
# The grounds of right and wrong words: 18 % of the colour on white.
GREEN, RED = (0.839, 0.904, 0.859), (0.961, 0.839, 0.839)


def test_wrong_words_are_red_and_right_ones_green(tmp_path, waveform):
    path = plot_utterance(tmp_path / "a.png", waveform, RATE, "one two", HEARD)
    assert has_colour(path, GREEN, WORDS)
    assert has_colour(path, RED, WORDS)


def test_right_words_alone_leave_nothing_red(tmp_path, waveform):
    path = plot_utterance(tmp_path / "a.png", waveform, RATE, "one too", HEARD)
    assert has_colour(path, GREEN, WORDS)
    assert not has_colour(path, RED, WORDS)


def test_posteriors_are_drawn_below(tmp_path, waveform):
    log_probs = np.log(np.full((26, 3), [0.1, 0.8, 0.1]))
    options = {"symbols": ("", "a", "$"), "frame_seconds": 0.04}
    with_them = plot_utterance(tmp_path / "a.png", waveform, RATE, "a", HEARD, posteriors=log_probs, **options)
    without = plot_utterance(tmp_path / "b.png", waveform, RATE, "a", HEARD)
    assert imread(with_them).shape[0] > imread(without).shape[0]


def test_silence_in_which_nothing_is_heard_can_be_drawn(tmp_path):
    log_probs = np.log(np.full((26, 2), [0.99, 0.01]))
    options = {"posteriors": log_probs, "symbols": ("", "a"), "frame_seconds": 0.04}
    assert plot_utterance(tmp_path / "a.png", np.zeros(RATE), RATE, "a $b$", Transcript(""), **options).is_file()


def test_errors_of_a_confusion_are_red(tmp_path):
    dark_red = (0.404, 0.0, 0.051)  # the most frequent error
    right = plot_confusion(Confusion([("a", "a"), ("b", "b")]), tmp_path / "a.png", "label")
    wrong = plot_confusion(Confusion([("a", "a"), ("b", "a")]), tmp_path / "b.png", "label")
    assert has_colour(wrong, dark_red)
    assert not has_colour(right, dark_red)


def test_a_confusion_has_room_for_what_was_not_heard(tmp_path):
    assert plot_confusion(Confusion([("a", ""), ("", " "), ("$", "a")]), tmp_path / "a.png").is_file()
