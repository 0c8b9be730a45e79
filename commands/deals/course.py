"""What can be asked of a deal as a whole: its opening, its parties and its end."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from commands.base import Command
from commands.deals.examples import DEAL, HOME, LENDER, PARTIES
from commands.ledger import Ledger, Receipt
from domain.contacts import Contact
from domain.deals import Deal, Party
from domain.properties import Property, Status
from domain.terms import Purpose
from domain.values import Day, Line, Money, Text

CLOSED_AS = {Purpose.SALE: Status.SOLD, Purpose.LEASE: Status.LET}


class OpenDeal(Command):
    """Open a deal for a property with the parties known so far, at least one on each side."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "deal_id": DEAL,
        "property_id": HOME,
        "parties": PARTIES,
    }

    deal_id: UUID | None = None
    property_id: UUID
    parties: Annotated[tuple[Party, ...], Field(max_length=50)]


class AddParty(Command):
    """Let a contact or a user take a role in a deal."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"deal_id": DEAL, "party": LENDER}

    deal_id: UUID
    party: Party


class RemoveParty(Command):
    """Take a role in a deal from a contact or a user."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "deal_id": DEAL,
        "party": LENDER,
        "reason": "The buyer pays cash.",
    }

    deal_id: UUID
    party: Party
    reason: Text = ""


class CancelDeal(Command):
    """End a deal without closing it; a property held by its accepted offer is free again."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"deal_id": DEAL, "reason": "The loan was not granted."}

    deal_id: UUID
    reason: Line


class CloseDeal(Command):
    """Close a deal; its property is sold or let."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "deal_id": DEAL,
        "close_price": {"amount": "640000.00", "currency": "USD"},
        "close_date": "2026-05-29",
    }

    deal_id: UUID
    close_price: Money
    close_date: Day


def open_deal(command: OpenDeal, ledger: Ledger) -> Receipt:
    deal = ledger.find(Deal, ledger.new_id(command.deal_id))
    home = ledger.load(Property, command.property_id)
    _must_be_known(command.parties, ledger)
    return ledger.append(deal, deal.open(home, command.parties))


def add_party(command: AddParty, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    _must_be_known((command.party,), ledger)
    return ledger.append(deal, deal.add_party(command.party))


def remove_party(command: RemoveParty, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.remove_party(command.party, command.reason))


def cancel_deal(command: CancelDeal, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.cancel(command.reason)
    if deal.accepted_offer is None:
        return ledger.append(deal, facts)
    home = ledger.load(Property, deal.home_id)
    return ledger.append(deal, facts, (home, home.release(deal.id)))


def close_deal(command: CloseDeal, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.close(command.close_price, command.close_date, ledger.now)
    home = ledger.load(Property, deal.home_id)
    outcome = CLOSED_AS[deal.purpose]
    done = home.close(deal.id, outcome, command.close_price, command.close_date)
    return ledger.append(deal, facts, (home, done))


def _must_be_known(parties: tuple[Party, ...], ledger: Ledger) -> None:
    for party in parties:
        if party.contact_id is not None:
            ledger.load(Contact, party.contact_id)
