"""Days, dates and the clock, drawn at random in both languages at once."""

from __future__ import annotations

from collections.abc import Sequence

from . import english, french
from .draw import Draw
from .words import Phrase, combination

DAYS = (
    ("Monday", "lundi"),
    ("Tuesday", "mardi"),
    ("Wednesday", "mercredi"),
    ("Thursday", "jeudi"),
    ("Friday", "vendredi"),
    ("Saturday", "samedi"),
    ("Sunday", "dimanche"),
)
MONTHS = tuple(
    zip(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        strict=True,
    )
)
PAST = (
    ("yesterday", "hier"),
    ("yesterday evening", "hier soir"),
    ("this morning", "ce matin"),
    ("last week", "la semaine dernière"),
    ("last month", "le mois dernier"),
    ("last year", "l'année dernière"),
)
SOON = (
    ("tomorrow", "demain"),
    ("tomorrow morning", "demain matin"),
    ("tomorrow evening", "demain soir"),
    ("this evening", "ce soir"),
)
LATER = (
    ("next week", "la semaine prochaine"),
    ("next month", "le mois prochain"),
    ("next year", "l'année prochaine"),
)
HABIT = (
    ("every day", "tous les jours"),
    ("every morning", "tous les matins"),
    ("every evening", "tous les soirs"),
    ("every week", "toutes les semaines"),
    ("in summer", "en été"),
    ("in winter", "en hiver"),
)


def past(draw: Draw) -> Phrase:
    """Yesterday, on Monday, last Friday."""
    en, fr = draw.one(DAYS)
    return _time(draw, PAST, ((f"on {en}", fr), (f"last {en}", f"{fr} dernier")))


def soon(draw: Draw) -> Phrase:
    """Tomorrow, this evening, on Monday."""
    en, fr = draw.one(DAYS)
    return _time(draw, SOON, ((f"on {en}", fr),))


def future(draw: Draw) -> Phrase:
    """Tomorrow, on Monday, next Friday, next year."""
    en, fr = draw.one(DAYS)
    return _time(draw, (*SOON, *LATER), ((f"on {en}", fr), (f"next {en}", f"{fr} prochain")))


def habit(draw: Draw) -> Phrase:
    """Every day, in summer, on Mondays."""
    en, fr = draw.one(DAYS)
    return _time(draw, HABIT, ((f"on {en}s", f"le {fr}"),))


def _time(draw: Draw, fixed: Sequence[tuple[str, str]], days: Sequence[tuple[str, str]]) -> Phrase:
    en, fr = draw.one(days if draw.chance(0.4) else fixed)
    return Phrase(en, fr, (en,))


def clock(draw: Draw) -> Phrase:
    """Half past three, ten to five, noon: without "at"."""
    hour = 1 + int(draw.one(range(11)))
    minutes = draw.one((0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55))
    if minutes == 0 and draw.chance(0.2):
        en, fr = draw.one((("noon", "midi"), ("midnight", "minuit")))
        return Phrase(en, fr, (en,))
    fr_hour = "une heure" if hour == 1 else f"{french.number(hour)} heures"
    en_hour = english.number(hour)
    if minutes == 0:
        return Phrase(f"{en_hour} o'clock", fr_hour, (f"{en_hour} o'clock",))
    shown = minutes if minutes <= 30 else 60 - minutes
    en_minutes = {15: "quarter", 30: "half"}.get(shown, english.number(shown))
    en_minutes = "a quarter" if shown == 15 else en_minutes
    fr_minutes = {15: "et quart", 30: "et demie"}.get(minutes, french.number(shown))
    if minutes > 30:
        fr_minutes = "moins le quart" if shown == 15 else f"moins {fr_minutes}"
    en_minutes = f"{en_minutes} {'past' if minutes <= 30 else 'to'}"
    return Phrase(
        f"{en_minutes} {en_hour}",
        f"{fr_hour} {fr_minutes}",
        (f"{en_hour} o'clock", en_minutes),
        frozenset({combination(en_minutes, f"{en_hour} o'clock")}),
    )


def date(draw: Draw) -> Phrase:
    """The fifth of May."""
    en_month, fr_month = draw.one(MONTHS)
    day = 1 + int(draw.one(range(20)))
    en_day = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ][day - 1]
    fr_day = "premier" if day == 1 else french.number(day)
    pairs = frozenset({combination(en_day, en_month)})
    return Phrase(f"the {en_day} of {en_month}", f"le {fr_day} {fr_month}", (en_month, en_day), pairs)
