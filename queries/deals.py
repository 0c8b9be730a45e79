"""Deals with their parties, offers in every version, milestones and contingencies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from domain import deals as made
from domain.deals import parts
from domain.terms import Purpose
from queries import enums  # noqa: F401
from queries.boards import Board, Column, Condition, Row, Selection, Term, conditions
from queries.connections import connection, linked_list, linked_one, linked_page, one
from queries.fields import field, pushed
from queries.pushes import Change, changes
from queries.reads import reads
from queries.scalars import Position
from queries.sorting import Order, terms
from queries.values import Money


@strawberry.type(description="A contact or a user of the agency in a role.")
class Party:
    role: parts.PartyRole
    contact_id: UUID | None
    user: str | None

    contact = linked_one("contacts.Contact", "contact_id", "Who it is, if a contact.")

    @classmethod
    def of(cls, told: Row) -> Party:
        party = parts.Party.model_validate(told)
        return cls(role=party.role, contact_id=party.contact_id, user=party.user)


@strawberry.type(description="What must come true before the deal can close.")
class ContingencyTerms:
    kind: parts.ContingencyKind
    due_date: date | None
    detail: str

    @classmethod
    def of(cls, told: Row) -> ContingencyTerms:
        terms = parts.ContingencyTerms.model_validate(told)
        return cls(kind=terms.kind, due_date=terms.due_date, detail=terms.detail)


@strawberry.type(description="One version of an offer; a counter-offer is the next version.")
class OfferVersion:
    deal_id: UUID
    offer_id: UUID
    offer_version: int
    contact_id: UUID
    side: parts.Side
    price: Money
    terms: str
    contingencies: list[ContingencyTerms]
    expires_at: datetime | None
    status: parts.OfferStatus
    reason: str | None
    answered_by_id: UUID | None
    answered_at: datetime | None
    at: datetime

    contact = linked_one("contacts.Contact", "contact_id", "Who made this version.")
    answered_by = linked_one("contacts.Contact", "answered_by_id", "Who answered it.")

    @classmethod
    def of(cls, row: Row) -> OfferVersion:
        plain = ("deal_id", "offer_id", "offer_version", "contact_id", "terms", "expires_at")
        return cls(
            side=parts.Side(row["side"]),
            price=Money(amount=row["price"], currency=row["currency"]),
            contingencies=[ContingencyTerms.of(told) for told in row["contingencies"]],
            status=parts.OfferStatus(row["status"]),
            answered_by_id=row["answered_by"],
            **{name: row[name] for name in (*plain, "reason", "answered_at", "at")},
        )


@strawberry.type(description="A step on the way to closing.")
class Milestone:
    deal_id: UUID
    milestone_id: UUID
    title: str
    due_date: date
    original_due_date: date
    redated: int
    responsible: parts.PartyRole | None
    status: parts.MilestoneStatus
    met_on: date | None
    reason: str | None
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> Milestone:
        plain = ("deal_id", "milestone_id", "title", "due_date", "original_due_date", "redated")
        return cls(
            responsible=parts.PartyRole(row["responsible"]) if row["responsible"] else None,
            status=parts.MilestoneStatus(row["status"]),
            **{name: row[name] for name in (*plain, "met_on", "reason", "updated_at")},
        )


@strawberry.type(description="A condition the deal hangs on.")
class Contingency:
    deal_id: UUID
    contingency_id: UUID
    offer_id: UUID | None
    kind: parts.ContingencyKind
    due_date: date | None
    detail: str
    status: parts.ContingencyStatus
    reason: str | None
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> Contingency:
        plain = ("deal_id", "contingency_id", "offer_id", "due_date", "detail", "reason")
        return cls(
            kind=parts.ContingencyKind(row["kind"]),
            status=parts.ContingencyStatus(row["status"]),
            **{name: row[name] for name in (*plain, "updated_at")},
        )


@strawberry.type(description="The way of a property from one side to the other.")
class Deal:
    id: UUID
    property_id: UUID
    purpose: Purpose
    status: made.DealStatus
    parties: list[Party]
    offers_open: int
    best_offer: Money | None
    last_offer: Money | None
    last_offer_side: parts.Side | None
    last_offer_at: datetime | None
    next_expiry_at: datetime | None
    accepted_offer_id: UUID | None
    accepted_offer_version: int | None
    accepted_price: Money | None
    accepted_at: datetime | None
    milestones_open: int
    contingencies_open: int
    next_due_date: date | None
    close_price: Money | None
    close_date: date | None
    cancellation_reason: str | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    updated_at: datetime
    version: Position
    position: Position

    property = linked_one("properties.Property", "property_id", "What it is about.")
    offers = linked_list("deals.OfferVersion", "deal", "Every version, the oldest first.")
    milestones = linked_list("deals.Milestone", "deal", "By the day they are due.")
    contingencies = linked_list("deals.Contingency", "deal", "By the day they are due.")
    history = linked_page("history.Fact", "stream", "What happened, the latest first.")

    @classmethod
    def of(cls, row: Row) -> Deal:
        side = row["last_offer_side"]
        prices: dict[str, Any] = {
            name: Money.of(row[column], row["currency"]) for name, column in PRICES.items()
        }
        return cls(
            purpose=Purpose(row["purpose"]),
            status=made.DealStatus(row["status"]),
            parties=[Party.of(told) for told in row["parties"]],
            last_offer_side=parts.Side(side) if side else None,
            **prices,
            **{name: row[name] for name in PLAIN},
        )


PRICES = {
    "best_offer": "best_offer_price",
    "last_offer": "last_offer_price",
    "accepted_price": "accepted_price",
    "close_price": "close_price",
}
PLAIN = (
    *("id", "property_id", "offers_open", "last_offer_at", "next_expiry_at"),
    *("accepted_offer_id", "accepted_offer_version", "accepted_at", "milestones_open"),
    *("contingencies_open", "next_due_date", "close_date", "cancellation_reason", "opened_by"),
    *("opened_at", "closed_at", "updated_at", "version", "position"),
)


@strawberry.enum
class DealSort(Enum):
    OPENED_AT = Column("opened_at", datetime)
    UPDATED_AT = Column("updated_at", datetime)
    NEXT_DUE_DATE = Column("next_due_date", date, nullable=True)
    NEXT_EXPIRY_AT = Column("next_expiry_at", datetime, nullable=True)
    BEST_OFFER = Column("best_offer_price", Decimal, nullable=True)
    ACCEPTED_PRICE = Column("accepted_price", Decimal, nullable=True)
    CLOSE_DATE = Column("close_date", date, nullable=True)
    STATUS = Column("status", str)


OF_DEAL = {"deal": "t.deal_id = parent.id"}
DUE = Term(Column("due_date", date, nullable=True))
DEALS = Board(
    "deal_board",
    Deal.of,
    order=(Term(DealSort.OPENED_AT.value, descending=True),),
    links={
        "property": "t.property_id = parent.id",
        "contact": "t.party_contact_ids @> array[parent.id]",
    },
).named("Deal")
Board(
    "deal_offers",
    OfferVersion.of,
    order=(Term(Column("at", datetime)), Term(Column("offer_id", UUID))),
    key=Column("offer_version", int),
    links=OF_DEAL,
).named("OfferVersion")
Board(
    "deal_milestones",
    Milestone.of,
    order=(DUE,),
    key=Column("milestone_id", UUID),
    links=OF_DEAL,
).named("Milestone")
Board(
    "deal_contingencies",
    Contingency.of,
    order=(DUE,),
    key=Column("contingency_id", UUID),
    links=OF_DEAL,
).named("Contingency")


@strawberry.input(description="What is given must all hold; of a list, any.")
class DealFilter:
    status: list[made.DealStatus] | None = None
    purpose: Purpose | None = None
    property: UUID | None = None
    contact: UUID | None = strawberry.field(default=None, description="A party to the deal.")
    due_before: date | None = strawberry.field(
        default=None, description="A milestone or contingency is due before this day."
    )
    expiring_before: datetime | None = strawberry.field(
        default=None, description="An offer runs out before this time."
    )

    def conditions(self) -> Iterator[Condition]:
        return conditions(self, FILTERS)


FILTERS = {
    "status": "t.status = any(%(status)s)",
    "purpose": "t.purpose = %(purpose)s",
    "property": "t.property_id = %(property)s",
    "contact": "t.party_contact_ids @> array[%(contact)s]",
    "due_before": "t.next_due_date < %(due_before)s",
    "expiring_before": "t.next_expiry_at < %(expiring_before)s",
}


@strawberry.type
class DealQueries:
    @field("One deal, or null. `atLeast` waits for your own write: its position, or later.")
    async def deal(
        self, info: Info[Any, Any], id: UUID, at_least: Position | None = None
    ) -> Deal | None:
        view = reads(info)
        await view.reach("deal_board", "deals", id, at_least)
        found: Deal | None = await one(view, DEALS, id)
        return found

    @connection(Deal, "The deals in the book, the latest first.")
    def deals(
        self, filter: DealFilter | None = None, order_by: list[Order[DealSort]] | None = None
    ) -> Selection:
        wanted = filter.conditions() if filter else ()
        return DEALS.all.where(wanted).sorted(terms(order_by))


@strawberry.type
class DealSubscriptions:
    @pushed("One deal, or every one of the agency, whenever it changes.")
    def deal_changed(
        self, info: Info[Any, Any], id: UUID | None = None
    ) -> AsyncIterator[Change[Deal]]:
        return changes(reads(info), DEALS, id)
