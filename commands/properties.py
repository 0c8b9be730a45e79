"""What can be asked of properties."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from commands.base import Command
from commands.ledger import Ledger, Receipt
from domain.kernel import Aggregate, Fact
from domain.properties import (
    MOST_PHOTOS,
    Details,
    ListingId,
    ListingIdClaim,
    Photo,
    Property,
    PropertyListed,
)
from domain.terms import Purpose
from domain.values import Address, Day, GeoPoint, Money, Text

HOME = "6f1c9d2e-0b3a-4c57-9a55-1d3e8f7a2b40"
ADDRESS = {
    "street": "4302 Evanston Ave N",
    "city": "Seattle",
    "state_or_province": "WA",
    "postal_code": "98103",
}
POINT = {"latitude": 47.6596, "longitude": -122.3522}
PRICE = {"amount": "645000.00", "currency": "USD"}
DETAILS = {
    "property_type": "single_family_residence",
    "tenure": "freehold",
    "living_area": {"value": "1790", "units": "square_feet"},
    "lot_size": {"value": "4000", "units": "square_feet"},
    "bedrooms_total": 3,
    "bathrooms_total": "1.75",
    "stories": "1.5",
    "year_built": 1926,
    "year_renovated": 2004,
    "condition": "good",
    "features": ["basement", "view"],
}


class ListProperty(Command):
    """Enter a property in the book, on the market or as a draft."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "property_id": HOME,
        "address": ADDRESS,
        "point": POINT,
        "purpose": "sale",
        "list_price": PRICE,
        "details": DETAILS,
        "listing_id": "NW-2041877",
        "public_remarks": "Craftsman with a finished basement, two blocks from the zoo.",
    }

    property_id: UUID | None = None
    address: Address
    point: GeoPoint | None = None
    purpose: Purpose = Purpose.SALE
    list_price: Money
    details: Details
    listing_id: ListingId | None = None
    photos: Annotated[tuple[Photo, ...], Field(max_length=MOST_PHOTOS)] = ()
    owner_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    public_remarks: Text = ""
    listed_on: Day | None = None
    as_draft: bool = False


class RepriceProperty(Command):
    """Ask another price for a property, before its deal is pending."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "list_price": PRICE}

    property_id: UUID
    list_price: Money


def list_property(command: ListProperty, ledger: Ledger) -> Receipt:
    home = ledger.find(Property, ledger.new_id(command.property_id))
    known = {name: value for name, value in command if name != "property_id"}
    facts = home.list(PropertyListed(**known))
    return ledger.append(home, facts, *_claimed(ledger, home, command.listing_id))


def reprice_property(command: RepriceProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.reprice(command.list_price))


def _claimed(
    ledger: Ledger, home: Property, number: ListingId | None
) -> list[tuple[Aggregate, list[Fact]]]:
    if number is None:
        return []
    claim = _claim(ledger, number)
    return [(claim, claim.claim(home.id))]


def _claim(ledger: Ledger, number: ListingId) -> ListingIdClaim:
    """The claim on an MLS number; upper and lower case are the same number."""
    return ledger.find(ListingIdClaim, ledger.key(ListingIdClaim.KIND, number.casefold()))
