"""The embedded phrasebook: its rules, its sides, and that the files are what the grammar writes."""

from collections import Counter
from pathlib import Path

import pytest

from apps.translation.phrasebook import french, grammar, lexicon, places, schedules, times
from apps.translation.phrasebook.draw import Draw
from apps.translation.phrasebook.phrases import noun_phrase, own
from apps.translation.phrasebook.sentences import being, statement
from apps.translation.phrasebook.words import Phrase

FOLDER = Path(grammar.__file__).parent
SIDES = ("train", "validation", "test")


@pytest.fixture(scope="module")
def written() -> dict[str, list[tuple[str, str]]]:
    read = lambda side: (FOLDER / f"{side}.tsv").read_text(encoding="utf-8").splitlines()
    return {side: [tuple(line.split("\t")) for line in read(side)] for side in SIDES}


@pytest.fixture(scope="module")
def drawn():
    """The sentences behind the files, by side."""
    return {side: [s for frame in frames for s in frame] for side, frames in grammar.draw_sides(grammar.SEED).items()}


def phrase(text: str, determiner: str, plural: bool = False) -> tuple[str, str]:
    """A noun phrase from its English adjectives and noun."""
    *adjectives, noun = text.split()
    made = noun_phrase(
        lexicon.NOUN.get(noun) or lexicon.MASS[noun], determiner, [lexicon.ADJECTIVE[a] for a in adjectives], plural
    )
    return made.en, french.finish(made.fr + " ").strip().lower()


@pytest.mark.parametrize("side", SIDES)
def test_the_files_are_what_the_grammar_writes(side):
    assert (FOLDER / f"{side}.tsv").read_bytes().decode("utf-8") == grammar.tsv(grammar.generate()[side])


def test_there_are_about_five_thousand_pairs(written):
    assert {side: len(pairs) for side, pairs in written.items()} == {"train": 4420, "validation": 294, "test": 307}


def test_no_sentence_comes_twice_nor_on_two_sides(written):
    sources = Counter(en for side in SIDES for en, _ in written[side])
    assert [source for source, count in sources.items() if count > 1] == []


def test_every_held_out_sentence_has_a_combination_that_training_lacks(drawn):
    # "red" may meet "house" across phrases, in "the red hat is in the house"; "a red house" is then still new.
    close = {pair for sentence in drawn["train"] for pair in sentence.close}
    seen = {pair for sentence in drawn["train"] for pair in sentence.loose} | close
    for side in ("validation", "test"):
        assert [s.en for s in drawn[side] if not (s.close - close or s.loose - seen)] == []


def test_most_held_out_sentences_lack_a_combination_inside_a_phrase(drawn):
    seen = {pair for sentence in drawn["train"] for pair in sentence.close}
    assert sum(bool(s.close - seen) for s in drawn["test"]) > 0.6 * len(drawn["test"])


def test_validation_and_test_hold_out_different_combinations(drawn):
    seen = {pair for sentence in drawn["train"] for pair in sentence.close | sentence.loose}
    only = {side: {p for s in drawn[side] for p in s.close if p not in seen} for side in ("validation", "test")}
    held_out = {side: {p for p in only[side] if grammar.held_out_for(p, close=True) == side} for side in only}
    assert held_out["validation"] and held_out["test"]
    assert not held_out["validation"] & held_out["test"]


def test_every_word_that_is_asked_for_was_learnt(written):
    words = lambda pairs, i: Counter(w.strip(".,?").lower() for pair in pairs for w in set(pair[i].split()))
    for i in (0, 1):
        learnt = words(written["train"], i)
        asked = words(written["validation"] + written["test"], i)
        assert [word for word in asked if learnt[word] < 3] == []


@pytest.mark.parametrize("side", SIDES)
def test_every_sentence_begins_with_a_capital_and_ends_alike_in_both_languages(written, side):
    for en, fr in written[side]:
        assert en[0].isupper() and fr[0].isupper()
        assert en[-1] in ".?" and fr.endswith(" ?" if en[-1] == "?" else ".")
        assert "  " not in en + fr and " ." not in fr


@pytest.mark.parametrize("side", SIDES)
def test_no_elision_or_contraction_is_missing(written, side):
    wrong = (
        " de le ",
        " de les ",
        " à le ",
        " à les ",
        " que il",
        " que elle",
        " je a",
        " ne a",
        " ne e",
        " le a",
        " la é",
    )
    assert [fr for _, fr in written[side] if any(part in f" {fr.lower()}" for part in wrong)] == []


@pytest.mark.parametrize(
    "english, determiner, plural, expected",
    [
        ("red car", "a", False, ("a red car", "une voiture rouge")),
        ("small red car", "a", False, ("a small red car", "une petite voiture rouge")),
        ("red car", "a", True, ("some red cars", "des voitures rouges")),
        ("old book", "a", True, ("some old books", "de vieux livres")),
        ("beautiful hotel", "a", False, ("a beautiful hotel", "un bel hôtel")),
        ("old friend", "this", False, ("this old friend", "ce vieil ami")),
        ("new flat", "my", False, ("my new flat", "mon nouvel appartement")),
        ("French friend", "this", False, ("this French friend", "cet ami français")),
        ("white scarf", "my", False, ("my white scarf", "mon écharpe blanche")),
        ("old scarf", "my", False, ("my old scarf", "ma vieille écharpe")),
        ("modern hospital", "the", True, ("the modern hospitals", "les hôpitaux modernes")),
        ("wooden box", "the", True, ("the wooden boxes", "les boîtes en bois")),
        ("cheap dress", "the", True, ("the cheap dresses", "les robes bon marché")),
        ("school", "no", False, ("a school", "d'école")),
        ("cold water", "mass", False, ("some cold water", "de l'eau froide")),
        ("good coffee", "mass", False, ("some good coffee", "du bon café")),
        ("red wine", "bare", False, ("red wine", "le vin rouge")),
    ],
)
def test_noun_phrases_agree_and_order_their_adjectives(english, determiner, plural, expected):
    assert phrase(english, determiner, plural) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("je ai", "J'ai"),
        ("il ne y a pas de école", "Il n'y a pas d'école"),
        ("je vais à le musée", "Je vais au musée"),
        ("à côté de le hôtel", "À côté de l'hôtel"),
        ("près de les gares", "Près des gares"),
        ("est-ce que elle le attend", "Est-ce qu'elle l'attend"),
        ("le onze mai et le huit juin", "Le onze mai et le huit juin"),
        ("besoin de onze clés", "Besoin de onze clés"),
    ],
)
def test_elision_and_contraction(text, expected):
    assert french.finish(text) == expected


@pytest.mark.parametrize(
    "value, words",
    [
        (1, "un"),
        (21, "vingt et un"),
        (70, "soixante-dix"),
        (71, "soixante et onze"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (91, "quatre-vingt-onze"),
        (99, "quatre-vingt-dix-neuf"),
        (35, "trente-cinq"),
    ],
)
def test_french_numbers(value, words):
    assert french.number(value) == words


SUBJECT = {subject.en: subject for subject in lexicon.PRONOUNS}


@pytest.mark.parametrize(
    "subject, verb, tense, mode, expected",
    [
        ("I", "go", "past", "yes", ("I went now.", "Je suis allé now.")),
        ("she", "go", "past", "no", ("She didn't go now.", "Elle n'est pas allée now.")),
        ("we", "eat", "progressive", "yes", ("We are eating now.", "Nous mangeons now.")),
        ("they", "buy", "present", "ask", ("Do they buy now?", "Est-ce qu'ils achètent now ?")),
        ("he", "open", "future", "no", ("He isn't going to open now.", "Il ne va pas ouvrir now.")),
        ("you", "choose", "past", "ask", ("Did you choose now?", "Est-ce que vous avez choisi now ?")),
        ("I", "invite", "present", "no", ("I don't invite now.", "Je n'invite pas now.")),
        ("you", "come back", "past", "yes", ("You came back now.", "Vous êtes revenu now.")),
    ],
)
def test_verbs_tenses_negation_and_questions(subject, verb, tense, mode, expected):
    made = statement(SUBJECT[subject], lexicon.VERB[verb], tense, Phrase("now", "now"), mode=mode)
    assert (made.en, made.fr) == expected


def test_object_pronouns_stand_before_the_verb_or_the_infinitive():
    her, wait = Phrase("her", "", ("her",)), lexicon.VERB["wait for"]
    present = statement(SUBJECT["he"], wait, "progressive", her, mode="no", clitic="la")
    assert (present.en, present.fr) == ("He isn't waiting for her.", "Il ne l'attend pas.")
    assert statement(SUBJECT["we"], wait, "future", her, clitic="la").fr == "Nous allons l'attendre."


def test_being_agrees_and_makes_questions():
    tired = lambda form: Phrase("tired", form)
    assert being(SUBJECT["I"], tired("fatigué"), mode="no").fr == "Je ne suis pas fatigué."
    assert being(SUBJECT["they"], tired("fatigués"), mode="ask").fr == "Est-ce qu'ils sont fatigués ?"


def test_possessives_go_with_their_subject():
    assert [own(subject) for subject in lexicon.PRONOUNS] == ["my", "your", "his", "her", "our", "their"]


def test_the_clock_counts_back_after_half_past():
    drawn = {p.en: p.fr for p in (times.clock(Draw(seed)) for seed in range(3000))}
    assert drawn["half past three"] == "trois heures et demie"
    assert drawn["a quarter to one"] == "une heure moins le quart"
    assert drawn["ten to five"] == "cinq heures moins dix"
    assert drawn["twenty past ten"] == "dix heures vingt"
    assert drawn["noon"] == "midi"
    assert drawn["one o'clock"] == "une heure"


@pytest.mark.parametrize("frame", [places.trip, schedules.weather])
def test_the_same_seed_draws_the_same_sentence(frame):
    assert frame(Draw(5)) == frame(Draw(5))


def test_another_seed_gives_another_phrasebook():
    assert grammar.generate(2)["test"] != grammar.generate(1)["test"]
