"""Frames that say what people do, ask for and plan: each draws one sentence."""

from __future__ import annotations

from . import english, french, lexicon
from .describing import mode, place
from .phrases import (
    DAYS,
    Draw,
    adjectives_for,
    as_subject,
    clock,
    date,
    future,
    habit,
    mass,
    named,
    noun_phrase,
    past,
    person,
    pronoun,
    relative,
    somebody,
    thing,
)
from .sentences import sentence, statement
from .words import Phrase, Sentence

# What can be the object of a verb.
OBJECTS = {
    "buy": ("goods", "food"),
    "sell": ("goods",),
    "look for": ("goods", "small"),
    "find": ("goods", "small"),
    "lose": ("small",),
    "read": ("reading",),
    "write": ("write",),
    "wear": ("clothes",),
    "visit": ("visit",),
    "clean": ("clean",),
    "open": ("open",),
    "close": ("open",),
    "choose": ("goods", "food"),
    "watch": ("watch",),
    "see": ("visit", "animal", "watch"),
}
DEFINITE = ("clean", "open", "close", "visit", "read")
COUNTED = ((2, "food"), (3, "food"), (4, "food"), (5, "food"), (6, "food"))
MEASURES = (
    ("a kilo of", "un kilo de", "food"),
    ("a cup of", "une tasse de", "coffee tea chocolate"),
    ("a glass of", "un verre de", "water milk wine beer"),
    ("a bottle of", "une bouteille de", "water milk wine beer"),
    ("a piece of", "un morceau de", "bread cheese meat chocolate fish"),
)
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
TOWARDS = (("before", "avant"), ("after", "après"), ("in front of", "devant"), ("behind", "derrière"), ("near", "près de"))


def target(draw: Draw, name: str, how: str) -> Phrase:
    """An object that fits the verb: indefinite ones become "de" after a negation, "any" in a question."""
    indefinite = {"yes": "a", "no": "no", "ask": "any"}[how]
    determiners = ("the", "this", "my") if name in DEFINITE else (indefinite, indefinite, "the", "my", "this")
    return thing(draw, OBJECTS[name], determiners)


def action(draw: Draw) -> Sentence:
    """She is looking for a cheap hotel; they aren't wearing their black shoes."""
    name = draw.one(("look for", "read", "write", "wear", "clean", "open", "close", "watch", "buy", "sell", "choose"))
    how = mode(draw)
    return statement(somebody(draw), lexicon.VERB[name], "progressive", target(draw, name, how), mode=how)


def possession(draw: Draw) -> Sentence:
    """We don't have a black dog; do you want some cold water?"""
    name, how = draw.one(("have", "have", "want")), mode(draw)
    determiner = {"yes": "a", "no": "no", "ask": "any"}[how]
    if draw.chance(0.25):
        what = mass(draw, ("drink", "meal"), {"yes": "mass", "no": "no", "ask": "any"}[how])
    else:
        what = thing(draw, ("goods", "animal", "food", "reading"), (determiner,), least=1)
    return statement(somebody(draw), lexicon.VERB[name], "present", what, mode=how)


def event(draw: Draw) -> Sentence:
    """We bought a red car yesterday."""
    name, how = draw.one(tuple(OBJECTS)), mode(draw)
    what = target(draw, name, how)
    return statement(somebody(draw), lexicon.VERB[name], "past", what, past(draw), mode=how)


def plan(draw: Draw) -> Sentence:
    """I am going to visit the old museum tomorrow."""
    name = draw.one([verb for verb in OBJECTS if verb not in ("lose", "find", "see", "look for")])
    how = mode(draw)
    what = target(draw, name, how)
    return statement(somebody(draw), lexicon.VERB[name], "future", what, future(draw), mode=how)


def routine(draw: Draw) -> Sentence:
    """He drinks black coffee every morning; she never eats meat."""
    name = draw.one(("drink", "eat"))
    who, verb, when = somebody(draw), lexicon.VERB[name], habit(draw)
    kinds = ("drink",) if name == "drink" else ("meal",)
    adverb = draw.one(("", "", "often", "always", "never"))
    what = mass(draw, kinds, "no" if adverb == "never" else "mass")
    en_what = what.en.removeprefix("any ").removeprefix("some ")
    if not adverb:
        bare = Phrase(en_what, what.fr, what.items, what.pairs)
        return statement(who, verb, "present", bare, when)
    negation = "jamais" if adverb == "never" else ""
    finite = verb.en_third if who.third else verb.en
    fr = french.predicate(who, who.person, verb, "present", negation)
    fr_adverb = {"often": "souvent ", "always": "toujours ", "never": ""}[adverb]
    frame = Phrase("", "", (adverb, name))
    return sentence(f"{who.en} {adverb} {finite} {en_what}", f"{fr} {fr_adverb}{what.fr}", who, frame, what)


def trip(draw: Draw) -> Sentence:
    """Paul went to the market on Monday; we are going to the station tomorrow."""
    building = draw.one(lexicon.nouns("public"))
    to = noun_phrase(building, "the", adjectives_for(draw, building)[:1] if draw.chance(0.5) else ())
    name, who, how = draw.one(("go", "go", "come back")), somebody(draw), mode(draw)
    en, fr = ("from", "de") if name == "come back" else ("to", "à")
    where = Phrase(f"{en} {to.en}", f"{fr} {to.fr}", to.items, to.pairs)
    tense, when = draw.one((("past", past), ("progressive", future), ("present", habit)))
    return statement(who, lexicon.VERB[name], tense, where, when(draw), mode=how)


def ride(draw: Draw) -> Sentence:
    """My uncle goes to work by bus every day."""
    en, fr = draw.one((("to work", "au travail"), ("to school", "à l'école"), ("home", "à la maison")))
    by = Phrase(*(means := draw.one(TRANSPORT)), (means[0],))
    when = (habit(draw),) if draw.chance(0.5) else ()
    return statement(somebody(draw), lexicon.VERB["go"], "present", Phrase(en, fr, (en,)), by, *when, mode=mode(draw))


def holiday(draw: Draw) -> Sentence:
    """They are going to travel to Japan in July; my aunt lives in Portugal."""
    country, fr_country = draw.one(lexicon.COUNTRIES)
    if draw.chance(0.3):
        where = Phrase(f"in {country}", fr_country, (country,))
        return statement(somebody(draw), lexicon.VERB[draw.one(("live", "work"))], "present", where, mode=mode(draw))
    where = Phrase(f"to {country}", fr_country, (country,))
    name, tense, when = draw.one((("travel", "future", future), ("go", "past", past)))
    return statement(somebody(draw), lexicon.VERB[name], tense, where, when(draw), mode=mode(draw))


def home(draw: Draw) -> Sentence:
    """My aunt lives in a big white house near the station."""
    noun = lexicon.NOUN[draw.one(("house", "flat", "street", "castle"))]
    what = noun_phrase(noun, "a", adjectives_for(draw, noun, 1))
    inside = Phrase(f"in {what.en}", f"dans {what.fr}", what.items, what.pairs)
    near = (place(draw, ("public",), (("near", "près de"), ("opposite", "en face de"))),)
    verb = lexicon.VERB["live"]
    return statement(somebody(draw), verb, "present", inside, *(near if draw.chance(0.6) else ()), mode=mode(draw))


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
        return sentence(f"{what.en} is {en} {when.en}", f"{what.fr} est {fr} {when.fr}", what, when, Phrase("", "", (en,)))
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
    fixed = (("the party", "la fête"), ("the concert", "le concert"), ("the exam", "l'examen"), ("the wedding", "le mariage"))
    en, fr = draw.one(fixed)
    if draw.chance(0.4):
        who = relative(draw)
        en, fr = f"{who.en}'s birthday", f"l'anniversaire de {who.fr}"
    return sentence(f"{en} is on {when.en}", f"{fr} est {when.fr}", Phrase("", "", (en,)), when)


def weather(draw: Draw) -> Sentence:
    """It is cold in Paris today; it is going to rain in Lyon tomorrow."""
    city = draw.one(lexicon.CITIES)
    where = (f"in {city}", f"à {city}") if draw.chance(0.6) else draw.one([(f"in {en}", fr) for en, fr in lexicon.COUNTRIES])
    if draw.chance(0.5):
        en, fr = draw.one(WEATHER)
        when = draw.one((("today", "aujourd'hui"), ("this morning", "ce matin"), ("this evening", "ce soir")))
    else:
        en, fr = (f"{start} {verb}" for start, verb in zip(("it is going to", "il va"), draw.one(FORECAST), strict=True))
        chosen = future(draw)
        when = (chosen.en, chosen.fr)
    parts = (Phrase(en, fr, (en,)), Phrase(*where, (where[0],)), Phrase(*when, (when[0],)))
    return sentence(" ".join(p.en for p in parts), " ".join(p.fr for p in parts), *parts)


def order(draw: Draw) -> Sentence:
    """I would like a kilo of red apples, please; could you show me the blue dress, please?"""
    en, fr = draw.one((("I would like", "je voudrais"), ("we would like", "nous voudrions")))
    frame = Phrase(en, fr, (en,))
    choice = draw.one(("measure", "measure", "count", "thing"))
    if choice == "measure":
        en, fr, of = draw.one(MEASURES)
        noun = draw.one(lexicon.nouns("food")) if of == "food" else lexicon.MASS[draw.one(of.split())]
        bare = noun_phrase(noun, "no", adjectives_for(draw, noun, 1)[-1:], of == "food")
        what = Phrase(f"{en} {bare.en.removeprefix('any ')}", f"{fr[:-3]} {bare.fr}", (en, *bare.items), bare.pairs)
    elif choice == "count":
        noun = draw.one(lexicon.nouns("food", "clothes", "furniture", "reading"))
        what = noun_phrase(noun, "count", adjectives_for(draw, noun, 1), True, 2 + int(draw.one(range(11))))
    else:
        what = thing(draw, ("goods", "food"), ("a", "this"), least=1)
    return sentence(f"{frame.en} {what.en}, please", f"{frame.fr} {what.fr}, s'il vous plaît", frame, what)


def request(draw: Draw) -> Sentence:
    """Could you show me the blue dress, please?"""
    name = draw.one(("show", "show", "give", "open", "close", "clean"))
    verb = lexicon.VERB[name]
    en, fr = (f"{name} me", f"me {verb.fr}") if name in ("show", "give") else (name, verb.fr)
    kinds = {"show": ("goods", "clothes"), "give": ("small", "reading"), "clean": ("clean",)}.get(name, ("open",))
    what = thing(draw, kinds, ("the", "this"), least=1)
    return sentence(
        f"could you {en} {what.en}, please",
        f"pourriez-vous {fr} {what.fr}, s'il vous plaît",
        Phrase("", "", (f"could you {name}",)),
        what,
        end="?",
    )


def gift(draw: Draw) -> Sentence:
    """I gave a red scarf to my sister."""
    name, how = draw.one(("give", "show")), mode(draw)
    indefinite = {"yes": "a", "no": "no", "ask": "any"}[how]
    what = thing(draw, ("goods", "reading"), (indefinite, "the", "my"), 0.2, 1)
    other = draw.one((relative, named, person))(draw)
    to = Phrase(f"to {other.en}", f"à {other.fr}", other.items, other.pairs)
    tense = draw.one(("past", "past", "future"))
    return statement(pronoun(draw), lexicon.VERB[name], tense, what, to, mode=how)


def need(draw: Draw) -> Sentence:
    """I need a new suitcase; she doesn't need two blue shirts."""
    who, how = somebody(draw), mode(draw)
    noun = draw.one(lexicon.nouns("goods", "small", "clothes", "food"))
    if "many" in noun.kinds or draw.chance(0.35):
        what = noun_phrase(noun, "count", adjectives_for(draw, noun, 1), True, 2 + int(draw.one(range(11))))
    else:
        what = noun_phrase(noun, draw.one(("a", "a", "this", "your")), adjectives_for(draw, noun, 1))
    auxiliary = "does" if who.third else "do"
    en = {"yes": f"{who.en} {'needs' if who.third else 'need'}", "no": f"{who.en} {auxiliary}n't need"}.get(
        how, f"{auxiliary} {who.en} need"
    )
    negation = "pas" if how == "no" else ""
    fr = french.predicate(who, who.person, lexicon.VERB["have"], "present", negation)
    fr = f"est-ce que {fr}" if how == "ask" else fr
    frame = Phrase("", "", ("need",))
    return sentence(
        f"{en} {what.en}", f"{fr} besoin de {what.fr}", who, frame, what, end="?" if how == "ask" else "."
    )


def ability(draw: Draw) -> Sentence:
    """I must clean the dirty kitchen; he can't find his key."""
    en, fr = draw.one(
        (
            ("must", ("dois", "doit", "devons", "devez", "doivent")),
            ("can", ("peux", "peut", "pouvons", "pouvez", "peuvent")),
            ("can't", ("peux", "peut", "pouvons", "pouvez", "peuvent")),
        )
    )
    who = draw.one((pronoun, pronoun, relative, named))(draw)
    name = draw.one([verb for verb in OBJECTS if verb not in ("lose", "look for")])
    what = thing(draw, OBJECTS[name], ("the", "this", "your"), least=1)
    negated = en == "can't"
    words = (who.fr, "ne" if negated else "", fr[who.person], "pas" if negated else "", lexicon.VERB[name].fr, what.fr)
    frame = Phrase("", "", (en, name))
    return sentence(f"{who.en} {en} {name} {what.en}", " ".join(w for w in words if w), who, frame, what)


def direction(draw: Draw) -> Sentence:
    """Turn left after the big church."""
    what = Phrase(*(turn := draw.one(TURNS)), (turn[0],))
    where = place(draw, ("building", "place"), TOWARDS)
    return sentence(f"{what.en} {where.en}", f"{what.fr} {where.fr}", what, where)


FRAMES = (
    action,
    possession,
    event,
    plan,
    routine,
    trip,
    ride,
    holiday,
    home,
    departure,
    opening,
    hour,
    occasion,
    weather,
    order,
    request,
    gift,
    need,
    ability,
    direction,
)
