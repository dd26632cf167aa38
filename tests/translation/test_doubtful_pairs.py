"""Each kind of doubt finds its pairs, and leaves good ones alone."""

import pytest

from apps.translation.doubtful_pairs import doubtful_pairs, foreign_letters, scripts, unseen_characters
from rnnapps.text.pairs import Pairs

GOOD = [(f"Das ist Satz Nummer {n}, größer als zuvor.", f"This is sentence number {n}, larger.") for n in range(30)]


def made(*more) -> Pairs:
    return Pairs(*map(list, zip(*GOOD, *more, strict=True)))


def found(*more) -> dict[str, tuple[int, ...]]:
    return {finding.what: finding.where for finding in doubtful_pairs(made(*more))}


def test_good_pairs_raise_no_doubt():
    assert found() == {}


@pytest.mark.parametrize("word", ["grÃ¶ÃŸer", "Ã¤", "â€™", "Stra\ufffde", "Â«"])
def test_text_in_a_wrong_encoding_is_found(word):
    (what,) = found((f"Er ist {word} da.", "He is there, bigger."))
    assert what.startswith("text in a wrong encoding")


@pytest.mark.parametrize("sentence", ["À bientôt, Â moi et Ã toi.", "SÃO PAULO", "L'été ; « oui »", "5 < 6 & 7 > 3"])
def test_letters_that_occur_in_mojibake_are_fine_alone(sentence):
    assert found((sentence, "A sentence.")) == {}


@pytest.mark.parametrize("sentence", ["Stone &amp; tile are here.", "A<br>new line it is.", "&#39;Quoted&#39; it is"])
def test_markup_is_found(sentence):
    assert found((sentence, "Stein und Fliese.")) == {"HTML left in the text, such as &quot; or <br>": (30,)}


@pytest.mark.parametrize("character", ["\x07", "\u200b", "\ufeff", "\u2028", "\x85"])
def test_invisible_characters_are_found(character):
    assert found(("Guten Tag.", f"Good{character} day.")) == {"control or invisible characters in the text": (30,)}


def test_a_side_without_a_word_is_found():
    assert found(("@@", "Go away!"), ("...", "Go on!")) == {"no letter or digit on one side": (30, 31)}


def test_sentences_that_were_not_translated_are_found():
    assert found(("Tom!", "Tom!"), ("Tom!", "Tom.")) == {"source and target are the same": (30,)}


def test_unusual_lengths_come_worst_first():
    rising = [("Ja, das ist wahr.", "long " * count) for count in (30, 60, 40)]
    (what,) = found(*rising)
    assert what == "one side over 3 times longer than usual beside the other, the worst first"
    assert found(*rising)[what] == (31, 32, 30)


def test_usual_is_measured_on_the_pairs_themselves():
    pairs = Pairs(["abcdefgh" * 5] * 20 + ["abcdefgh" * 5], ["abcdefgh" * 20] * 20 + ["abcdefgh" * 5])
    assert [finding.where for finding in doubtful_pairs(pairs) if "usual" in finding.what] == [(20,)]


def test_another_script_is_found_and_a_quoted_word_is_not():
    many = [(f"Satz {n} ist dies.", f"Sentence {n} this is.") for n in range(300)]
    pairs = made(
        *many, ("Это предложение.", "This one is."), ("Das Wort «да» ist Russisch hier.", "The word is Russian.")
    )
    assert foreign_letters(pairs.source) == [330]
    assert [finding.where for finding in doubtful_pairs(pairs)] == [(330,)]


def test_languages_of_several_scripts_are_at_home_in_each():
    sentences = ["これはペンです。", "私は学生です。", "カタカナ"] * 10
    assert foreign_letters(sentences) == []
    assert set(scripts(sentences)) == {"HIRAGANA", "KATAKANA", "CJK"}


def test_scripts_are_shares_of_the_letters():
    assert scripts(["abc 123!", "д"]) == {"LATIN": 0.75, "CYRILLIC": 0.25}


def test_very_long_lines_are_found():
    assert found(("wort " * 250, "word " * 250)) == {"a side of more than 1,000 characters": (30,)}


def test_characters_that_training_lacks_are_named_with_their_pairs():
    side = Pairs(["Das ist so.", "Das ist €."], ["This is it.", "This is Ear."])
    finding = unseen_characters(side, made())
    assert finding.what == "characters that training does not have (E €)"
    assert finding.where == (1,)
    assert unseen_characters(made(), made()) is None


def test_a_character_known_in_the_other_language_only_is_new():
    side = Pairs(["Das ist so."], ["That is größer."])
    assert unseen_characters(side, made()).what == "characters that training does not have (ß ö)"
