import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.attention_head import Spelled
from apps.speech_to_text.graph_decoding import FrameDecoding, LabelDecoding, SpelledDecoding

from .traced_decoding import SYMBOLS, traced_decoding


def path(symbols, sure=0.9):
    """(1, T, 4) log probabilities in which the symbols (. is the blank) have probability `sure`."""
    rest = (1 - sure) / (len(SYMBOLS) - 1)
    ids = [".", " ", "a", "b"]
    return np.log(np.stack([[sure if own == symbol else rest for own in ids] for symbol in symbols])[None]).astype("f4")


def decoded(log_probs, frames=None, decoding=None):
    frames = [log_probs.shape[1]] * len(log_probs) if frames is None else frames
    answer = (decoding or traced_decoding())(tf.constant(log_probs), tf.constant(frames))
    return {name: value.numpy() for name, value in answer.items()}


def test_the_text_is_the_path_without_blanks_and_repeats():
    assert decoded(path(".aa.a b."))["text"] == [b"aa b"]


def test_words_are_between_the_spaces():
    assert decoded(path("ab. .ba"))["words"].tolist() == [[b"ab", b"ba"]]


def test_a_word_lasts_from_half_a_frame_before_its_first_to_half_a_frame_behind_its_last():
    found = decoded(path("..ab. .ba."))
    np.testing.assert_allclose(found["starts"], [[0.15, 0.65]], atol=1e-6)
    np.testing.assert_allclose(found["ends"], [[0.35, 0.85]], atol=1e-6)


def test_no_word_begins_before_the_recording_or_ends_behind_it():
    found = decoded(path("a. .b"))
    assert found["starts"][0, 0] == 0.0
    np.testing.assert_allclose(found["ends"][0, 1], 0.4, atol=1e-6)  # the centre of the last of 5 frames


def test_the_confidence_of_a_word_is_the_mean_posterior_of_its_symbols():
    log_probs = np.concatenate([path("ab", sure=0.9), path(" ", sure=0.9), path("b", sure=0.5)], axis=1)
    np.testing.assert_allclose(decoded(log_probs)["confidences"], [[0.9, 0.5]], rtol=1e-5)


def test_a_text_that_has_not_enough_frames_has_no_confidence():
    # Two equal symbols need a blank between.
    labels = tf.constant([[[2, 2]]])
    decoding = FrameDecoding(SYMBOLS, 0.1, lambda log_probs, frames: (labels, tf.constant([[-1.0]])))
    found = decoded(path("aa"), decoding=decoding)
    np.testing.assert_allclose([found["confidence"][0], found["confidences"][0, 0]], 0.0, atol=1e-6)


def test_two_spaces_are_one():
    assert decoded(path("a . b"))["text"] == [b"a b"]


def test_silence_is_an_empty_text_without_words():
    found = decoded(path("...."))
    assert found["text"] == [b""] and found["words"].shape == (1, 0)


def test_rows_do_not_see_each_other_nor_their_padding():
    pair = np.concatenate([path("ab. .ba"), path("bbbb   ")])
    together, alone = decoded(pair, [7, 3]), decoded(path("bbb"))
    assert together["text"].tolist() == [b"ab ba", b"b"]
    assert together["words"].tolist() == [[b"ab", b"ba"], [b"b", b""]]
    for name in ("starts", "ends", "confidences"):
        np.testing.assert_allclose(together[name][1], [*alone[name][0], 0.0], rtol=1e-6)


def test_pieces_that_begin_with_a_space_begin_a_word():
    decoding = FrameDecoding(("", " one", "s", " two"), 0.1)
    log_probs = np.log(np.eye(4, dtype="f4")[[[1, 0, 2, 3, 0]]] * 0.9 + 0.02)
    found = decoded(log_probs, decoding=decoding)
    assert found["text"] == [b"ones two"]
    assert found["words"].tolist() == [[b"ones", b"two"]]


def test_the_words_are_those_of_the_best_hypothesis():
    def search(log_probs, frames):
        return tf.constant([[[3, 1, 2], [2, 0, 0]]]), tf.constant([[-1.0, -2.0]])

    found = decoded(path("b. .a"), decoding=FrameDecoding(SYMBOLS, 0.1, search))
    assert found["n_best"].tolist() == [[b"b a", b"a"]]
    assert found["words"].tolist() == [[b"b", b"a"]]
    assert found["scores"].tolist() == [[-1.0, -2.0]]


@pytest.mark.parametrize("n_best", [1, 2, 9])
def test_labels_are_told_best_first(n_best):
    found = LabelDecoding(("up", "down", "stop"), n_best)(tf.math.log([[0.1, 0.7, 0.2]]), tf.constant([5]))
    assert found["text"].numpy().tolist() == [b"down"]
    assert found["n_best"].numpy().tolist() == [[b"down", b"stop", b"up"][:n_best]]
    np.testing.assert_allclose(found["confidence"], [0.7], rtol=1e-6)


def spelled(memory, frames, log_probs):
    """ "a b" with the score -2, each symbol looking at its own frame."""
    labels, peaks = tf.constant([[[2, 1, 3]]]), tf.constant([[[4, 6, 9]]])
    return Spelled(labels, tf.constant([[-2.0]]), tf.constant([[True]]), peaks)


def test_without_ctc_a_word_is_where_the_decoder_looks():
    found = SpelledDecoding(SYMBOLS, 0.1, spelled)(None, tf.constant([20]), tf.zeros((1, 20, 1)))
    assert found["text"].numpy().tolist() == [b"a b"]
    np.testing.assert_allclose(found["starts"], [[0.35, 0.85]], rtol=1e-6)
    np.testing.assert_allclose(found["ends"], [[0.45, 0.95]], rtol=1e-6)


def test_without_ctc_all_words_are_as_sure_as_the_text():
    # Three symbols and the end have -2 together: exp(-2 / 4) = 0.6065.
    found = SpelledDecoding(SYMBOLS, 0.1, spelled)(None, tf.constant([20]), tf.zeros((1, 20, 1)))
    np.testing.assert_allclose(found["confidences"], [[0.60653, 0.60653]], rtol=1e-4)
    np.testing.assert_allclose(found["confidence"], [0.60653], rtol=1e-4)


def test_without_ctc_a_text_that_came_to_no_end_is_not_sure_at_all():
    cut = lambda *arguments: spelled(*arguments)._replace(ended=tf.constant([[False]]))
    found = SpelledDecoding(SYMBOLS, 0.1, cut)(None, tf.constant([20]), tf.zeros((1, 20, 1)))
    np.testing.assert_allclose(found["confidences"], [[0.0, 0.0]], atol=1e-6)
    np.testing.assert_allclose(found["confidence"], [0.0], atol=1e-6)


def test_with_ctc_a_word_is_where_ctc_hears_it():
    found = SpelledDecoding(SYMBOLS, 0.1, spelled)(path("..a. ..b."), tf.constant([9]), tf.zeros((1, 9, 1)))
    np.testing.assert_allclose(found["starts"], [[0.15, 0.65]], rtol=1e-5)
    np.testing.assert_allclose(found["confidences"], [[0.9, 0.9]], rtol=1e-5)
