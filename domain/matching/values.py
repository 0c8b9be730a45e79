"""What matching needs to know of a home and of a client, and what a match is."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self
from uuid import UUID

from domain.contacts import Requirements
from domain.kernel import Value
from domain.properties import PropertyDetails, Status
from domain.terms import Purpose
from domain.values import Area, AreaUnits, GeoPoint, Money, Size


class Measured(Value):
    """A value that keeps what it has once worked out; a changed one works it out anew."""

    def but(self, **changes: Any) -> Self:
        changed = super().but(**changes)
        for name in changed.__dict__.keys() - type(self).model_fields.keys():
            del changed.__dict__[name]
        return changed


class Home(Measured):
    """A property as a client would judge it."""

    id: UUID
    status: Status = Status.ACTIVE
    purpose: Purpose = Purpose.SALE
    price: Money
    point: GeoPoint | None = None
    details: PropertyDetails

    @cached_property
    def price_amount(self) -> float:
        return float(self.price.amount)

    @cached_property
    def living_sqm(self) -> Decimal | None:
        return self.details.living_area.square_meters if self.details.living_area else None


class Wish(Measured):
    """A client's requirements; `looking` is False for a client who is archived or merged."""

    id: UUID
    requirements: Requirements
    looking: bool = True

    @cached_property
    def currency(self) -> str | None:
        return self.requirements.currency

    @cached_property
    def reaches(self) -> tuple[tuple[Area, GeoPoint, float], ...]:
        """Each wanted area with its middle and how far it reaches from there, in kilometres."""
        return tuple((area, area.middle, reach_km(area)) for area in self.requirements.areas)

    @cached_property
    def living_min_sqm(self) -> Decimal | None:
        return _sqm(self.requirements.living_area_min)

    @cached_property
    def living_max_sqm(self) -> Decimal | None:
        return _sqm(self.requirements.living_area_max)

    @cached_property
    def spoken_of(self) -> frozenset[str]:
        """The words in the names of wished features: `built_after_2000` speaks of "built"."""
        asks = self.requirements
        return frozenset("_".join((*asks.must_haves, *asks.nice_to_haves)).split("_"))

    @cached_property
    def area_units(self) -> AreaUnits | None:
        """The unit the client speaks in."""
        wanted = self.requirements.living_area_min or self.requirements.living_area_max
        return wanted.units if wanted else None


class Number(NamedTuple):
    """A fact with its unit: `USD`, `km`, `sq ft`, `sq m`, `acres`, `%`, `year`, `count`, `of 5`."""

    name: str
    value: float
    unit: str


class Side(StrEnum):
    FOR = "for"
    NEUTRAL = "neutral"
    AGAINST = "against"


class Grade(NamedTuple):
    """How well one thing about a home fits, from 0 to 1; `about` names the place or feature."""

    part: str
    value: float
    about: str
    numbers: tuple[Number, ...]


class Reason(NamedTuple):
    """A grade and its share of the score. A weight of 0 explains without counting."""

    part: str
    about: str
    value: float
    weight: float
    numbers: tuple[Number, ...]

    @property
    def contribution(self) -> float:
        """Points of the 100; those of all reasons add up to the score."""
        return round(100 * self.weight * self.value, 2)

    @property
    def side(self) -> Side:
        if self.value >= FOR_FROM:
            return Side.FOR
        return Side.AGAINST if self.value <= AGAINST_UPTO else Side.NEUTRAL

    def stored(self) -> dict[str, Any]:
        """To be written as JSON; `Reason.read` is the way back."""
        return {
            "part": self.part,
            "about": self.about,
            "value": self.value,
            "weight": self.weight,
            "numbers": self.numbers,
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Reason:
        numbers = tuple(Number(*each) for each in stored["numbers"])
        return cls(**{**stored, "numbers": numbers})


FOR_FROM, AGAINST_UPTO = 0.6, 0.4


class Match(NamedTuple):
    """A home for a client, from 0 to 100 points."""

    contact_id: UUID
    property_id: UUID
    score: float
    reasons: tuple[Reason, ...]


class Ranker(Protocol):
    """Puts homes in order for a client, and clients for a home: best first, then by id.

    Pairs that fail a hard requirement are left out. `name` and `version` are kept with each
    match, so that it can be told later how it came about.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    def judge(self, wish: Wish, home: Home) -> Match:
        """One pair by itself, whether or not the home fits."""

    def rank(self, wish: Wish, homes: Iterable[Home]) -> list[Match]: ...

    def rank_clients(self, home: Home, wishes: Iterable[Wish]) -> list[Match]: ...


def reach_km(area: Area) -> float:
    """From the middle to the edge: the radius, or the farthest corner."""
    if area.radius_km is not None:
        return area.radius_km
    return max(area.middle.km_to(corner) for corner in area.polygon)


def _sqm(size: Size | None) -> Decimal | None:
    return size.square_meters if size else None
