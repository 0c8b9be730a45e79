"""One property an MLS number: the number's own stream, its id made from agency and number."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from domain.kernel import Aggregate, Fact
from domain.properties.facts import ListingIdClaimed, ListingIdReleased
from domain.properties.refusals import ListingIdNotHeld, ListingIdTaken


class ListingIdClaim(Aggregate):
    """Who has the MLS number; nobody before the first claim and after a release."""

    KIND: ClassVar[str] = "listing_id"

    property_id: UUID | None = None

    def claim(self, property_id: UUID) -> list[Fact]:
        """Take the number; its holder may ask again and changes nothing."""
        if self.property_id not in (None, property_id):
            raise ListingIdTaken(property_id=str(self.property_id))
        held = self.property_id == property_id
        return [] if held else [ListingIdClaimed(property_id=property_id)]

    def release(self, property_id: UUID) -> list[Fact]:
        if self.property_id != property_id:
            raise ListingIdNotHeld
        return [ListingIdReleased(property_id=property_id)]

    def evolve(self, fact: Fact) -> Self:
        match fact:
            case ListingIdClaimed(property_id=holder):
                return self.but(property_id=holder)
            case ListingIdReleased():
                return self.but(property_id=None)
        return self
