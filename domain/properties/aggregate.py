"""A property: what may be decided about it, and what it is after each fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self
from uuid import UUID

from domain.kernel import Aggregate, DomainError, Fact
from domain.properties import facts as happened
from domain.properties import refusals as refused
from domain.properties.values import (
    CLOSED,
    MOST_PHOTOS,
    PRICED_ANEW,
    RESERVED,
    TRANSITIONS,
    ListingId,
    Photo,
    PropertyDetails,
    Status,
)
from domain.terms import Purpose
from domain.values import Address, Day, GeoPoint, Money


class Property(Aggregate):
    """`deal_id` is the deal that holds it while it is under offer or pending."""

    KIND: ClassVar[str] = "property"

    status: Status | None = None
    purpose: Purpose = Purpose.SALE
    address: Address | None = None
    point: GeoPoint | None = None
    list_price: Money | None = None
    details: PropertyDetails | None = None
    listing_id: ListingId | None = None
    photos: tuple[Photo, ...] = ()
    owner_ids: tuple[UUID, ...] = ()
    public_remarks: str = ""
    deal_id: UUID | None = None
    close_price: Money | None = None
    close_date: Day | None = None

    def list(self, listing: happened.PropertyListed) -> Sequence[Fact]:
        """Enter the book with all that is known of the home."""
        if self.status is not None:
            raise refused.PropertyAlreadyListed
        _refuse_nothing(listing.list_price)
        _refuse_twice(listing.owner_ids)
        if len({photo.sha256 for photo in listing.photos}) < len(listing.photos):
            raise refused.PhotoAlreadyAdded
        return [listing]

    def publish(self) -> Sequence[Fact]:
        if self.status is not Status.DRAFT:
            raise refused.PropertyNotDraft
        return [happened.PropertyPublished()]

    def reprice(self, price: Money) -> Sequence[Fact]:
        """Ask another price, before the deal is pending; the same price changes nothing."""
        if self.status is Status.PENDING:
            raise refused.PropertyAlreadyPending
        if self.status not in PRICED_ANEW:
            raise refused.PropertyNotListed
        self._refuse_price(price)
        return [] if price == self.list_price else [happened.PropertyRepriced(list_price=price)]

    def describe(self, remarks: str) -> Sequence[Fact]:
        same = remarks == self.public_remarks
        return [] if same else [happened.PropertyDescribed(public_remarks=remarks)]

    def correct_details(self, details: PropertyDetails) -> Sequence[Fact]:
        """Whatever the status: what is known of a sold home can be wrong too."""
        same = details == self.details
        return [] if same else [happened.PropertyDetailsCorrected(details=details)]

    def correct_address(self, address: Address, point: GeoPoint | None) -> Sequence[Fact]:
        same = (address, point) == (self.address, self.point)
        return [] if same else [happened.PropertyAddressCorrected(address=address, point=point)]

    def correct_listing_id(self, listing_id: ListingId | None) -> Sequence[Fact]:
        """The claim on the number is decided by ListingIdClaim, in the same transaction."""
        same = listing_id == self.listing_id
        return [] if same else [happened.PropertyListingIdCorrected(listing_id=listing_id)]

    def correct_owners(self, owner_ids: tuple[UUID, ...]) -> Sequence[Fact]:
        _refuse_twice(owner_ids)
        same = owner_ids == self.owner_ids
        return [] if same else [happened.PropertyOwnersCorrected(owner_ids=owner_ids)]

    def add_photo(self, photo: Photo) -> Sequence[Fact]:
        if self._shows(photo.sha256):
            raise refused.PhotoAlreadyAdded
        if len(self.photos) >= MOST_PHOTOS:
            raise refused.TooManyPhotos
        return [happened.PropertyPhotoAdded(photo=photo)]

    def remove_photo(self, sha256: str) -> Sequence[Fact]:
        if not self._shows(sha256):
            raise refused.PhotoNotThere
        return [happened.PropertyPhotoRemoved(sha256=sha256)]

    def reserve(self, deal_id: UUID) -> Sequence[Fact]:
        """Hold it for the deal whose offer was accepted; that deal may ask again."""
        if self.deal_id == deal_id:
            return []
        if self.deal_id is not None:
            raise refused.PropertyAlreadyUnderOffer(deal_id=str(self.deal_id))
        self._refuse_unreachable(Status.UNDER_OFFER, refused.PropertyNotListed)
        return [happened.PropertyPutUnderOffer(deal_id=deal_id)]

    def release(self, deal_id: UUID) -> Sequence[Fact]:
        """Back on the market, as the deal that held it fell through."""
        self._refuse_other_deal(deal_id)
        return [happened.PropertyReleased(deal_id=deal_id)]

    def mark_pending(self) -> Sequence[Fact]:
        if self.status is Status.PENDING:
            return []
        self._refuse_unreachable(Status.PENDING, refused.PropertyNotUnderOffer)
        return [happened.PropertyWentPending()]

    def close(self, deal_id: UUID, outcome: Status, price: Money, day: Day) -> Sequence[Fact]:
        """Sold or let by the deal that holds it."""
        self._refuse_other_deal(deal_id)
        return self._closed(outcome, price, day, deal_id)

    def close_elsewhere(self, outcome: Status, price: Money, day: Day) -> Sequence[Fact]:
        """Sold or let without a deal of this book, even after the listing had ended."""
        if self.deal_id is not None:
            raise refused.PropertyHeldByDeal(deal_id=str(self.deal_id))
        if self.status in CLOSED:
            raise refused.PropertyAlreadyClosed
        self._refuse_unreachable(outcome, refused.PropertyNotListed)
        return self._closed(outcome, price, day, None)

    def withdraw(self, reason: str) -> Sequence[Fact]:
        self._refuse_leaving(Status.WITHDRAWN)
        return [happened.PropertyWithdrawn(reason=reason)]

    def expire(self) -> Sequence[Fact]:
        self._refuse_leaving(Status.EXPIRED)
        return [happened.PropertyExpired()]

    def relist(self, price: Money) -> Sequence[Fact]:
        """Back on the market after any ending: sold and let homes come back, too."""
        if self.status in PRICED_ANEW | RESERVED:
            raise refused.PropertyStillListed
        self._refuse_unreachable(Status.ACTIVE, refused.PropertyNotListed)
        self._refuse_price(price)
        return [happened.PropertyRelisted(list_price=price)]

    def evolve(self, fact: Fact) -> Self:
        match fact:
            case happened.PropertyListed():
                return self._listed(fact)
            case happened.PropertyRepriced(list_price=price):
                return self.but(list_price=price)
            case happened.PropertyDescribed(public_remarks=remarks):
                return self.but(public_remarks=remarks)
            case happened.PropertyDetailsCorrected(details=details):
                return self.but(details=details)
            case happened.PropertyAddressCorrected(address=address, point=point):
                return self.but(address=address, point=point)
            case happened.PropertyListingIdCorrected(listing_id=listing_id):
                return self.but(listing_id=listing_id)
            case happened.PropertyOwnersCorrected(owner_ids=owners):
                return self.but(owner_ids=owners)
            case happened.PropertyPhotoAdded(photo=photo):
                return self.but(photos=(*self.photos, photo))
            case happened.PropertyPhotoRemoved(sha256=gone):
                return self.but(photos=tuple(each for each in self.photos if each.sha256 != gone))
        return self._moved(fact)

    def _listed(self, fact: happened.PropertyListed) -> Self:
        """Every field of the fact that the state has too."""
        known = {name: getattr(fact, name) for name in type(fact).model_fields}
        status = Status.DRAFT if fact.as_draft else Status.ACTIVE
        shared = {name: value for name, value in known.items() if name in type(self).model_fields}
        return self.but(status=status, **shared)

    def _moved(self, fact: Fact) -> Self:
        match fact:
            case happened.PropertyPublished():
                return self.but(status=Status.ACTIVE)
            case happened.PropertyPutUnderOffer(deal_id=deal):
                return self.but(status=Status.UNDER_OFFER, deal_id=deal)
            case happened.PropertyReleased():
                return self.but(status=Status.ACTIVE, deal_id=None)
            case happened.PropertyWentPending():
                return self.but(status=Status.PENDING)
            case happened.PropertySold(close_price=price, close_date=day):
                return self._ended(Status.SOLD, close_price=price, close_date=day)
            case happened.PropertyLet(close_price=price, close_date=day):
                return self._ended(Status.LET, close_price=price, close_date=day)
            case happened.PropertyWithdrawn():
                return self._ended(Status.WITHDRAWN)
            case happened.PropertyExpired():
                return self._ended(Status.EXPIRED)
            case happened.PropertyRelisted(list_price=price):
                return self._ended(
                    Status.ACTIVE, close_price=None, close_date=None, list_price=price
                )
        return self

    def _ended(self, status: Status, **changes: object) -> Self:
        return self.but(status=status, deal_id=None, **changes)

    def _closed(
        self, outcome: Status, price: Money, day: Day, deal_id: UUID | None
    ) -> Sequence[Fact]:
        self._refuse_price(price)
        if outcome is Status.SOLD:
            if self.purpose is not Purpose.SALE:
                raise refused.PropertyNotForSale
            return [happened.PropertySold(deal_id=deal_id, close_price=price, close_date=day)]
        if self.purpose is not Purpose.LEASE:
            raise refused.PropertyNotForLease
        return [happened.PropertyLet(deal_id=deal_id, close_price=price, close_date=day)]

    def _shows(self, sha256: str) -> bool:
        return any(photo.sha256 == sha256 for photo in self.photos)

    def _refuse_unreachable(self, to: Status, refusal: type[DomainError]) -> None:
        if to not in TRANSITIONS[self.status]:
            raise refusal(status=self.status)

    def _refuse_leaving(self, to: Status) -> None:
        """Taken off the market only while no deal holds it."""
        if self.deal_id is not None:
            raise refused.PropertyHeldByDeal(deal_id=str(self.deal_id))
        self._refuse_unreachable(to, refused.PropertyNotListed)

    def _refuse_other_deal(self, deal_id: UUID) -> None:
        if self.deal_id is None:
            raise refused.PropertyNotUnderOffer
        if self.deal_id != deal_id:
            raise refused.PropertyReservedByOtherDeal(deal_id=str(self.deal_id))

    def _refuse_price(self, price: Money) -> None:
        _refuse_nothing(price)
        if self.list_price is not None and price.currency != self.list_price.currency:
            raise refused.PriceInOtherCurrency(list_currency=self.list_price.currency)


def _refuse_nothing(price: Money) -> None:
    if not price.amount:
        raise refused.PriceNotPositive


def _refuse_twice(owner_ids: tuple[UUID, ...]) -> None:
    if len(set(owner_ids)) < len(owner_ids):
        raise refused.OwnerNamedTwice
