"""Language models in the search, against every text that there is."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc import CharacterModel, PrefixBeamSearch, WordModel
from rnnapps.decoding.ctc.arpa import read_arpa, write_arpa
from rnnapps.decoding.ctc.character_model import over_symbols, train_symbols
from rnnapps.decoding.ctc.kneser_ney import train_ngram
from tests.decoding.ctc.all_paths import posteriors, text_log_probs

LETTERS = ("", " ", "a", "b")
PIECES = ("", " a", " b", "ab", "b")
TEXTS = ["ab ba", "ab ab", "a ab b", "b", "ba ab"]
LOG_PROBS = posteriors(1, 6, 4, 1.5)


def numbers(text):
    return [LETTERS.index(letter) for letter in text]


def symbols_model(symbols=LETTERS):
    if symbols is LETTERS:
        return train_symbols([numbers(text) for text in TEXTS], LETTERS, 3)
    return train_symbols([[1, 4, 2], [2, 1], [1, 3, 2, 4]], PIECES, 2)


def words_model():
    return train_ngram([["ab", "ba"], ["ab", "ab"], ["b", "ab"]], 2)


def word_score(symbols, model, spelling, labels):
    """What the words of a text are worth by the definition: of whole words, and of unknown words' symbols."""
    names = ["▁" + s[1:] if s.startswith(" ") else s for s in symbols]
    spelt = [spelling.log_prob(names[x], ["<s>", *(names[y] for y in labels[:i])]) for i, x in enumerate(labels)]
    spelt.append(spelling.log_prob("</s>", ["<s>", *(names[y] for y in labels)]))
    # (text, which symbols spell it, which symbol is its end)
    words, start = [], 0
    for i in range(len(labels) + 1):
        at_end = i == len(labels)
        if at_end or symbols[labels[i]].startswith(" "):
            alone = start < i and symbols[labels[start]] == " "
            text = "".join(symbols[x] for x in labels[start:i]).strip()
            words.append((text, range(start + alone, i), i if at_end or symbols[labels[i]] == " " else None))
            start = i
    total, history, count = 0.0, ["<s>"], 0
    for text, places, end in words:
        if not text:
            # Spaces without a word between, or at the beginning, cost what their spelling says.
            if end is not None and end < len(labels):
                total += spelt[end]
            continue
        count += 1
        total += model.log_prob(text, history)
        if text not in model.words:
            total += sum(spelt[place] for place in places) + (spelt[end] if end is not None else 0.0)
        history.append(text)
    return total + model.log_prob("</s>", history), count


def rated(scores):
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def found(search, log_probs):
    texts = search(log_probs[None], [len(log_probs)])
    pairs = zip(texts.labels[0].numpy(), texts.scores[0].numpy(), strict=True)
    return {tuple(int(x) for x in labels if x): float(score) for labels, score in pairs if score > -1e29}


def test_every_text_gets_the_probability_of_its_symbols():
    model = symbols_model()
    truth = rated(
        {
            labels: score
            + 0.7 * model.sentence_log_prob("▁" if x == 1 else LETTERS[x] for x in labels)
            + 0.3 * len(labels)
            for labels, score in text_log_probs(LOG_PROBS).items()
        }
    )
    size = len(truth)
    search = PrefixBeamSearch(4, size, size, language_model=CharacterModel(model), lm_weight=0.7, insertion_bonus=0.3)
    assert found(search, LOG_PROBS) == pytest.approx(truth, rel=1e-4)


@pytest.mark.parametrize("symbols", [LETTERS, PIECES])
def test_every_text_gets_the_probability_of_its_words_and_of_the_spelling_of_unknown_ones(symbols):
    model, spelling = words_model(), symbols_model(symbols)
    log_probs = posteriors(2, 5, len(symbols), 1.5)
    truth = {}
    for labels, score in text_log_probs(log_probs).items():
        words, count = word_score(symbols, model, spelling, labels)
        truth[labels] = score + 0.7 * words + 0.4 * count
    size = len(truth)
    lm = WordModel(model, symbols, spelling)
    search = PrefixBeamSearch(len(symbols), size, size, language_model=lm, lm_weight=0.7, insertion_bonus=0.4)
    assert found(search, log_probs) == pytest.approx(truth, rel=1e-4)


def heard(*frames):
    """Log-probabilities of frames that are each given as {letter: probability}; the rest is for all alike."""
    rest = [(1 - sum(frame.values())) / (4 - len(frame)) for frame in frames]
    return np.log([[frame.get(letter, left) for letter in LETTERS] for frame, left in zip(frames, rest, strict=True)])


def test_a_known_word_wins_over_one_that_sounds_the_same():
    log_probs = heard({"a": 0.45, "b": 0.5}, {"": 0.99}, {"b": 0.99})
    lm = WordModel(words_model(), LETTERS, symbols_model())
    best = lambda weight: next(iter(found(PrefixBeamSearch(4, 8, language_model=lm, lm_weight=weight), log_probs)))
    assert best(0.0) == tuple(numbers("bb"))
    assert best(1.0) == tuple(numbers("ab"))


def test_an_unknown_word_can_be_written():
    log_probs = heard(*({letter: 0.9999} for letter in ("b", "", "b", " ", "a", "b")))
    lm = WordModel(words_model(), LETTERS, symbols_model())
    assert next(iter(found(PrefixBeamSearch(4, 8, language_model=lm), log_probs))) == tuple(numbers("bb ab"))


def test_weights_may_be_tensors():
    lm = CharacterModel(symbols_model())

    @tf.function(autograph=False)
    def best(weight, bonus):
        search = PrefixBeamSearch(4, 8, language_model=lm, lm_weight=weight, insertion_bonus=bonus)
        return search(LOG_PROBS[None], [6]).scores

    # One trace for all weights: tuning goes through many.
    search = PrefixBeamSearch(4, 8, language_model=lm, lm_weight=0.5, insertion_bonus=1.5)
    np.testing.assert_allclose(best(0.5, 1.5), search(LOG_PROBS[None], [6]).scores, rtol=1e-5)


@pytest.mark.parametrize(
    "make", [lambda: CharacterModel(symbols_model()), lambda: WordModel(words_model(), LETTERS, symbols_model())]
)
def test_chunks_give_what_the_whole_gives(make):
    search = PrefixBeamSearch(4, 5, language_model=make(), insertion_bonus=0.5)
    state = search.start(1)
    for start, end in ((0, 1), (1, 4), (4, 6)):
        state = search.advance(state, LOG_PROBS[None, start:end], [end - start])
    whole, chunked = search(LOG_PROBS[None], [6]), search.finish(state)
    np.testing.assert_array_equal(chunked.labels, whole.labels)
    np.testing.assert_array_equal(chunked.scores, whole.scores)


def test_tables_are_in_the_saved_model(tmp_path):
    module = PrefixBeamSearch(4, 5, language_model=WordModel(words_model(), LETTERS, symbols_model()))
    specs = [tf.TensorSpec((None, None, None)), tf.TensorSpec((None,), tf.int32)]
    graph = tf.function(
        lambda log_probs, frames: module(log_probs, frames)._asdict(), input_signature=specs, autograph=False
    )
    tf.saved_model.save(module, str(tmp_path), signatures=graph)
    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    answer = loaded(log_probs=tf.constant(LOG_PROBS[None]), frames=tf.constant([6]))
    np.testing.assert_allclose(answer["scores"], module(LOG_PROBS[None], [6]).scores, rtol=1e-6)


def test_a_model_of_symbols_survives_an_arpa_file(tmp_path):
    model = symbols_model()
    write_arpa(model, tmp_path / "letters.arpa")
    again = over_symbols(read_arpa(tmp_path / "letters.arpa"), LETTERS)
    for text in ("ab ba", "bbb", ""):
        names = text.replace(" ", "▁")
        assert again.sentence_log_prob(names) == pytest.approx(model.sentence_log_prob(names), rel=1e-6)


def test_symbols_that_a_given_model_lacks_are_less_likely_than_its_rarest():
    again = over_symbols(symbols_model(), (*LETTERS, "z"))
    assert again.log_prob("z") < min(again.log_prob(name) for name in ("▁", "a", "b", "</s>"))
    assert again.log_prob("b", ["a"]) == pytest.approx(symbols_model().log_prob("b", ["a"]))


def test_a_model_of_words_is_not_taken_for_one_of_symbols():
    with pytest.raises(ValueError, match="knows none of the recogniser's symbols"):
        over_symbols(train_ngram([["one", "two"]], 2), LETTERS)
