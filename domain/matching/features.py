"""Features that a listing states, and those that its facts tell.

A wished feature is met if the listing states it by that name, or if a rule here finds it in the
facts of the home. A name that no rule knows must be stated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from domain.matching.values import Number
from domain.properties import PropertyDetails
from domain.terms import Condition
from domain.values import AreaUnits, Size

LARGE_LOT = Size(value=Decimal(10_000), units=AreaUnits.SQUARE_FEET)

UNIT_WORDS = {
    AreaUnits.SQUARE_FEET: "sq ft",
    AreaUnits.SQUARE_METERS: "sq m",
    AreaUnits.ACRES: "acres",
}


def _graded(least: Condition) -> Callable[[PropertyDetails], bool]:
    return lambda home: home.condition is not None and home.condition.grade >= least.grade


def _has_view(home: PropertyDetails) -> bool:
    return any(feature.endswith("_view") for feature in home.features)


def _single_storey(home: PropertyDetails) -> bool:
    return home.stories is not None and home.stories <= 1


def _large_lot(home: PropertyDetails) -> bool:
    return home.lot_size is not None and home.lot_size.square_meters >= LARGE_LOT.square_meters


DERIVED: dict[str, Callable[[PropertyDetails], bool]] = {
    "renovated": lambda home: home.year_renovated is not None,
    "good_condition": _graded(Condition.GOOD),
    "excellent_condition": _graded(Condition.EXCELLENT),
    "single_storey": _single_storey,
    "large_lot": _large_lot,
    "view": _has_view,
}


def _built_after(home: PropertyDetails, year: int) -> bool:
    return home.year_built is not None and home.year_built > year


def _built_before(home: PropertyDetails, year: int) -> bool:
    return home.year_built is not None and home.year_built < year


def _renovated_after(home: PropertyDetails, year: int) -> bool:
    return home.year_renovated is not None and home.year_renovated > year


DATED: dict[str, Callable[[PropertyDetails, int], bool]] = {
    "built_after": _built_after,
    "built_before": _built_before,
    "renovated_after": _renovated_after,
}
YEARLY = re.compile(r"^(.+)_([0-9]{4})$")


def dated(feature: str) -> tuple[str, int] | None:
    """`built_after_2000` as ("built_after", 2000); nothing if the name is not of that kind."""
    found = YEARLY.match(feature)
    if found is None or found[1] not in DATED:
        return None
    return found[1], int(found[2])


def has(home: PropertyDetails, feature: str) -> bool:
    """Whether the home has it, stated or derived. What is not known is not there."""
    if feature in home.features:
        return True
    if rule := DERIVED.get(feature):
        return rule(home)
    when = dated(feature)
    return when is not None and DATED[when[0]](home, when[1])


def tags(home: PropertyDetails) -> list[str]:
    """Every feature it has whose name can be listed: all but the dated ones not stated."""
    derived = (name for name, rule in DERIVED.items() if rule(home))
    return sorted({*home.features, *derived})


def measured(home: PropertyDetails, feature: str) -> tuple[Number, ...]:
    """The numbers that show why it has the feature, or has it not."""
    return tuple(_measured(home, feature))


def _measured(home: PropertyDetails, feature: str) -> Iterator[Number]:
    name, year = dated(feature) or (feature, None)
    if name in ("built_after", "built_before") and home.year_built:
        yield Number("year_built", home.year_built, "year")
    if name.startswith("renovated") and home.year_renovated:
        yield Number("year_renovated", home.year_renovated, "year")
    if name == "single_storey" and home.stories is not None:
        yield Number("stories", float(home.stories), "count")
    if name.endswith("_condition") and home.condition is not None:
        yield Number("condition", home.condition.grade, "of 5")
    if name == "large_lot" and home.lot_size is not None:
        yield Number("lot_size", float(home.lot_size.value), UNIT_WORDS[home.lot_size.units])
    if year is not None:
        yield Number("wanted_year", year, "year")
