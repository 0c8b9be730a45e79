"""What can be asked of a home on the market: its price, and how a listing ends."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from commands.base import Command
from commands.ledger import Ledger, Receipt
from commands.properties.examples import CLOSING, HOME, PRICE
from domain.properties import Property, Status
from domain.values import Day, Line, Money


class PublishProperty(Command):
    """Put a draft on the market."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME}

    property_id: UUID


class RepriceProperty(Command):
    """Ask another price for a property, before its deal is pending."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "list_price": PRICE}

    property_id: UUID
    list_price: Money


class MarkPropertyPending(Command):
    """Say that every condition of the deal is met and only closing remains."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME}

    property_id: UUID


class MarkPropertySold(Command):
    """Record a sale made elsewhere, without a deal in this book."""

    EXAMPLE: ClassVar[dict[str, Any]] = CLOSING

    property_id: UUID
    close_price: Money
    close_date: Day


class MarkPropertyLet(Command):
    """Record a letting made elsewhere, without a deal in this book."""

    EXAMPLE: ClassVar[dict[str, Any]] = CLOSING

    property_id: UUID
    close_price: Money
    close_date: Day


class WithdrawProperty(Command):
    """Take a property off the market, as its owner wishes."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "reason": "The owner stays."}

    property_id: UUID
    reason: Line


class ExpireListing(Command):
    """Record that the listing contract ran out."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME}

    property_id: UUID


class RelistProperty(Command):
    """Bring a property back on the market; a sold or let home, too."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"property_id": HOME, "list_price": PRICE}

    property_id: UUID
    list_price: Money


def publish_property(command: PublishProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.publish())


def reprice_property(command: RepriceProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.reprice(command.list_price))


def mark_property_pending(command: MarkPropertyPending, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.mark_pending())


def mark_property_sold(command: MarkPropertySold, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    facts = home.close_elsewhere(Status.SOLD, command.close_price, command.close_date)
    return ledger.append(home, facts)


def mark_property_let(command: MarkPropertyLet, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    facts = home.close_elsewhere(Status.LET, command.close_price, command.close_date)
    return ledger.append(home, facts)


def withdraw_property(command: WithdrawProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.withdraw(command.reason))


def expire_listing(command: ExpireListing, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.expire())


def relist_property(command: RelistProperty, ledger: Ledger) -> Receipt:
    home = ledger.load(Property, command.property_id)
    return ledger.append(home, home.relist(command.list_price))
