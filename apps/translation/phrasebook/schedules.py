"""Frames that say when things happen, and the weather: each draws one sentence."""

from __future__ import annotations

from . import french, lexicon
from .draw import Draw
from .phrases import adjectives_for, as_subject, named, noun_phrase, person, pronoun, relative
from .sentences import sentence, statement
from .times import DAYS, clock, date, soon
from .words import Phrase, Sentence

WEATHER = (
    ("it is cold", "il fait froid"),
    ("it is hot", "il fait chaud"),
    ("it is sunny", "il fait beau"),
    ("it is windy", "il y a du vent"),
    ("it is raining", "il pleut"),
    ("it is snowing", "il neige"),
    ("the weather is bad", "il fait mauvais"),
)
FORECAST = (
    ("rain", "pleuvoir"),
    ("snow", "neiger"),
    ("be cold", "faire froid"),
    ("be hot", "faire chaud"),
    ("be sunny", "faire beau"),
)


def departure(draw: Draw) -> Sentence:
    """The train for Paris leaves at half past three."""
    en, fr = draw.one((("train", "le train"), ("bus", "le bus"), ("plane", "l'avion")))
    city, time = draw.one(lexicon.CITIES), clock(draw)
    name, en_link, fr_link = draw.one((("leave", "for", "pour"), ("arrive", "from", "de")))
    what = as_subject(Phrase(f"the {en} {en_link} {city}", f"{fr} {fr_link} {city}", (en, city)))
    at = Phrase(f"at {time.en}", f"à {time.fr}", time.items, time.pairs)
    return statement(what, lexicon.VERB[name], "present", at)


def opening(draw: Draw) -> Sentence:
    """The museum opens at nine o'clock on Saturdays; the bank is closed on Sundays."""
    building = draw.one(lexicon.nouns("public"))
    what = as_subject(noun_phrase(building, "the", adjectives_for(draw, building)[:1] if draw.chance(0.4) else ()))
    day, jour = draw.one(DAYS)
    when = Phrase(f"on {day}s", f"le {jour}", (f"on {day}s",))
    if draw.chance(0.3):
        en, masculine = draw.one((("closed", "fermé"), ("open", "ouvert")))
        fr = masculine + ("e" if what.gender == "f" else "")
        return sentence(
            f"{what.en} is {en} {when.en}", f"{what.fr} est {fr} {when.fr}", what, when, Phrase("", "", (en,))
        )
    time = clock(draw)
    at = Phrase(f"at {time.en}", f"à {time.fr}", time.items, time.pairs)
    verb = lexicon.VERB[draw.one(("open", "close"))]
    return statement(what, verb, "present", at, *((when,) if draw.chance(0.4) else ()))


def hour(draw: Draw) -> Sentence:
    """It is ten to five; I have an appointment with the doctor on Tuesday at ten o'clock."""
    time = clock(draw)
    if draw.chance(0.2):
        return sentence(f"it is {time.en}", f"il est {time.fr}", Phrase("", "", ("it is",)), time)
    who, other = pronoun(draw), draw.one((relative, named, person))(draw)
    day, jour = draw.one(DAYS)
    have = "has" if who.third else "have"
    return sentence(
        f"{who.en} {have} an appointment with {other.en} on {day} at {time.en}",
        f"{who.fr} {french.AVOIR[who.person]} rendez-vous avec {other.fr} {jour} à {time.fr}",
        who,
        other,
        Phrase("", "", (f"on {day}",)),
        time,
    )


def occasion(draw: Draw) -> Sentence:
    """The party is on the fifth of May."""
    when = date(draw)
    fixed = (
        ("the party", "la fête"),
        ("the concert", "le concert"),
        ("the exam", "l'examen"),
        ("the wedding", "le mariage"),
    )
    en, fr = draw.one(fixed)
    if draw.chance(0.4):
        who = relative(draw)
        en, fr = f"{who.en}'s birthday", f"l'anniversaire de {who.fr}"
    return sentence(f"{en} is on {when.en}", f"{fr} est {when.fr}", Phrase("", "", (en,)), when)


def weather(draw: Draw) -> Sentence:
    """It is cold in Paris today; it is going to rain in Lyon tomorrow."""
    city = draw.one(lexicon.CITIES)
    where = (
        (f"in {city}", f"à {city}")
        if draw.chance(0.6)
        else draw.one([(f"in {en}", fr) for en, fr in lexicon.COUNTRIES])
    )
    if draw.chance(0.5):
        en, fr = draw.one(WEATHER)
        when = draw.one((("today", "aujourd'hui"), ("this morning", "ce matin"), ("this evening", "ce soir")))
    else:
        en, fr = (
            f"{start} {verb}" for start, verb in zip(("it is going to", "il va"), draw.one(FORECAST), strict=True)
        )
        chosen = soon(draw)
        when = (chosen.en, chosen.fr)
    parts = (Phrase(en, fr, (en,)), Phrase(*where, (where[0],)), Phrase(*when, (when[0],)))
    return sentence(" ".join(p.en for p in parts), " ".join(p.fr for p in parts), *parts)


FRAMES = (departure, opening, hour, occasion, weather)
