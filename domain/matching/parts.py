"""The parts of the score: each tells how close one thing is, from 0 to 1, and the numbers why.

A part yields nothing where the client has not stated it or the home does not tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from domain.matching.features import UNIT_WORDS, has, measured
from domain.matching.values import Grade, Home, Number, Wish
from domain.values import SQUARE_METERS, Area, AreaUnits, GeoPoint, Size

Part = Callable[[Wish, Home], Iterator[Grade]]

EMPTY_BUDGET, FULL_BUDGET = 0.35, 0.9
OLDEST, NEWEST = 1920, 2010
JUST_ENOUGH = 0.6
INSIDE_DRAWN = 0.05


def price(wish: Wish, home: Home) -> Iterator[Grade]:
    """Rises with the share of the budget that is used: full from 90 % to the top of it."""
    asks = wish.requirements
    top, bottom = asks.budget_to, asks.budget_from
    if top is None and bottom is None:
        return
    value, numbers = 1.0, [Number("price", home.price_amount, home.price.currency)]
    if top is not None:
        share = home.price_amount / float(top.amount) if top.amount else 9.99
        numbers.append(Number("budget_to", float(top.amount), top.currency))
        numbers.append(Number("budget_share", round(100 * share), "%"))
        value = used(share)
    if bottom is not None:
        numbers.append(Number("budget_from", float(bottom.amount), bottom.currency))
        if home.price.amount < bottom.amount:
            value = min(value, 0.5 * home.price_amount / float(bottom.amount))
    yield Grade("price", value, "", tuple(numbers))


def used(share: float) -> float:
    """How well a share of the budget is used; above the top it falls off steeply."""
    if share > 1:
        return max(0.0, 1 - 5 * (share - 1))
    return _between((share - EMPTY_BUDGET) / (FULL_BUDGET - EMPTY_BUDGET))


def distance(wish: Wish, home: Home) -> Iterator[Grade]:
    """To the middle of the wanted area it lies best in: 1 in the middle, 0 at the edge.

    Anywhere inside a drawn area is worth a little.
    """
    near = nearest_area(wish, home)
    if near is None:
        return
    value = 0.0 if near.outside else _between(1 - (near.km / near.reach) ** 2)
    if near.drawn and not near.outside:
        value = max(value, INSIDE_DRAWN)
    edge = Number("edge" if near.drawn else "radius", round(near.reach, 2), "km")
    yield Grade("distance", value, near.place, (Number("distance", near.said_km, "km"), edge))


class Near(NamedTuple):
    """The wanted area that a home lies best in; `reach` is from its middle to its edge."""

    outside: bool
    share: float
    place: str
    km: float
    reach: float
    drawn: bool

    @property
    def said_km(self) -> float:
        """With as few digits as leave it on its side of the edge."""
        for digits in (1, 2, 3):
            said = round(self.km, digits)
            if self.drawn or (said > self.reach) == self.outside:
                return said
        return self.km


def nearest_area(wish: Wish, home: Home) -> Near | None:
    """One that holds the home, if any does; of several, by the share of its reach."""
    if home.point is None or not wish.reaches:
        return None
    return min(_near(reached, home.point) for reached in wish.reaches)


def _near(reached: tuple[Area, GeoPoint, float], point: GeoPoint) -> Near:
    area, middle, reach = reached
    km, drawn = middle.km_to(point), bool(area.polygon)
    outside = not area.holds(point) if drawn else km > reach
    return Near(outside, km / reach, area.place, km, reach, drawn)


def living_area(wish: Wish, home: Home) -> Iterator[Grade]:
    """Just the least asked for is enough; 40 % above it and no more than the most is full."""
    least, most = wish.living_min_sqm or None, wish.living_max_sqm
    size = home.details.living_area
    if size is None or (least is None and most is None):
        return
    numbers = list(_sizes(wish, size))
    value = 1.0
    if least:
        share = float(size.square_meters / least)
        numbers.append(Number("above_least", abs(round(100 * (share - 1))), "%"))
        value = _between(JUST_ENOUGH + (share - 1)) if share >= 1 else _between(share - 0.5)
    if most and size.square_meters > most:
        value = min(value, _between(1.5 - float(size.square_meters / most)))
    yield Grade("living_area", value, "", tuple(numbers))


def _sizes(wish: Wish, size: Size) -> Iterator[Number]:
    units = wish.area_units or size.units
    asks = wish.requirements
    for name, each in (
        ("living_area", size),
        ("living_area_min", asks.living_area_min),
        ("living_area_max", asks.living_area_max),
    ):
        if each is not None and (each.value or each is size):
            yield Number(name, in_units(each, units), UNIT_WORDS[units])


def in_units(size: Size, units: AreaUnits) -> float:
    """The same area in another unit, rounded as one would say it."""
    value = size.value if size.units is units else size.square_meters / SQUARE_METERS[units]
    return round(float(value), 2 if units is AreaUnits.ACRES else 0)


def bedrooms(wish: Wish, home: Home) -> Iterator[Grade]:
    """One or two more than asked for is better; the number asked for is enough."""
    asked, there = wish.requirements.bedrooms_min, home.details.bedrooms_total
    if asked is not None and there is not None:
        yield _counted("bedrooms", there, asked)


def bathrooms(wish: Wish, home: Home) -> Iterator[Grade]:
    asked, there = wish.requirements.bathrooms_min, home.details.bathrooms_total
    if asked is not None and there is not None:
        yield _counted("bathrooms", float(there), float(asked))


def _counted(part: str, there: float, asked: float) -> Grade:
    numbers = (Number(part, there, "count"), Number(f"{part}_min", asked, "count"))
    more = there - asked
    return Grade(part, _between(JUST_ENOUGH + (0.2 if more >= 0 else 0.4) * more), "", numbers)


def nice_to_have(wish: Wish, home: Home) -> Iterator[Grade]:
    """Each wished feature by itself."""
    for feature in wish.requirements.nice_to_haves:
        met = 1.0 if has(home.details, feature) else 0.0
        yield Grade("nice_to_have", met, feature, measured(home.details, feature))


def must_have(wish: Wish, home: Home) -> Iterator[Grade]:
    """Told, but not counted: a home without them is no match."""
    for feature in wish.requirements.must_haves:
        met = 1.0 if has(home.details, feature) else 0.0
        yield Grade("must_have", met, feature, measured(home.details, feature))


def condition(wish: Wish, home: Home) -> Iterator[Grade]:
    """From poor to excellent, unless a wished feature speaks of it already."""
    state = home.details.condition
    if state is not None and "condition" not in wish.spoken_of:
        yield Grade("condition", (state.grade - 1) / 4, state.value, ())


def age(wish: Wish, home: Home) -> Iterator[Grade]:
    """Newer is a little better, and a renovation makes up for half of the years before it.

    Not where a wished feature speaks of it already.
    """
    built, renewed = home.details.year_built, home.details.year_renovated
    if built is None or "built" in wish.spoken_of:
        return
    numbers = [Number("year_built", built, "year")]
    year = float(built)
    if renewed is not None:
        numbers.append(Number("year_renovated", renewed, "year"))
        year = (built + renewed) / 2
    yield Grade("age", _between((year - OLDEST) / (NEWEST - OLDEST)), "", tuple(numbers))


def _between(value: float) -> float:
    return min(1.0, max(0.0, value))


PARTS: dict[str, Part] = {
    "price": price,
    "nice_to_have": nice_to_have,
    "distance": distance,
    "living_area": living_area,
    "bedrooms": bedrooms,
    "bathrooms": bathrooms,
    "condition": condition,
    "age": age,
    "must_have": must_have,
}
WEIGHTS: dict[str, float] = {
    "price": 0.30,
    "nice_to_have": 0.20,
    "distance": 0.16,
    "living_area": 0.10,
    "bedrooms": 0.08,
    "bathrooms": 0.06,
    "condition": 0.06,
    "age": 0.04,
}
