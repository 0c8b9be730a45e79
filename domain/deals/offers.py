"""An offer with all its versions: who may answer it, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.deals.facts import (
    DealCancelled,
    DealClosed,
    OfferAccepted,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from domain.deals.parts import OfferStatus, OfferTerms, Side
from domain.deals.refusals import (
    CurrencyOutsideDeal,
    OfferExpiresInPast,
    OfferHasExpired,
    OfferNotOpen,
    OfferNotYetExpired,
    OfferNotYoursToAnswer,
    OfferNotYoursToWithdraw,
    OfferWithoutPrice,
)
from domain.kernel import Fact, Value


class OfferVersion(Value):
    """What one contact asked or bid; `version` counts from 1 within the offer."""

    version: int
    contact_id: UUID
    side: Side
    terms: OfferTerms


class Offer(Value):
    """Every version ever made, oldest first; the last one is what the other side may answer."""

    id: UUID
    versions: tuple[OfferVersion, ...]
    status: OfferStatus = OfferStatus.OPEN

    @property
    def last(self) -> OfferVersion:
        return self.versions[-1]

    def must_be_open(self) -> None:
        if self.status is not OfferStatus.OPEN:
            raise OfferNotOpen(offer_id=str(self.id), status=self.status)

    def must_await(self, side: Side) -> None:
        self.must_be_open()
        if side is self.last.side:
            raise OfferNotYoursToAnswer(offer_id=str(self.id), version=self.last.version)

    def must_be_in_time(self, now: datetime) -> None:
        if self.is_past(now):
            raise OfferHasExpired(offer_id=str(self.id), expired_at=self._until())

    def must_be_past(self, now: datetime) -> None:
        self.must_be_open()
        if not self.is_past(now):
            raise OfferNotYetExpired(offer_id=str(self.id), expires_at=self._until())

    def must_be_made_by(self, contact_id: UUID) -> None:
        self.must_be_open()
        if contact_id != self.last.contact_id:
            raise OfferNotYoursToWithdraw(offer_id=str(self.id), version=self.last.version)

    def is_past(self, now: datetime) -> bool:
        return self.last.terms.expires_at is not None and self.last.terms.expires_at < now

    def holds(self, contact_id: UUID) -> bool:
        """Whether the contact has a word in an offer that is open or accepted."""
        alive = self.status in (OfferStatus.OPEN, OfferStatus.ACCEPTED)
        return alive and any(each.contact_id == contact_id for each in self.versions)

    def _until(self) -> str | None:
        until = self.last.terms.expires_at
        return until.isoformat() if until else None


Offers = dict[UUID, Offer]


def must_be_sound(terms: OfferTerms, currency: str, now: datetime) -> None:
    if terms.price.currency != currency:
        raise CurrencyOutsideDeal(currency=currency)
    if terms.price.amount == 0:
        raise OfferWithoutPrice
    if terms.expires_at is not None and terms.expires_at <= now:
        raise OfferExpiresInPast(expires_at=terms.expires_at.isoformat())


def offers_after(offers: Offers, fact: Fact) -> Offers:
    match fact:
        case OfferMade(offer_id=id, contact_id=contact, side=side, terms=terms):
            first = OfferVersion(version=1, contact_id=contact, side=side, terms=terms)
            return offers | {id: Offer(id=id, versions=(first,))}
        case OfferCountered(offer_id=id, contact_id=contact, side=side, terms=terms):
            next_ = OfferVersion(version=fact.version, contact_id=contact, side=side, terms=terms)
            return offers | {id: offers[id].but(versions=(*offers[id].versions, next_))}
        case OfferAccepted(offer_id=id):
            return _turned(offers, id, OfferStatus.ACCEPTED)
        case OfferDeclined(offer_id=id):
            return _turned(offers, id, OfferStatus.DECLINED)
        case OfferWithdrawn(offer_id=id):
            return _turned(offers, id, OfferStatus.WITHDRAWN)
        case OfferExpired(offer_id=id):
            return _turned(offers, id, OfferStatus.EXPIRED)
        case DealCancelled() | DealClosed():
            return {id: _ended(offer) for id, offer in offers.items()}
    return offers


def _turned(offers: Offers, id: UUID, status: OfferStatus) -> Offers:
    return offers | {id: offers[id].but(status=status)}


def _ended(offer: Offer) -> Offer:
    return offer.but(status=OfferStatus.LAPSED) if offer.status is OfferStatus.OPEN else offer
