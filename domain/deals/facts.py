"""What happens in a deal."""

from __future__ import annotations

from uuid import UUID

from domain.deals.parts import ContingencyTerms, MilestonePlan, OfferTerms, Party, Side
from domain.kernel import Fact
from domain.terms import Purpose
from domain.values import Currency, Day, Line, Money, Text


class DealOpened(Fact):
    """The sides begin to talk about a property."""

    NAME = "deal.opened"
    property_id: UUID
    purpose: Purpose
    currency: Currency
    parties: tuple[Party, ...]


class PartyAdded(Fact):
    """Somebody joins the deal in a role."""

    NAME = "deal.party_added"
    party: Party


class PartyRemoved(Fact):
    """Somebody no longer has this role in the deal."""

    NAME = "deal.party_removed"
    party: Party
    reason: Text


class OfferMade(Fact):
    """The first version of an offer, from a contact of one side to the other side."""

    NAME = "deal.offer_made"
    offer_id: UUID
    contact_id: UUID
    side: Side
    terms: OfferTerms


class OfferCountered(Fact):
    """The side that had received the offer answers with its next version."""

    NAME = "deal.offer_countered"
    offer_id: UUID
    version: int
    contact_id: UUID
    side: Side
    terms: OfferTerms


class OfferAccepted(Fact):
    """The side that had received this version agrees to it."""

    NAME = "deal.offer_accepted"
    offer_id: UUID
    version: int
    contact_id: UUID
    price: Money


class OfferDeclined(Fact):
    """The side that had received this version turns the offer down."""

    NAME = "deal.offer_declined"
    offer_id: UUID
    version: int
    contact_id: UUID
    reason: Text


class OfferWithdrawn(Fact):
    """The contact that made this version takes the offer back."""

    NAME = "deal.offer_withdrawn"
    offer_id: UUID
    version: int
    contact_id: UUID
    reason: Text


class OfferExpired(Fact):
    """Nobody answered this version in its time."""

    NAME = "deal.offer_expired"
    offer_id: UUID
    version: int


class MilestoneSet(Fact):
    """A step on the way to closing, with the day it is due."""

    NAME = "deal.milestone_set"
    milestone_id: UUID
    plan: MilestonePlan


class MilestoneMet(Fact):
    """The step was done on this day."""

    NAME = "deal.milestone_met"
    milestone_id: UUID
    met_on: Day


class MilestoneMissed(Fact):
    """The due date went by."""

    NAME = "deal.milestone_missed"
    milestone_id: UUID
    reason: Text


class MilestoneRedated(Fact):
    """The step is due on another day."""

    NAME = "deal.milestone_redated"
    milestone_id: UUID
    due_date: Day
    reason: Text


class MilestoneWaived(Fact):
    """The sides go on without this step."""

    NAME = "deal.milestone_waived"
    milestone_id: UUID
    reason: Text


class ContingencyAdded(Fact):
    """The deal hangs on a condition; `offer_id` is the accepted offer that brought it, if any."""

    NAME = "deal.contingency_added"
    contingency_id: UUID
    terms: ContingencyTerms
    offer_id: UUID | None = None


class ContingencySatisfied(Fact):
    """The condition came true."""

    NAME = "deal.contingency_satisfied"
    contingency_id: UUID
    note: Text


class ContingencyWaived(Fact):
    """The sides go on without this condition."""

    NAME = "deal.contingency_waived"
    contingency_id: UUID
    reason: Text


class ContingencyFailed(Fact):
    """The condition did not come true; the deal closes only if it is waived."""

    NAME = "deal.contingency_failed"
    contingency_id: UUID
    reason: Text


class DealCancelled(Fact):
    """The sides part; an accepted offer no longer holds the property."""

    NAME = "deal.cancelled"
    reason: Line


class DealClosed(Fact):
    """Property and price change hands."""

    NAME = "deal.closed"
    offer_id: UUID
    close_price: Money
    close_date: Day
