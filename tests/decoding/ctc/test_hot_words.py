"""Hot words: what they bring, and what they must not break."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc import CharacterModel, HotWords, PrefixBeamSearch, WordModel
from rnnapps.decoding.ctc.character_model import train_symbols
from rnnapps.decoding.ctc.kneser_ney import train_ngram
from tests.decoding.ctc.all_paths import posteriors

SYMBOLS = ("", " ", *"abcdefghijklmnopqrstuvwxyz")
TEXTS = ("call anna now", "call the man now", "the man can call", "can anna call the man", "now the man can")


def said(text, doubts=None, sure=0.97):
    """Log-probabilities of a text, a blank behind every letter. doubts: {place: (heard, right, p heard, p right)}."""
    frames = []
    for place, letter in enumerate(text):
        row = np.full(len(SYMBOLS), (1 - sure) / (len(SYMBOLS) - 1))
        row[SYMBOLS.index(letter)] = sure
        if doubts and place in doubts:
            other, p_heard, p_right = doubts[place]
            row[:] = (1 - p_heard - p_right) / (len(SYMBOLS) - 2)
            row[SYMBOLS.index(other)], row[SYMBOLS.index(letter)] = p_heard, p_right
        silence = np.full(len(SYMBOLS), (1 - sure) / (len(SYMBOLS) - 1))
        silence[0] = sure
        frames += [row, silence]
    return np.log(np.array(frames, "float32"))


# A name that no text has: its k is heard as c, its v as b, nine times in ten.
NAME = said("call kova now", {5: ("c", 0.85, 0.1), 7: ("b", 0.85, 0.1)})


def numbers(text):
    return [SYMBOLS.index(letter) for letter in text]


def character_model():
    return CharacterModel(train_symbols([numbers(text) for text in TEXTS], SYMBOLS, 4))


def word_model():
    spelling = train_symbols([numbers(text) for text in TEXTS], SYMBOLS, 4)
    return WordModel(train_ngram([text.split() for text in TEXTS], 2), SYMBOLS, spelling)


MODELS = {"none": lambda: None, "characters": character_model, "words": word_model}


@functools.cache
def decoder(lm):
    """One graph for all phrases and boosts."""
    model = MODELS[lm]()
    specs = [tf.TensorSpec((1, None, len(SYMBOLS))), tf.TensorSpec((None,), tf.string), tf.TensorSpec(())]

    def decode(log_probs, phrases, boost):
        hot_words = HotWords(phrases, SYMBOLS, boost)
        search = PrefixBeamSearch(len(SYMBOLS), 16, language_model=model, lm_weight=0.5, hot_words=hot_words)
        return search(log_probs, tf.shape(log_probs)[1:2])

    return tf.function(decode, input_signature=specs, autograph=False)


def heard(log_probs, phrases=(), boost=3.0, lm="none"):
    labels = decoder(lm)(log_probs[None], tf.constant(phrases, tf.string), boost).labels[0, 0].numpy()
    return "".join(SYMBOLS[x] for x in labels)


@pytest.mark.parametrize("lm", MODELS)
def test_a_name_that_no_text_has_is_recognised_only_as_a_hot_word(lm):
    assert heard(NAME, lm=lm) != "call kova now"
    assert heard(NAME, ["kova"], lm=lm) == "call kova now"


@pytest.mark.parametrize("boost", [3.0, 10.0, 100.0, 10_000.0])
@pytest.mark.parametrize("lm", MODELS)
def test_no_boost_however_large_damages_the_neighbours(lm, boost):
    assert heard(NAME, ["kova"], boost, lm) == "call kova now"


@pytest.mark.parametrize("text", TEXTS)
def test_hot_words_that_are_not_said_change_nothing_that_is_clearly_heard(text):
    phrases = ["kova", "can", "ann", "the man now", "a", "all", "nowhere"]
    assert heard(said(text), phrases, boost=100.0) == text


def test_a_phrase_is_recognised_as_a_whole():
    log_probs = said("the new yolk man", {10: ("r", 0.2, 0.7)})
    assert heard(log_probs) == "the new yolk man"
    assert heard(log_probs, ["new york"]) == "the new york man"


def test_the_boost_is_refunded_when_a_phrase_does_not_complete():
    # l and r as likely as each other, and both followed by what the phrase does not have.
    log_probs = said("the new yolk man", {10: ("r", 0.45, 0.5)})
    assert heard(log_probs, ["new york city"], boost=100.0) == "the new yolk man"


def test_a_text_that_completes_nothing_keeps_its_score():
    log_probs, graph = said("newt")[None], decoder("none")
    started, nothing = graph(log_probs, ["newton", "new"], 5.0), graph(log_probs, ["zebra"], 5.0)
    np.testing.assert_array_equal(started.labels, nothing.labels)
    # Not equal: among other prefixes other paths fall out of the beam.
    np.testing.assert_allclose(started.scores, nothing.scores, atol=0.01)


def test_a_letter_gains_what_it_lacks_and_a_little_more_at_most():
    # Of one frame: a .6, b .2. b lacks log 3, and gets that and 0.5; with a boost of 1 it gets 1.
    log_probs = np.log([[[0.1, 0.1, 0.6, 0.2]]])
    scores = {}
    for boost in (1.0, 50.0):
        hot = HotWords(["b"], ("", " ", "a", "b"), boost)
        found = PrefixBeamSearch(4, 4, 4, hot_words=hot)(log_probs, [1])
        labels = [tuple(int(x) for x in y if x) for y in found.labels[0].numpy()]
        scores[boost] = dict(zip(labels, found.scores[0].numpy(), strict=True))
    assert scores[1.0] == pytest.approx({(2,): np.log(0.6), (3,): np.log(0.2) + 1, (): np.log(0.1), (1,): np.log(0.1)})
    assert scores[50.0][(3,)] == pytest.approx(np.log(0.6) + 0.5)


def test_what_a_frame_rules_out_gains_nothing():
    log_probs = np.log([[[0.0895, 0.01, 0.9, 0.0005]]])
    best = lambda floor: PrefixBeamSearch(4, 4, hot_words=HotWords(["b"], ("", " ", "a", "b"), 50.0, floor))
    assert best(1e-3)(log_probs, [1]).labels.numpy().tolist() == [[[2]]]
    assert best(1e-4)(log_probs, [1]).labels.numpy().tolist() == [[[3]]]


def test_only_whole_words_count():
    # Inside "cannot" there is a hot word; the doubt is about its last letter.
    log_probs = said("cam not", {2: ("n", 0.4, 0.55)})
    assert heard(log_probs, ["can"]) == "can not"
    assert heard(said("camnot", {2: ("n", 0.4, 0.55)}), ["can"]) == "camnot"


def test_a_hot_word_at_the_end_of_the_recording_counts():
    assert heard(said("call kova", {5: ("c", 0.85, 0.1), 7: ("b", 0.85, 0.1)}), ["kova"]) == "call kova"


def test_pieces_of_words_spell_hot_words_too():
    symbols = ("", " ca", " ko", "ll", "va", "ba", " k")
    log_probs = np.log(np.full((3, 7), 0.001))
    for frame, heard_as, right in ((0, 1, 2), (1, 0, 0), (2, 5, 4)):
        log_probs[frame, heard_as] = np.log(0.8)
        log_probs[frame, right] = np.log(0.2) if right else log_probs[frame, right]
    found = PrefixBeamSearch(7, 8, hot_words=HotWords(["kova"], symbols))(log_probs[None], [3])
    assert found.labels.numpy().tolist() == [[[2, 4]]]


def test_no_phrases_change_nothing():
    log_probs = posteriors(0, 8, 4)
    plain = PrefixBeamSearch(4, 8, 3)(log_probs[None], [8])
    for phrases in ([], ["", "  "]):
        found = PrefixBeamSearch(4, 8, 3, hot_words=HotWords(phrases, SYMBOLS[:4]))(log_probs[None], [8])
        np.testing.assert_array_equal(found.labels, plain.labels)
        np.testing.assert_allclose(found.scores, plain.scores, rtol=1e-6)


def test_chunks_give_what_the_whole_gives():
    search = PrefixBeamSearch(len(SYMBOLS), 4, hot_words=HotWords(["kova now", "call"], SYMBOLS))
    advance = tf.function(search.advance, reduce_retracing=True, autograph=False)
    state = search.start(1)
    for start in (0, 13):
        state = advance(state, NAME[None, start : start + 13], tf.constant([13]))
    whole, chunked = search.finish(advance(search.start(1), NAME[None], tf.constant([26]))), search.finish(state)
    np.testing.assert_array_equal(chunked.labels, whole.labels)
    np.testing.assert_array_equal(chunked.scores, whole.scores)


def test_phrases_may_come_with_the_recording(tmp_path):
    module = tf.Module()
    module.decode = decoder("none")
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    for phrases, text in (([], "call coba now"), (["ann", "kova"], "call kova now")):
        labels = loaded.decode(tf.constant(NAME[None]), tf.constant(phrases, tf.string), tf.constant(3.0)).labels
        assert "".join(SYMBOLS[x] for x in labels[0, 0].numpy()) == text


def test_a_symbol_with_a_space_inside_is_refused():
    with pytest.raises(ValueError, match="'a b' has a space"):
        HotWords(["a"], ("", "a b"))
