"""A deal: the sides, their offers, and what must happen until it closes."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self
from uuid import UUID, uuid5

from domain.deals import facts as happened
from domain.deals import refusals as refused
from domain.deals.dates import (
    Contingency,
    Milestone,
    contingencies_after,
    milestones_after,
    must_be_over,
    must_be_settled,
    must_have_come,
)
from domain.deals.offers import Offer, must_be_sound, offers_after
from domain.deals.parties import must_fit, side_of
from domain.deals.parts import (
    PRINCIPALS,
    ContingencyStatus,
    ContingencyTerms,
    DealStatus,
    MilestonePlan,
    MilestoneStatus,
    OfferTerms,
    Party,
    Side,
)
from domain.kernel import Aggregate, Fact
from domain.properties import CLOSED, Property, PropertyAlreadyClosed, PropertyNotListed
from domain.terms import Purpose
from domain.values import Money


class Deal(Aggregate):
    KIND: ClassVar[str] = "deal"

    status: DealStatus = DealStatus.NEW
    property_id: UUID | None = None
    purpose: Purpose = Purpose.SALE
    currency: str = ""
    parties: tuple[Party, ...] = ()
    offers: dict[UUID, Offer] = {}
    accepted_offer: UUID | None = None
    milestones: dict[UUID, Milestone] = {}
    contingencies: dict[UUID, Contingency] = {}

    def open(self, home: Property, parties: tuple[Party, ...]) -> list[Fact]:
        """For sale or lease, and in the currency, as the home is listed."""
        if self.status is not DealStatus.NEW:
            raise refused.DealAlreadyOpened(deal_id=str(self.id))
        if home.status in CLOSED:
            raise PropertyAlreadyClosed
        if home.list_price is None:
            raise PropertyNotListed
        if len(set(parties)) < len(parties):
            raise refused.PartyAlreadyInDeal
        must_fit(home.purpose, parties)
        opened = happened.DealOpened(
            property_id=home.id,
            purpose=home.purpose,
            currency=home.list_price.currency,
            parties=parties,
        )
        return [opened]

    def add_party(self, party: Party) -> list[Fact]:
        self._must_be_alive()
        if party in self.parties:
            raise refused.PartyAlreadyInDeal
        must_fit(self.purpose, (*self.parties, party))
        return [happened.PartyAdded(party=party)]

    def remove_party(self, party: Party, reason: str) -> list[Fact]:
        self._must_be_alive()
        if party not in self.parties:
            raise refused.PartyNotInDeal
        if party.role in PRINCIPALS[self.purpose] and self._has_offer(party):
            raise refused.PartyHasOffer
        must_fit(self.purpose, tuple(each for each in self.parties if each != party))
        return [happened.PartyRemoved(party=party, reason=reason)]

    def make_offer(
        self, offer_id: UUID, contact_id: UUID, terms: OfferTerms, now: datetime
    ) -> list[Fact]:
        self._must_have_none_accepted()
        if offer_id in self.offers:
            raise refused.OfferAlreadyMade(offer_id=str(offer_id))
        side = self.side_of(contact_id)
        must_be_sound(terms, self.currency, now)
        return [
            happened.OfferMade(offer_id=offer_id, contact_id=contact_id, side=side, terms=terms)
        ]

    def counter_offer(
        self, offer_id: UUID, contact_id: UUID, terms: OfferTerms, now: datetime
    ) -> list[Fact]:
        """The next version of the same offer, by the side that received the last one."""
        self._must_have_none_accepted()
        offer, side = self.offer(offer_id), self.side_of(contact_id)
        offer.must_await(side)
        offer.must_be_in_time(now)
        must_be_sound(terms, self.currency, now)
        countered = happened.OfferCountered(
            offer_id=offer_id,
            version=offer.last.version + 1,
            contact_id=contact_id,
            side=side,
            terms=terms,
        )
        return [countered]

    def accept_offer(self, offer_id: UUID, contact_id: UUID, now: datetime) -> list[Fact]:
        """The contingencies that the offer names become those of the deal."""
        self._must_have_none_accepted()
        offer = self.offer(offer_id)
        offer.must_await(self.side_of(contact_id))
        offer.must_be_in_time(now)
        last = offer.last
        accepted = happened.OfferAccepted(
            offer_id=offer_id, version=last.version, contact_id=contact_id, price=last.terms.price
        )
        hangs_on = [
            happened.ContingencyAdded(
                contingency_id=self._new_contingency(uuid5(offer_id, str(n))),
                terms=terms,
                offer_id=offer_id,
            )
            for n, terms in enumerate(last.terms.contingencies, 1)
        ]
        return [accepted, *hangs_on]

    def decline_offer(self, offer_id: UUID, contact_id: UUID, reason: str) -> list[Fact]:
        self._must_be_alive()
        offer = self.offer(offer_id)
        offer.must_await(self.side_of(contact_id))
        version = offer.last.version
        return [
            happened.OfferDeclined(
                offer_id=offer_id, version=version, contact_id=contact_id, reason=reason
            )
        ]

    def withdraw_offer(self, offer_id: UUID, contact_id: UUID, reason: str) -> list[Fact]:
        self._must_be_alive()
        offer = self.offer(offer_id)
        offer.must_be_made_by(contact_id)
        version = offer.last.version
        return [
            happened.OfferWithdrawn(
                offer_id=offer_id, version=version, contact_id=contact_id, reason=reason
            )
        ]

    def expire_offer(self, offer_id: UUID, now: datetime) -> list[Fact]:
        self._must_be_alive()
        offer = self.offer(offer_id)
        offer.must_be_past(now)
        return [happened.OfferExpired(offer_id=offer_id, version=offer.last.version)]

    def set_milestone(self, milestone_id: UUID, plan: MilestonePlan) -> list[Fact]:
        self._must_be_alive()
        if milestone_id in self.milestones:
            raise refused.MilestoneAlreadySet(milestone_id=str(milestone_id))
        if plan.responsible and plan.responsible not in {party.role for party in self.parties}:
            raise refused.RoleNotFilled(role=plan.responsible)
        return [happened.MilestoneSet(milestone_id=milestone_id, plan=plan)]

    def meet_milestone(self, milestone_id: UUID, met_on: date, now: datetime) -> list[Fact]:
        self.milestone(milestone_id).must_move(MilestoneStatus.MET)
        must_have_come(met_on, now)
        return [happened.MilestoneMet(milestone_id=milestone_id, met_on=met_on)]

    def miss_milestone(self, milestone_id: UUID, reason: str, now: datetime) -> list[Fact]:
        """Only when the due date is over in every time zone."""
        milestone = self.milestone(milestone_id)
        milestone.must_move(MilestoneStatus.MISSED)
        must_be_over(milestone.plan.due_date, now)
        return [happened.MilestoneMissed(milestone_id=milestone_id, reason=reason)]

    def redate_milestone(self, milestone_id: UUID, due_date: date, reason: str) -> list[Fact]:
        """Another due date, also for a missed milestone; the same date again changes nothing."""
        milestone = self.milestone(milestone_id)
        milestone.must_move(MilestoneStatus.PENDING)
        if due_date == milestone.plan.due_date:
            return []
        return [
            happened.MilestoneRedated(milestone_id=milestone_id, due_date=due_date, reason=reason)
        ]

    def waive_milestone(self, milestone_id: UUID, reason: str) -> list[Fact]:
        self.milestone(milestone_id).must_move(MilestoneStatus.WAIVED)
        return [happened.MilestoneWaived(milestone_id=milestone_id, reason=reason)]

    def add_contingency(self, contingency_id: UUID, terms: ContingencyTerms) -> list[Fact]:
        self._must_be_alive()
        new = self._new_contingency(contingency_id)
        return [happened.ContingencyAdded(contingency_id=new, terms=terms)]

    def satisfy_contingency(self, contingency_id: UUID, note: str) -> list[Fact]:
        self.contingency(contingency_id).must_move(ContingencyStatus.SATISFIED)
        return [happened.ContingencySatisfied(contingency_id=contingency_id, note=note)]

    def waive_contingency(self, contingency_id: UUID, reason: str) -> list[Fact]:
        self.contingency(contingency_id).must_move(ContingencyStatus.WAIVED)
        return [happened.ContingencyWaived(contingency_id=contingency_id, reason=reason)]

    def fail_contingency(self, contingency_id: UUID, reason: str) -> list[Fact]:
        self.contingency(contingency_id).must_move(ContingencyStatus.FAILED)
        return [happened.ContingencyFailed(contingency_id=contingency_id, reason=reason)]

    def cancel(self, reason: str) -> list[Fact]:
        self._must_be_alive()
        return [happened.DealCancelled(reason=reason)]

    def close(self, price: Money, close_date: date, now: datetime) -> list[Fact]:
        self._must_be_alive()
        if self.accepted_offer is None:
            raise refused.NoOfferAccepted
        if price.currency != self.currency:
            raise refused.CurrencyOutsideDeal(currency=self.currency)
        must_have_come(close_date, now)
        must_be_settled(self.milestones, self.contingencies)
        closed = happened.DealClosed(
            offer_id=self.accepted_offer, close_price=price, close_date=close_date
        )
        return [closed]

    @property
    def home_id(self) -> UUID:
        if self.property_id is None:
            raise refused.DealNotOpened(deal_id=str(self.id))
        return self.property_id

    def offer(self, offer_id: UUID) -> Offer:
        if offer_id not in self.offers:
            raise refused.OfferNotInDeal(offer_id=str(offer_id))
        return self.offers[offer_id]

    def milestone(self, milestone_id: UUID) -> Milestone:
        self._must_be_alive()
        if milestone_id not in self.milestones:
            raise refused.MilestoneNotInDeal(milestone_id=str(milestone_id))
        return self.milestones[milestone_id]

    def contingency(self, contingency_id: UUID) -> Contingency:
        self._must_be_alive()
        if contingency_id not in self.contingencies:
            raise refused.ContingencyNotInDeal(contingency_id=str(contingency_id))
        return self.contingencies[contingency_id]

    def side_of(self, contact_id: UUID) -> Side:
        return side_of(contact_id, self.purpose, self.parties)

    def evolve(self, fact: Fact) -> Self:
        changed = self.but(
            offers=offers_after(self.offers, fact),
            milestones=milestones_after(self.milestones, fact),
            contingencies=contingencies_after(self.contingencies, fact),
        )
        match fact:
            case happened.DealOpened():
                return changed.but(status=DealStatus.OPEN, **dict(fact))
            case happened.PartyAdded(party=party):
                return changed.but(parties=(*self.parties, party))
            case happened.PartyRemoved(party=party):
                return changed.but(parties=tuple(each for each in self.parties if each != party))
            case happened.OfferAccepted(offer_id=id):
                return changed.but(status=DealStatus.OFFER_ACCEPTED, accepted_offer=id)
            case happened.DealCancelled():
                return changed.but(status=DealStatus.CANCELLED)
            case happened.DealClosed():
                return changed.but(status=DealStatus.CLOSED)
        return changed

    def _must_be_alive(self) -> None:
        if refusal := refused.IMMUTABLE.get(self.status):
            raise refusal(deal_id=str(self.id))

    def _must_have_none_accepted(self) -> None:
        self._must_be_alive()
        if self.accepted_offer is not None:
            raise refused.AnotherOfferAccepted(offer_id=str(self.accepted_offer))

    def _new_contingency(self, id: UUID) -> UUID:
        if id in self.contingencies:
            raise refused.ContingencyAlreadyAdded(contingency_id=str(id))
        return id

    def _has_offer(self, party: Party) -> bool:
        contact = party.contact_id
        return contact is not None and any(each.holds(contact) for each in self.offers.values())
