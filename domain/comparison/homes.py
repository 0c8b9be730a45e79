"""Two to five homes side by side for one client."""

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
from domain.matching.sentences import money, plain
from domain.values import AreaUnits, Size

Place = Standing[Home]
Tell = Callable[[Place], Told]


def compare_homes(
    client: Named[Wish], homes: Sequence[Named[Home]], ranker: Ranker
) -> Comparison[Home]:
    """The homes for this client, the best first."""
    wish = client.subject
    standings = stand(homes, lambda home: judged(ranker, wish, home))
    attributes = _attributes(wish, _units(wish, standings))
    rows = table(attributes, standings)
    text = paragraph(client.label, standings, rows, attributes)
    return Comparison(client.label, standings, rows, text)


def _units(wish: Wish, standings: Sequence[Place]) -> AreaUnits:
    """What the client speaks in, or else the first home that tells its living area."""
    sizes = (each.subject.details.living_area for each in standings)
    first = next((size.units for size in sizes if size), AreaUnits.SQUARE_METERS)
    return wish.area_units or first


def _attributes(wish: Wish, units: AreaUnits) -> tuple[Attribute[Place], ...]:
    per = UNIT_WORDS[units]
    high, low = Better.HIGH, Better.LOW
    return (
        Attribute("score", "Points of 100", score, high),
        Attribute("unmet", "Requirements not met", unmet_count, low),
        Attribute("property_type", "Type", _type),
        Attribute("list_price", "List price", _price, low, "costs less"),
        Attribute("budget_share", "Share of the budget", _share(wish)),
        Attribute("price_per_area", f"Price per {per}", _per_area(units), low),
        Attribute(
            "distance",
            "From the middle of the wanted area",
            _distance(wish),
            low,
            "lies closer to the middle of a wanted area",
        ),
        Attribute("living_area", "Living area", _living_area(units), high, "is larger"),
        Attribute("bedrooms", "Bedrooms", _bedrooms, high, "has more bedrooms"),
        Attribute("bathrooms", "Bathrooms", _bathrooms, high, "has more bathrooms"),
        Attribute("lot_size", "Lot", _lot_size(units), high, "has a larger lot"),
        Attribute("year_built", "Built", _year_built, high, "is newer"),
        Attribute("year_renovated", "Renovated", _year_renovated, high),
        Attribute("condition", "Condition", _condition, high, "is in better condition"),
        Attribute(
            "nice_to_haves",
            "Wished features",
            nice_to_haves,
            high,
            "has more of what was wished for",
        ),
    )


def _type(place: Place) -> Told:
    return Told(place.subject.details.property_type.value.replace("_", " "))


def _price(place: Place) -> Told:
    price = place.subject.price
    return Told(str(price), float(price.amount), price.currency)


def _share(wish: Wish) -> Tell:
    top = wish.requirements.budget_to

    def tell(place: Place) -> Told:
        if top is None or not top.amount or place.subject.price.currency != top.currency:
            return NOT_KNOWN
        share = round(100 * place.subject.price_amount / float(top.amount))
        return Told(f"{share}%", share, "%")

    return tell


def _per_area(units: AreaUnits) -> Tell:
    def tell(place: Place) -> Told:
        size, price = place.subject.details.living_area, place.subject.price
        if size is None or not in_units(size, units):
            return NOT_KNOWN
        each = round(place.subject.price_amount / in_units(size, units))
        return Told(money(each, price.currency), each, price.currency)

    return tell


def _distance(wish: Wish) -> Tell:
    def tell(place: Place) -> Told:
        nearest = nearest_area(wish, place.subject)
        if nearest is None:
            return NOT_KNOWN
        km = nearest.said_km
        return Told(f"{plain(km)} km from {nearest.place}", km, "km")

    return tell


def _living_area(units: AreaUnits) -> Tell:
    return lambda place: _sized(place.subject.details.living_area, units)


def _lot_size(units: AreaUnits) -> Tell:
    return lambda place: _sized(place.subject.details.lot_size, units)


def _sized(size: Size | None, units: AreaUnits) -> Told:
    if size is None:
        return NOT_KNOWN
    value, unit = in_units(size, units), UNIT_WORDS[units]
    return Told(f"{plain(value)} {unit}", value, unit)


def _bedrooms(place: Place) -> Told:
    return _number(place.subject.details.bedrooms_total)


def _bathrooms(place: Place) -> Told:
    there = place.subject.details.bathrooms_total
    return _number(None if there is None else float(there))


def _number(value: float | None) -> Told:
    return NOT_KNOWN if value is None else Told(plain(value), value)


def _year_built(place: Place) -> Told:
    return _year(place.subject.details.year_built)


def _year_renovated(place: Place) -> Told:
    return _year(place.subject.details.year_renovated)


def _year(year: int | None) -> Told:
    return NOT_KNOWN if year is None else Told(str(year), year)


def _condition(place: Place) -> Told:
    state = place.subject.details.condition
    return NOT_KNOWN if state is None else Told(state.value, state.grade)
