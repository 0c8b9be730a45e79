"""Two to five clients side by side for one home."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.comparison.table import (
    NOT_KNOWN,
    Attribute,
    Better,
    Comparison,
    Named,
    Standing,
    Told,
    judged,
    stand,
    table,
)
from domain.comparison.words import nice_to_haves, paragraph, score, unmet_count
from domain.matching import Home, Ranker, Wish
from domain.matching.features import UNIT_WORDS
from domain.matching.parts import in_units, nearest_area
from domain.matching.sentences import plain
from domain.values import Money, Size

Place = Standing[Wish]
Tell = Callable[[Place], Told]


def compare_clients(
    home: Named[Home], clients: Sequence[Named[Wish]], ranker: Ranker
) -> Comparison[Wish]:
    """The clients for this home, the one it suits best first."""
    standings = stand(clients, lambda wish: judged(ranker, wish, home.subject))
    attributes = _attributes(home.subject)
    rows = table(attributes, standings)
    text = paragraph(home.label, standings, rows, attributes)
    return Comparison(home.label, standings, rows, text)


def _attributes(home: Home) -> tuple[Attribute[Place], ...]:
    high, low = Better.HIGH, Better.LOW
    return (
        Attribute("score", "Points of 100", score, high),
        Attribute("unmet", "Requirements not met", unmet_count, low),
        Attribute("budget_to", "Top of the budget", _budget_to, high, "has the larger budget"),
        Attribute("budget_from", "Budget begins at", _budget_from),
        Attribute("budget_share", "Share of it for this home", _share(home)),
        Attribute("financing", "Financing", _financing),
        Attribute("funds", "In hand or approved", _funds, high, "has more in hand or approved"),
        Attribute(
            "distance",
            "From the middle of the wanted area",
            _distance(home),
            low,
            "looks closer to this home",
        ),
        Attribute("bedrooms_min", "Bedrooms asked for", _bedrooms),
        Attribute("bathrooms_min", "Bathrooms asked for", _bathrooms),
        Attribute("living_area_min", "Living area asked for", _living_area(home)),
        Attribute("must_haves", "Musts", _must_haves),
        Attribute(
            "nice_to_haves",
            "Wished features found here",
            nice_to_haves,
            high,
            "finds more of what was wished for",
        ),
    )


def _money(value: Money | None) -> Told:
    if value is None:
        return NOT_STATED
    return Told(str(value), float(value.amount), value.currency)


def _budget_to(place: Place) -> Told:
    return _money(place.subject.requirements.budget_to)


def _budget_from(place: Place) -> Told:
    return _money(place.subject.requirements.budget_from)


def _share(home: Home) -> Tell:
    def tell(place: Place) -> Told:
        top = place.subject.requirements.budget_to
        if top is None or not top.amount or top.currency != home.price.currency:
            return NOT_KNOWN
        share = round(100 * home.price_amount / float(top.amount))
        return Told(f"{share}%", share, "%")

    return tell


def _financing(place: Place) -> Told:
    financing = place.subject.requirements.financing
    return NOT_STATED if financing is None else Told(financing.means.value.replace("_", " "))


def _funds(place: Place) -> Told:
    financing = place.subject.requirements.financing
    return _money(financing.amount if financing else None)


def _distance(home: Home) -> Tell:
    def tell(place: Place) -> Told:
        nearest = nearest_area(place.subject, home)
        if nearest is None:
            return Told("anywhere") if not place.subject.reaches else NOT_KNOWN
        km = nearest.said_km
        return Told(f"{plain(km)} km from {nearest.place}", km, "km")

    return tell


def _bedrooms(place: Place) -> Told:
    return _least(place.subject.requirements.bedrooms_min)


def _bathrooms(place: Place) -> Told:
    asked = place.subject.requirements.bathrooms_min
    return _least(None if asked is None else float(asked))


def _least(value: float | None) -> Told:
    return NOT_STATED if value is None else Told(f"{plain(value)} or more", value)


def _living_area(home: Home) -> Tell:
    units = home.details.living_area.units if home.details.living_area else None

    def tell(place: Place) -> Told:
        asked: Size | None = place.subject.requirements.living_area_min
        if asked is None:
            return NOT_STATED
        value = in_units(asked, units or asked.units)
        unit = UNIT_WORDS[units or asked.units]
        return Told(f"{plain(value)} {unit} or more", value, unit)

    return tell


def _must_haves(place: Place) -> Told:
    musts = place.subject.requirements.must_haves
    return (
        Told(", ".join(each.replace("_", " ") for each in sorted(musts))) if musts else NOT_STATED
    )


NOT_STATED = Told("not stated")
