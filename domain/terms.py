"""Words of the trade that listings and wishes share. Names follow the RESO Data Dictionary."""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

Item = TypeVar("Item", bound=Hashable)


class PropertyType(StrEnum):
    """RESO PropertySubType, and `commercial` for all that nobody lives in."""

    SINGLE_FAMILY_RESIDENCE = "single_family_residence"
    TOWNHOUSE = "townhouse"
    CONDOMINIUM = "condominium"
    APARTMENT = "apartment"
    DUPLEX = "duplex"
    MULTI_FAMILY = "multi_family"
    MANUFACTURED_HOME = "manufactured_home"
    FARM = "farm"
    LAND = "land"
    COMMERCIAL = "commercial"


class Tenure(StrEnum):
    """The right that changes hands."""

    FREEHOLD = "freehold"
    LEASEHOLD = "leasehold"
    COMMONHOLD = "commonhold"
    RENTAL = "rental"


class Purpose(StrEnum):
    """What a property is listed for."""

    SALE = "sale"
    LEASE = "lease"


class Seeking(StrEnum):
    """What a client wants to do; `purpose` is what a fitting property is listed for."""

    BUY = "buy"
    RENT = "rent"

    @property
    def purpose(self) -> Purpose:
        return Purpose.SALE if self is Seeking.BUY else Purpose.LEASE


class Condition(StrEnum):
    """State of repair; `grade` is the King County Assessor's 1 (poor) to 5 (excellent)."""

    POOR = "poor"
    FAIR = "fair"
    AVERAGE = "average"
    GOOD = "good"
    EXCELLENT = "excellent"

    @property
    def grade(self) -> int:
        return GRADES[self]

    @classmethod
    def graded(cls, grade: int) -> Condition:
        """A ValueError outside 1 to 5."""
        if not 1 <= grade <= len(cls):
            raise ValueError(f"condition {grade} is not a grade from 1 to {len(cls)}")
        return list(cls)[grade - 1]


GRADES = {condition: grade for grade, condition in enumerate(Condition, 1)}


def distinct(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items in their order, each once."""
    return tuple(dict.fromkeys(items))


Feature = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,48}$")]
Features = Annotated[tuple[Feature, ...], Field(max_length=100), AfterValidator(distinct)]
