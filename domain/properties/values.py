"""What a property is made of, and the machine of its statuses, in RESO terms."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from domain.kernel import Value
from domain.terms import Condition, Features, PropertyType, Tenure
from domain.values import Baths, Count, Line, Sha256, Size, Year

MOST_PHOTOS = 100

ListingId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^\S(.*\S)?$"),
]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Floors = Annotated[Decimal, Field(ge=0, le=1000, max_digits=6, decimal_places=2)]


class Status(StrEnum):
    """RESO StandardStatus, with Closed told apart as sold or let."""

    DRAFT = "draft"
    ACTIVE = "active"
    UNDER_OFFER = "under_offer"
    PENDING = "pending"
    SOLD = "sold"
    LET = "let"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


TRANSITIONS: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.DRAFT, Status.ACTIVE}),
    Status.DRAFT: frozenset({Status.ACTIVE, Status.WITHDRAWN}),
    Status.ACTIVE: frozenset(
        {Status.UNDER_OFFER, Status.SOLD, Status.LET, Status.WITHDRAWN, Status.EXPIRED}
    ),
    Status.UNDER_OFFER: frozenset({Status.ACTIVE, Status.PENDING, Status.SOLD, Status.LET}),
    Status.PENDING: frozenset({Status.ACTIVE, Status.SOLD, Status.LET}),
    Status.SOLD: frozenset({Status.ACTIVE}),
    Status.LET: frozenset({Status.ACTIVE}),
    Status.WITHDRAWN: frozenset({Status.ACTIVE, Status.SOLD, Status.LET}),
    Status.EXPIRED: frozenset({Status.ACTIVE, Status.SOLD, Status.LET}),
}
"""From each status (None: not yet listed) to those that may follow. Sold homes come back."""

RESERVED = frozenset({Status.UNDER_OFFER, Status.PENDING})
CLOSED = frozenset({Status.SOLD, Status.LET})
PRICED_ANEW = frozenset({Status.DRAFT, Status.ACTIVE, Status.UNDER_OFFER})


class Photo(Value):
    """A picture kept elsewhere; the SHA-256 of its bytes is its name here."""

    url: Annotated[Reference, Field(description="RESO MediaURL, or a reference into a file store")]
    sha256: Sha256
    caption: Line | None = None


class PropertyDetails(Value):
    """The physical home and its title; what is not known is left out. Zero bedrooms is a studio."""

    property_type: PropertyType
    tenure: Tenure | None = None
    living_area: Size | None = None
    lot_size: Size | None = None
    rooms_total: Count | None = None
    bedrooms_total: Count | None = None
    bathrooms_total: Annotated[Baths | None, Field(description="Quarters count: 0.75")] = None
    stories: Floors | None = None
    year_built: Year | None = None
    year_renovated: Year | None = None
    condition: Condition | None = None
    features: Features = ()

    @field_validator("features")
    @classmethod
    def _in_order(cls, features: tuple[str, ...]) -> tuple[str, ...]:
        """So that the same features in another order are the same details."""
        return tuple(sorted(features))

    @model_validator(mode="after")
    def _built_first(self) -> Self:
        if self.year_built and self.year_renovated and self.year_renovated < self.year_built:
            raise ValueError("year_renovated must not be before year_built")
        return self
