"""What can be asked of a home's entry in the book: what it is, where, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from commands.base import Command
from commands.ledger import Ledger, Receipt
from commands.properties.examples import ADDRESS, DETAILS, HOME, OWNER, POINT, PRICE, SHA256
from domain.contacts import Contact
from domain.kernel import Aggregate, Fact
from domain.properties import (
    MOST_PHOTOS,
    ListingId,
    ListingIdClaim,
    Photo,
    Property,
    PropertyDetails,
    PropertyListed,
)
from domain.terms import Purpose
from domain.values import Address, Day, GeoPoint, Money, Sha256, Text


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
    details: PropertyDetails
    listing_id: ListingId | None = None
    photos: Annotated[tuple[Photo, ...], Field(max_length=MOST_PHOTOS)] = ()
    owner_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    public_remarks: Text = ""
    listed_on: Day | None = None
    as_draft: bool = False


class DescribeProperty(Command):
    """Write another description for the public."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "property_id": HOME,
        "public_remarks": "Craftsman with a finished basement and a new roof.",
    }

    property_id: UUID
    public_remarks: Text


class CorrectPropertyDetails(Command):
    """Describe the home anew: what is left out is no longer known."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "details": DETAILS}

    property_id: UUID
    details: PropertyDetails


class CorrectPropertyAddress(Command):
    """Say where the home really is: address and point together."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "address": ADDRESS, "point": POINT}

    property_id: UUID
    address: Address
    point: GeoPoint | None = None


class CorrectListingId(Command):
    """Give the property another MLS number, or none."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "listing_id": "NW-2041878"}

    property_id: UUID
    listing_id: ListingId | None


class CorrectPropertyOwners(Command):
    """Say which contacts own the home: all of them, in the order to show."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "owner_ids": [OWNER]}

    property_id: UUID
    owner_ids: Annotated[tuple[UUID, ...], Field(max_length=50)]


class AddPropertyPhoto(Command):
    """Show one more picture, after those there are."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "property_id": HOME,
        "photo": {"url": "https://example.com/front.jpg", "sha256": SHA256, "caption": "Front"},
    }

    property_id: UUID
    photo: Photo


class RemovePropertyPhoto(Command):
    """Show the picture with these bytes no more."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "sha256": SHA256}

    property_id: UUID
    sha256: Sha256


def list_property(command: ListProperty, ledger: Ledger) -> Receipt:
    home = ledger.find(Property, ledger.new_id(command.property_id))
    _must_be_known(command.owner_ids, ledger)
    known = {name: value for name, value in command if name != "property_id"}
    facts = home.list(PropertyListed(**known))
    return ledger.append(home, facts, *_claims(ledger, home, command.listing_id))


def describe_property(command: DescribeProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.describe(command.public_remarks))


def correct_property_details(command: CorrectPropertyDetails, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.correct_details(command.details))


def correct_property_address(command: CorrectPropertyAddress, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.correct_address(command.address, command.point))


def correct_listing_id(command: CorrectListingId, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    facts = home.correct_listing_id(command.listing_id)
    return ledger.append(home, facts, *_claims(ledger, home, command.listing_id))


def correct_property_owners(command: CorrectPropertyOwners, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    _must_be_known(command.owner_ids, ledger)
    return ledger.append(home, home.correct_owners(command.owner_ids))


def add_property_photo(command: AddPropertyPhoto, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.add_photo(command.photo))


def remove_property_photo(command: RemovePropertyPhoto, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.remove_photo(command.sha256))


def _claims(
    ledger: Ledger, home: Property, number: ListingId | None
) -> list[tuple[Aggregate, list[Fact]]]:
    """The new MLS number is claimed and the old one given back."""
    new, old = _claim(ledger, number), _claim(ledger, home.listing_id)
    if new and old and new.id == old.id:
        return []
    claimed = [(new, new.claim(home.id))] if new else []
    released = [(old, old.release(home.id))] if old else []
    return [*claimed, *released]


def _claim(ledger: Ledger, number: ListingId | None) -> ListingIdClaim | None:
    """The claim on an MLS number; upper and lower case are the same number."""
    if number is None:
        return None
    return ledger.find(ListingIdClaim, ledger.key(ListingIdClaim.KIND, number.casefold()))


def _must_be_known(owner_ids: tuple[UUID, ...], ledger: Ledger) -> None:
    for owner_id in owner_ids:
        ledger.load(Contact, owner_id)
