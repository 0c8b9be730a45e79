"""Hard requirements: a home that fails one of them is no match. What is not known does not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from domain.matching.features import UNIT_WORDS, has, measured
from domain.matching.parts import in_units, nearest_area
from domain.matching.sentences import counted, missing_words, plain
from domain.matching.values import Home, Wish
from domain.properties import Status
from domain.terms import Purpose
from domain.values import Size

T = TypeVar("T", int, float)

Holds = Callable[[Wish, Home], bool]


@dataclass(frozen=True)
class Check:
    """`says` tells in words why a home fails; it is asked only where `holds` is False."""

    name: str
    holds: Holds
    says: Callable[[Wish, Home], str]


@dataclass(frozen=True)
class Unmet:
    """A hard requirement that the home fails."""

    check: str
    sentence: str


def passes(wish: Wish, home: Home) -> bool:
    return all(check.holds(wish, home) for check in CHECKS)


def unmet(wish: Wish, home: Home) -> tuple[Unmet, ...]:
    """What the home fails, in the order of the checks; empty if it fits."""
    failed = (check for check in CHECKS if not check.holds(wish, home))
    return tuple(Unmet(check.name, check.says(wish, home)) for check in failed)


def _looking(wish: Wish, _: Home) -> bool:
    return wish.looking


def _active(_: Wish, home: Home) -> bool:
    return home.status is Status.ACTIVE


def _purpose(wish: Wish, home: Home) -> bool:
    return home.purpose is wish.requirements.purpose.purpose


def _currency(wish: Wish, home: Home) -> bool:
    return wish.currency in (None, home.price.currency)


def _price(wish: Wish, home: Home) -> bool:
    top = wish.requirements.budget_to
    return top is None or home.price.amount <= top.amount


def _area(wish: Wish, home: Home) -> bool:
    areas, point = wish.requirements.areas, home.point
    return not areas or (point is not None and any(area.holds(point) for area in areas))


def _bedrooms(wish: Wish, home: Home) -> bool:
    asks = wish.requirements
    return _within(home.details.bedrooms_total, asks.bedrooms_min, asks.bedrooms_max)


def _bathrooms(wish: Wish, home: Home) -> bool:
    least, there = wish.requirements.bathrooms_min, home.details.bathrooms_total
    return least is None or (there is not None and there >= least)


def _living_area(wish: Wish, home: Home) -> bool:
    least, most, there = wish.living_min_sqm, wish.living_max_sqm, home.living_sqm
    if there is None:
        return least is None and most is None
    return (least is None or there >= least) and (most is None or there <= most)


def _property_type(wish: Wish, home: Home) -> bool:
    wanted = wish.requirements.property_types
    return not wanted or home.details.property_type in wanted


def _must_haves(wish: Wish, home: Home) -> bool:
    return all(has(home.details, feature) for feature in wish.requirements.must_haves)


def _within(there: T | None, least: T | None, most: T | None) -> bool:
    if there is None:
        return least is None and most is None
    return (least is None or there >= least) and (most is None or there <= most)


def _says_area(wish: Wish, home: Home) -> str:
    near = nearest_area(wish, home)
    if near is None:
        return "its place is not known"
    outside = "the area drawn" if near.drawn else f"the {plain(near.reach)} km asked for"
    return f"{plain(near.said_km)} km from the middle of {near.place}, outside {outside}"


def _says_price(wish: Wish, home: Home) -> str:
    return f"{home.price} is over the top of the budget ({wish.requirements.budget_to})"


def _says_bedrooms(wish: Wish, home: Home) -> str:
    asks, there = wish.requirements, home.details.bedrooms_total
    if there is None:
        return "the number of bedrooms is not known"
    if asks.bedrooms_min is not None and there < asks.bedrooms_min:
        return f"{counted(there, 'bedroom')}, fewer than the {asks.bedrooms_min} asked for"
    return f"{counted(there, 'bedroom')}, more than the {asks.bedrooms_max} at most asked for"


def _says_bathrooms(wish: Wish, home: Home) -> str:
    asked, there = wish.requirements.bathrooms_min, home.details.bathrooms_total
    if there is None or asked is None:
        return "the number of bathrooms is not known"
    return f"{counted(float(there), 'bathroom')}, fewer than the {plain(float(asked))} asked for"


def _says_living_area(wish: Wish, home: Home) -> str:
    size, least, asks = home.details.living_area, wish.living_min_sqm, wish.requirements
    if size is None:
        return "the living area is not known"
    there = f"{_said(wish, size)} of living area"
    if least is not None and size.square_meters < least:
        return f"{there}, less than the {_said(wish, asks.living_area_min)} asked for"
    return f"{there}, more than the {_said(wish, asks.living_area_max)} at most asked for"


def _said(wish: Wish, size: Size | None) -> str:
    units = wish.area_units
    if size is None or units is None:
        return ""
    return f"{plain(in_units(size, units))} {UNIT_WORDS[units]}"


def _says_type(wish: Wish, home: Home) -> str:
    wanted = " or ".join(words(kind) for kind in wish.requirements.property_types)
    return f"{words(home.details.property_type)}, not {wanted}"


def _says_must_haves(wish: Wish, home: Home) -> str:
    lacking = (it for it in wish.requirements.must_haves if not has(home.details, it))
    return "; ".join(missing_words(it, measured(home.details, it), "is a must") for it in lacking)


def words(term: str) -> str:
    return term.replace("_", " ")


OFFERED = {Purpose.SALE: "for sale", Purpose.LEASE: "for lease"}

CHECKS: tuple[Check, ...] = (
    Check("looking", _looking, lambda *_: "the client is not looking at present"),
    Check("status", _active, lambda _, home: f"not on the market: {words(home.status)}"),
    Check("purpose", _purpose, lambda _, home: f"offered {OFFERED[home.purpose]} only"),
    Check(
        "currency",
        _currency,
        lambda wish, home: f"priced in {home.price.currency}, not {wish.currency}",
    ),
    Check("price", _price, _says_price),
    Check("property_type", _property_type, _says_type),
    Check("bedrooms", _bedrooms, _says_bedrooms),
    Check("bathrooms", _bathrooms, _says_bathrooms),
    Check("living_area", _living_area, _says_living_area),
    Check("must_haves", _must_haves, _says_must_haves),
    Check("area", _area, _says_area),
)
