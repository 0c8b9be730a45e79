"""What can happen to a property, and to the claim on its MLS number."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel import Fact
from domain.properties.values import MOST_PHOTOS, ListingId, Photo, PropertyDetails
from domain.terms import Purpose
from domain.values import Address, Day, GeoPoint, Line, Money, Sha256, Text


class PropertyListed(Fact):
    """A home enters the book, as a draft or right on the market.

    `listed_on` is the day the listing contract began, where it is not the day of recording.
    """

    NAME = "property.listed"
    address: Address
    point: GeoPoint | None = None
    purpose: Purpose
    list_price: Money
    details: PropertyDetails
    listing_id: ListingId | None = None
    photos: Annotated[tuple[Photo, ...], Field(max_length=MOST_PHOTOS)] = ()
    owner_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    public_remarks: Text = ""
    listed_on: Day | None = None
    as_draft: bool = False


class PropertyPublished(Fact):
    """A draft goes on the market."""

    NAME = "property.published"


class PropertyDescribed(Fact):
    """The description shown to the public is another."""

    NAME = "property.described"
    public_remarks: Text


class PropertyRepriced(Fact):
    """The owner asks another price."""

    NAME = "property.repriced"
    list_price: Money


class PropertyDetailsCorrected(Fact):
    """The home is described anew, as a whole."""

    NAME = "property.details_corrected"
    details: PropertyDetails


class PropertyAddressCorrected(Fact):
    """The home is elsewhere than was written down."""

    NAME = "property.address_corrected"
    address: Address
    point: GeoPoint | None = None


class PropertyListingIdCorrected(Fact):
    """The property has another MLS number, or none."""

    NAME = "property.listing_id_corrected"
    listing_id: ListingId | None


class PropertyOwnersCorrected(Fact):
    """The home belongs to these contacts."""

    NAME = "property.owners_corrected"
    owner_ids: tuple[UUID, ...]


class PropertyPhotoAdded(Fact):
    """One more picture, after those there are."""

    NAME = "property.photo_added"
    photo: Photo


class PropertyPhotoRemoved(Fact):
    """The picture with these bytes is no longer shown."""

    NAME = "property.photo_removed"
    sha256: Sha256


class PropertyPutUnderOffer(Fact):
    """An offer of this deal was accepted: the home is held for it."""

    NAME = "property.put_under_offer"
    deal_id: UUID


class PropertyReleased(Fact):
    """The deal fell through: the home is on the market again."""

    NAME = "property.released"
    deal_id: UUID


class PropertyWentPending(Fact):
    """Every condition of the deal is met; only closing remains."""

    NAME = "property.went_pending"


class PropertySold(Fact):
    """The home was sold: by a deal of this book, or elsewhere."""

    NAME = "property.sold"
    deal_id: UUID | None = None
    close_price: Money
    close_date: Day


class PropertyLet(Fact):
    """The home was let: by a deal of this book, or elsewhere."""

    NAME = "property.let"
    deal_id: UUID | None = None
    close_price: Money
    close_date: Day


class PropertyWithdrawn(Fact):
    """The owner took the home off the market."""

    NAME = "property.withdrawn"
    reason: Line


class PropertyExpired(Fact):
    """The listing contract ran out."""

    NAME = "property.expired"


class PropertyRelisted(Fact):
    """The home is on the market again, at this price; its history stays."""

    NAME = "property.relisted"
    list_price: Money


class ListingIdClaimed(Fact):
    """The MLS number belongs to this property."""

    NAME = "listing_id.claimed"
    property_id: UUID


class ListingIdReleased(Fact):
    """The MLS number is free again."""

    NAME = "listing_id.released"
    property_id: UUID
