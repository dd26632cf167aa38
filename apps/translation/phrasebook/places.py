"""Frames that say where things are and where people go: each draws one sentence."""

from __future__ import annotations

from . import english, french, lexicon
from .draw import Draw
from .phrases import adjectives_for, as_subject, noun_phrase, somebody, thing
from .sentences import being, mode, sentence, statement
from .times import future, habit, past, soon
from .words import Phrase, Sentence

PLACES = (
    ("in", "dans"),
    ("on", "sur"),
    ("under", "sous"),
    ("behind", "derrière"),
    ("in front of", "devant"),
    ("near", "près de"),
    ("next to", "à côté de"),
)
OUTSIDE = (*PLACES[3:], ("opposite", "en face de"))
TRANSPORT = (
    ("by bus", "en bus"),
    ("by train", "en train"),
    ("by car", "en voiture"),
    ("by bicycle", "à vélo"),
    ("on foot", "à pied"),
    ("by taxi", "en taxi"),
)
TURNS = (
    ("turn left", "tournez à gauche"),
    ("turn right", "tournez à droite"),
    ("stop", "arrêtez-vous"),
    ("wait", "attendez"),
)
TOWARDS = (
    ("before", "avant"),
    ("after", "après"),
    ("in front of", "devant"),
    ("behind", "derrière"),
    ("near", "près de"),
)


def location(draw: Draw) -> Sentence | None:
    """The black cat is under the small table."""
    what = thing(draw, ("small", "pet", "clothes", "paper"), ("the", "the", "my", "your", "his"))
    where = place(draw, ("furniture", "vehicle", "home"), PLACES)
    if what.items[0] == where.items[1]:
        return None
    return being(as_subject(what), where, mode=mode(draw, as_subject(what)))


def place(draw: Draw, kinds: tuple[str, ...], prepositions: tuple[tuple[str, str], ...]) -> Phrase:
    """A preposition and a definite noun phrase, French contraction left to the spelling rules."""
    en, fr = draw.one(prepositions)
    noun = draw.one(lexicon.nouns(*kinds))
    if en == "in" and "furniture" in noun.kinds:
        en, fr = "behind", "derrière"
    elif en in ("on", "under") and noun.en not in ("table", "chair", "bed", "armchair"):
        en, fr = "near", "près de"
    elif en == "behind" and "home" in noun.kinds and "building" not in noun.kinds:
        en, fr = "in", "dans"
    what = noun_phrase(noun, "the", adjectives_for(draw, noun)[:1])
    return Phrase(f"{en} {what.en}", f"{fr} {what.fr}", (en, *what.items), what.pairs)


def whereabouts(draw: Draw) -> Sentence:
    """Where is the old church? Where are my black shoes?"""
    what = as_subject(thing(draw, ("building", "small", "clothes", "pet"), ("the", "the", "my", "your", "our"), 0.3, 1))
    frame = Phrase("", "", ("where",))
    return sentence(
        f"where {english.be(what)} {what.en}", f"où {french.ETRE[what.person]} {what.fr}", frame, what, end="?"
    )


def existence(draw: Draw) -> Sentence | None:
    """There is a small bridge behind the church."""
    how = draw.one(("yes", "yes", "no", "ask"))
    what = thing(draw, ("building", "place", "animal", "vehicle"), ("no",) if how == "no" else ("a",), 0.2)
    where = place(draw, ("building",), OUTSIDE)
    if what.items[0] == where.items[1]:
        return None
    verb = "are" if what.plural else "is"
    en = {"yes": f"there {verb}", "no": f"there {verb}n't", "ask": f"{verb} there"}[how]
    fr = {"yes": "il y a", "no": "il ne y a pas", "ask": "est-ce que il y a"}[how]
    shown = what.en
    if how == "ask" and what.plural:
        shown = shown.replace("some ", "any ", 1)
    return sentence(
        f"{en} {shown} {where.en}", f"{fr} {what.fr} {where.fr}", what, where, end="?" if how == "ask" else "."
    )


def home(draw: Draw) -> Sentence:
    """My aunt lives in a big white house near the station."""
    noun = lexicon.NOUN[draw.one(("house", "flat", "street"))]
    what = noun_phrase(noun, "a", adjectives_for(draw, noun, 1))
    inside = Phrase(f"in {what.en}", f"dans {what.fr}", what.items, what.pairs)
    near = (place(draw, ("public",), (("near", "près de"), ("opposite", "en face de"))),)
    who, rest = somebody(draw), near if draw.chance(0.6) else ()
    return statement(who, lexicon.VERB["live"], "present", inside, *rest, mode=mode(draw, who))


def trip(draw: Draw) -> Sentence:
    """Paul went to the market on Monday; we are going to the station tomorrow."""
    building = draw.one(lexicon.nouns("public"))
    to = noun_phrase(building, "the", adjectives_for(draw, building)[:1] if draw.chance(0.5) else ())
    name, who = draw.one(("go", "go", "come back")), somebody(draw)
    en, fr = ("from", "de") if name == "come back" else ("to", "à")
    where = Phrase(f"{en} {to.en}", f"{fr} {to.fr}", to.items, to.pairs)
    tense, when = draw.one((("past", past), ("progressive", soon), ("present", habit)))
    return statement(who, lexicon.VERB[name], tense, where, when(draw), mode=mode(draw, who))


def ride(draw: Draw) -> Sentence:
    """My uncle goes to work by bus every day."""
    en, fr = draw.one((("to work", "au travail"), ("to school", "à l'école"), ("to the office", "au bureau")))
    by = Phrase(*(means := draw.one(TRANSPORT)), (means[0],))
    when = (habit(draw),) if draw.chance(0.5) else ()
    who = somebody(draw)
    return statement(who, lexicon.VERB["go"], "present", Phrase(en, fr, (en,)), by, *when, mode=mode(draw, who))


def holiday(draw: Draw) -> Sentence:
    """They are going to travel to Japan in July; my aunt lives in Portugal."""
    country, fr_country = draw.one(lexicon.COUNTRIES)
    who = somebody(draw)
    if draw.chance(0.3):
        where = Phrase(f"in {country}", fr_country, (country,))
        return statement(who, lexicon.VERB[draw.one(("live", "work"))], "present", where, mode=mode(draw, who))
    where = Phrase(f"to {country}", fr_country, (country,))
    name, tense, when = draw.one((("travel", "future", future), ("go", "past", past)))
    return statement(who, lexicon.VERB[name], tense, where, when(draw), mode=mode(draw, who))


def direction(draw: Draw) -> Sentence:
    """Turn left after the big church."""
    what = Phrase(*(turn := draw.one(TURNS)), (turn[0],))
    where = place(draw, ("public", "visit", "place"), TOWARDS)
    return sentence(f"{what.en} {where.en}", f"{what.fr} {where.fr}", what, where)


FRAMES = (location, whereabouts, existence, home, trip, ride, holiday, direction)
