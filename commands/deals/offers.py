"""What can be asked of the offers in a deal. `contact_id` is the principal on whose behalf."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from commands.base import Command
from commands.deals.examples import BUYER, DEAL, OFFER, SELLER, TERMS
from commands.ledger import Ledger, Receipt
from domain.deals import Deal, OfferTerms
from domain.properties import Property
from domain.values import Text

SELLERS_ANSWER: dict[str, Any] = {"deal_id": DEAL, "offer_id": OFFER, "contact_id": SELLER}


class MakeOffer(Command):
    """Make an offer to the other side."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "deal_id": DEAL,
        "offer_id": OFFER,
        "contact_id": BUYER,
        "terms": TERMS,
    }

    deal_id: UUID
    offer_id: UUID | None = None
    contact_id: UUID
    terms: OfferTerms


class CounterOffer(Command):
    """Answer an offer with other terms: its next version."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**SELLERS_ANSWER, "terms": TERMS}

    deal_id: UUID
    offer_id: UUID
    contact_id: UUID
    terms: OfferTerms


class AcceptOffer(Command):
    """Agree to the last version of an offer; the deal then holds the property."""

    EXAMPLE: ClassVar[dict[str, Any]] = SELLERS_ANSWER

    deal_id: UUID
    offer_id: UUID
    contact_id: UUID


class DeclineOffer(Command):
    """Turn an offer down."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**SELLERS_ANSWER, "reason": "Too low."}

    deal_id: UUID
    offer_id: UUID
    contact_id: UUID
    reason: Text = ""


class WithdrawOffer(Command):
    """Take the last version of an offer back, and the offer with it."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "deal_id": DEAL,
        "offer_id": OFFER,
        "contact_id": BUYER,
        "reason": "Found another home.",
    }

    deal_id: UUID
    offer_id: UUID
    contact_id: UUID
    reason: Text = ""


class ExpireOffer(Command):
    """Note that nobody answered an offer in its time."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"deal_id": DEAL, "offer_id": OFFER}

    deal_id: UUID
    offer_id: UUID


def make_offer(command: MakeOffer, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    offer_id = ledger.new_id(command.offer_id)
    facts = deal.make_offer(offer_id, command.contact_id, command.terms, ledger.now)
    return ledger.append(deal, facts)


def counter_offer(command: CounterOffer, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.counter_offer(command.offer_id, command.contact_id, command.terms, ledger.now)
    return ledger.append(deal, facts)


def accept_offer(command: AcceptOffer, ledger: Ledger) -> Receipt:
    """One accepted offer a property at a time: the property's own stream decides between deals."""
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.accept_offer(command.offer_id, command.contact_id, ledger.now)
    home = ledger.load(Property, deal.home_id)
    return ledger.append(deal, facts, (home, home.reserve(deal.id)))


def decline_offer(command: DeclineOffer, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.decline_offer(command.offer_id, command.contact_id, command.reason)
    return ledger.append(deal, facts)


def withdraw_offer(command: WithdrawOffer, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.withdraw_offer(command.offer_id, command.contact_id, command.reason)
    return ledger.append(deal, facts)


def expire_offer(command: ExpireOffer, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.expire_offer(command.offer_id, ledger.now))
