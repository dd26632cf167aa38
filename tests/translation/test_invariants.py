"""What must hold of every translation, from text to text."""

import numpy as np
import pytest
import tensorflow as tf

from apps.translation.config import DecodeConfig
from apps.translation.data import load_tokenizers
from apps.translation.decoding import load_for
from apps.translation.heat_map import attention_of
from apps.translation.model import build_translator
from apps.translation.run_folder import RunFolder
from apps.translation.text_translator import TextTranslator
from rnnapps.text.tokenizer import START_ID, UNK_ID
from tests.translation.random_run import make_random_run, sentences

TEXTS = [*sentences(24, seed=1), "", "the 你好 zebra ☃", "☃☃ ☃"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A model with drawn weights that likes the unknown token best of all, and its tokenisers."""
    folder = RunFolder.open(make_random_run(tmp_path_factory.mktemp("invariants") / "run", seed=3))
    tokenizers = load_tokenizers(folder.path)
    size = tokenizers.target.vocabulary_size
    model = build_translator(folder.config().model, size, size)
    model.load_weights(folder.weights)
    bias = model.decoder.projection.bias
    bias.assign(tf.where(tf.range(size) == UNK_ID, bias + 1.0, bias))
    return model, tokenizers


@pytest.fixture(scope="module")
def search(parts):
    """Answers under some options, each searched once."""
    translators, found = {}, {}

    def search(texts=TEXTS, signature="n_best", **options):
        key = tuple(sorted(options.items()))
        if key not in translators:
            translators[key] = TextTranslator(*parts, DecodeConfig(max_length_extra=4, **options))
        if (key, signature, tuple(texts)) not in found:
            answers = getattr(translators[key], signature)(tf.constant(list(texts)))
            found[key, signature, tuple(texts)] = {name: value.numpy() for name, value in answers.items()}
        return found[key, signature, tuple(texts)]

    return search


PLAIN = {"length_penalty": 0.0, "coverage_penalty": 0.0}
PENALISED = {"length_penalty": 1.0, "coverage_penalty": 0.2}


def test_a_beam_of_one_is_greedy_and_needs_no_penalty(search):
    plain, penalised = search(beam_size=1, **PLAIN), search(beam_size=1, **PENALISED)
    np.testing.assert_array_equal(plain["text"], penalised["text"])


def test_a_beam_of_one_is_the_likeliest_token_of_every_step(search, parts):
    allowed = np.arange(parts[1].target.vocabulary_size) > START_ID
    for row, text in enumerate(TEXTS[:6]):
        ids, log_probs = teacher_forced(parts, text, search(beam_size=1, **PLAIN)["tokens"][row, 0])
        np.testing.assert_array_equal(np.where(allowed, log_probs, -np.inf).argmax(axis=1), ids)


def teacher_forced(parts, text, pieces):
    """Ids of the pieces of a translation, and the model's log-probabilities (T, V) where it is read in."""
    model, tokenizers = parts
    names = tokenizers.target.pieces(tf.range(tokenizers.target.vocabulary_size)).numpy().tolist()
    ids = [names.index(piece) for piece in pieces if piece]
    logits = model((tokenizers.source.encode([text]).to_tensor(), tf.constant([[2, *ids[:-1]]])))
    return ids, tf.nn.log_softmax(logits)[0].numpy()


@pytest.mark.parametrize("options", [PLAIN, PENALISED])
def test_the_score_is_the_teacher_forced_log_probability_of_every_hypothesis(options, search, parts):
    answers = search(beam_size=4, **options)
    for row, text in enumerate(TEXTS[:5]):
        for rank in range(4):
            ids, log_probs = teacher_forced(parts, text, answers["tokens"][row, rank])
            score = log_probs[np.arange(len(ids)), ids].sum()
            np.testing.assert_allclose(answers["score"][row, rank], score, atol=1e-4)


@pytest.mark.parametrize("options", [PLAIN, PENALISED])
def test_n_best_is_sorted(options, search):
    assert (np.diff(search(beam_size=4, **options)["ranking"], axis=1) <= 0).all()


def test_n_best_is_distinct(search):
    answers = search(beam_size=4, **PENALISED)
    blank = TEXTS.index("")
    for row, tokens in enumerate(answers["tokens"].tolist()):
        assert row == blank or len({tuple(hypothesis) for hypothesis in tokens}) == 4


def test_the_best_of_n_is_the_default_answer(search):
    best, answers = search(signature="serving_default", beam_size=4, **PENALISED), search(beam_size=4, **PENALISED)
    np.testing.assert_array_equal(best["text"], answers["text"][:, 0])
    np.testing.assert_allclose(best["score"], answers["score"][:, 0], atol=1e-5)


def test_wider_beams_do_not_lower_the_score_of_the_best_on_average(search):
    means = [search(beam_size=beam, **PLAIN)["score"][:, 0].mean() for beam in (1, 2, 4, 8)]
    assert means == sorted(means)
    assert means[-1] > means[0]


@pytest.mark.parametrize("options", [PLAIN, PENALISED])
def test_every_text_is_translated_as_it_is_alone(options, search):
    together = search(beam_size=4, **options)
    for row in (0, 7, 25):
        alone = search(TEXTS[row : row + 1], beam_size=4, **options)
        np.testing.assert_array_equal(alone["text"][0], together["text"][row])
        np.testing.assert_allclose(alone["ranking"][0], together["ranking"][row], atol=1e-4)


def test_the_order_and_company_of_a_batch_change_no_translation(search):
    mixed = [*reversed(TEXTS), "the " * 60]
    together, other = search(beam_size=4, **PENALISED), search(mixed, beam_size=4, **PENALISED)
    np.testing.assert_array_equal(other["text"][:-1][::-1], together["text"])


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_unknown_token_is_never_written(beam_size, search):
    answers = search(beam_size=beam_size, **PENALISED)
    assert not {b"<unk>"} & set(answers["tokens"].ravel())
    assert not [text for text in answers["text"].ravel() if b"<unk>" in text or "\u2047".encode() in text]


def test_the_unknown_token_is_never_drawn(parts):
    model, tokenizers = parts
    translator = TextTranslator(model, tokenizers, DecodeConfig())
    texts = translator.sample(tf.constant(TEXTS * 4), (1, 2), 2.0, 0, 1.0)["text"].numpy()
    assert not [text for text in texts if b"<unk>" in text or "\u2047".encode() in text]


def test_unknown_source_characters_are_shown_as_they_were_written(search):
    row = TEXTS.index("the 你好 zebra ☃")
    tokens = [token.decode() for token in search(beam_size=4, **PENALISED)["source_tokens"][row] if token]
    assert "".join(tokens) == "▁the▁你好▁zebra▁☃</s>"


@pytest.fixture(scope="module")
def attentions(random_run):
    model = load_for(random_run)
    return [attention_of(model, ["the ☃ sees two cars"], rank)[0] for rank in (1, 2, 3)]


def test_hypotheses_of_other_ranks_have_heat_maps_of_their_own(attentions):
    assert len({attention.translation for attention in attentions}) == 3
    for attention in attentions:
        np.testing.assert_allclose(attention.alignment.sum(axis=1), 1.0, atol=1e-5)


def test_a_rank_beyond_the_beam_is_named(random_run):
    with pytest.raises(ValueError, match="--rank must lie in 1 to 4"):
        attention_of(load_for(random_run), ["the car"], 5)


def test_a_heat_map_of_words_has_the_words_of_both_sides(attentions, tmp_path):
    words = attentions[0].words()
    assert words.source_tokens == ["the", "☃", "sees", "two", "cars"]
    assert words.target_tokens == words.translation.split()
    assert (words.alignment.sum(axis=1) <= 1 + 1e-5).all()
    words.save(tmp_path / "words.png")
    assert (tmp_path / "words.png").is_file()
