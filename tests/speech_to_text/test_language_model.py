import numpy as np
import pytest

from apps.speech_to_text.config import DecodeConfig, SpeechConfig
from apps.speech_to_text.decoder import Decoder
from apps.speech_to_text.language_model import learn_texts
from apps.speech_to_text.units import Units
from rnnapps.decoding.ctc.arpa import write_arpa
from rnnapps.decoding.ctc.kneser_ney import train_ngram

UNITS = Units("characters", ("", " ", "a", "b", "c"))
TEXTS = ["ab c", "c ab", "ab ab"]


def config(**decode):
    return SpeechConfig(decode=DecodeConfig(**decode))


def words_file(folder, texts):
    path = folder / "words.arpa"
    write_arpa(train_ngram([text.split() for text in texts], 2), path)
    return str(path)


def probability(learnt, *words):
    return learnt.words.sentence_log_prob(words)


def test_a_run_decodes_with_the_model_that_it_was_tuned_with(tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("cab\nbac c\n", encoding="utf-8")
    own = config(lm="word", lm_text=str(more))
    learnt = learn_texts(own, UNITS, TEXTS)
    Decoder(learnt).save(tmp_path)
    found = Decoder.load(tmp_path, own, UNITS).learnt
    assert set(found.words.words) >= {"ab", "c", "cab", "bac"}
    np.testing.assert_allclose(probability(found, "ab", "c"), probability(learnt, "ab", "c"), rtol=1e-6)


def test_texts_that_are_asked_for_take_the_place_of_the_runs(tmp_path):
    Decoder(learn_texts(config(lm="word"), UNITS, TEXTS)).save(tmp_path)
    more = tmp_path / "more.txt"
    more.write_text("cab\n", encoding="utf-8")
    found = Decoder.load(tmp_path, config(lm="word", lm_text=str(more)), UNITS, ["lm_text"]).learnt
    assert set(found.words.words) - {"</s>", "<s>", "<unk>"} == {"cab"}


def tuned_run(folder, **decode):
    """A folder with a model that is learnt from TEXTS and tuned to weights of 2 and 3."""
    Decoder(learn_texts(config(**decode), UNITS, TEXTS), 2.0, 3.0).save(folder)


def weights(decoder):
    return decoder.lm_weight, decoder.insertion_bonus


def test_weights_are_used_for_the_model_that_they_were_tuned_for(tmp_path):
    tuned_run(tmp_path, lm="word")
    found = Decoder.load(tmp_path, config(lm="word"), UNITS, ["lm", "beam_size"])
    assert (weights(found), found.untuned) == ((2.0, 3.0), None)


def test_the_same_file_again_is_the_same_model(tmp_path):
    given = {"lm": "word", "arpa": words_file(tmp_path, TEXTS)}
    tuned_run(tmp_path, **given)
    assert weights(Decoder.load(tmp_path, config(**given), UNITS, ["arpa"])) == (2.0, 3.0)


@pytest.mark.parametrize("other", ["kind", "texts", "file"])
def test_another_model_does_not_get_the_weights_and_that_is_said(tmp_path, other):
    tuned_run(tmp_path, lm="word")
    (tmp_path / "more.txt").write_text("cab\n", encoding="utf-8")
    options = {
        "kind": {"lm": "character"},
        "texts": {"lm": "word", "lm_text": str(tmp_path / "more.txt")},
        "file": {"lm": "word", "arpa": words_file(tmp_path, TEXTS)},
    }[other]
    found = Decoder.load(tmp_path, config(**options), UNITS, list(options))
    assert weights(found) == (0.5, 0.5)
    assert "this language model; it has --lm_weight 0.5 and --insertion_bonus 0.5 unless given" in found.untuned


def test_weights_that_are_given_are_used_for_any_model(tmp_path):
    tuned_run(tmp_path, lm="word")
    options = {"lm": "character", "lm_weight": 0.7}
    found = Decoder.load(tmp_path, config(**options), UNITS, list(options))
    assert weights(found) == (0.7, 0.5)
    assert "it has --insertion_bonus 0.5 unless" in found.untuned


def test_a_given_model_of_words_needs_no_texts(tmp_path):
    path = words_file(tmp_path, TEXTS)
    found = learn_texts(config(lm="word", arpa=path), UNITS, [])
    assert found.symbols.log_prob("b", ["a"]) > found.symbols.log_prob("c", ["a"])


def test_a_given_model_of_words_in_other_letters_is_told(tmp_path):
    path = words_file(tmp_path, [text.upper() for text in TEXTS])
    with pytest.raises(ValueError, match=r"words\.arpa: none of its words, such as 'AB', can be written"):
        learn_texts(config(lm="word", arpa=path), UNITS, [])
