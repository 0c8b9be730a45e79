"""Contacts, and what was noted with each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from domain import contacts
from domain import terms as trade
from queries import enums  # noqa: F401
from queries.boards import Board, Column, Condition, Row, Selection, Term, conditions, words
from queries.connections import connection, linked_many, linked_one, linked_page, one
from queries.fields import field, pushed
from queries.pushes import Change, changes
from queries.reads import reads
from queries.scalars import Position
from queries.sorting import Order, terms
from queries.values import GeoPoint, Money, Size


@strawberry.enum
class ContactStatus(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    MERGED = "merged"


@strawberry.type(description="A yes or no to one purpose; the last word counts.")
class Consent:
    purpose: contacts.ConsentPurpose
    given: bool
    at: datetime
    channel: contacts.ConsentChannel


@strawberry.type(description="A wanted place: a centre with radius, or a polygon.")
class Area:
    place: str
    center: GeoPoint | None
    radius_km: float | None
    polygon: list[GeoPoint]


@strawberry.type(description="From the first to the last day, both included.")
class Period:
    start: date | None
    end: date | None


@strawberry.type(description="How the client pays; the amount is in hand or approved.")
class Financing:
    means: contacts.FinancingMeans
    amount: Money | None


@strawberry.type(description="What the client looks for; bounds are included.")
class Requirements:
    """Its fields are read from the value of the domain that has the same ones."""

    purpose: trade.Seeking
    budget_from: Money | None
    budget_to: Money | None
    areas: list[Area]
    bedrooms_min: int | None
    bedrooms_max: int | None
    bathrooms_min: Decimal | None
    living_area_min: Size | None
    living_area_max: Size | None
    property_types: list[trade.PropertyType]
    must_haves: list[str]
    nice_to_haves: list[str]
    move_in: Period | None
    financing: Financing | None


@strawberry.type(description="One exchange with a client.")
class Interaction:
    id: UUID
    contact_id: UUID
    kind: contacts.InteractionKind
    direction: contacts.Direction
    outcome: contacts.Outcome
    note: str
    at: datetime
    noted_by: str
    noted_at: datetime

    @classmethod
    def of(cls, row: Row) -> Interaction:
        return cls(
            kind=contacts.InteractionKind(row["kind"]),
            direction=contacts.Direction(row["direction"]),
            outcome=contacts.Outcome(row["outcome"]),
            **{name: row[name] for name in ("id", "contact_id", "note", *NOTED)},
        )


NOTED = ("at", "noted_by", "noted_at")


@strawberry.type(description="A person or company the agency works for, as they stand now.")
class Contact:
    id: UUID
    kind: contacts.ContactKind
    name: str
    given_name: str | None
    family_name: str | None
    organization_name: str | None
    roles: list[contacts.ContactRole]
    email: str | None
    phone: str | None
    language: str | None
    consents: list[Consent]
    agent: str | None
    status: ContactStatus
    archive_reason: contacts.ArchiveReason | None
    merged_into_id: UUID | None
    merged_ids: list[UUID]
    stated: strawberry.Private[Row | None]
    requirements_at: datetime | None
    interaction_count: int
    last_interaction_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: Position
    position: Position

    interactions = linked_page("contacts.Interaction", "contact", "The latest first.")
    properties = linked_page("properties.Property", "owner", "The homes this contact owns.")
    deals = linked_page("deals.Deal", "contact", "The deals with this contact, the latest first.")
    verifications = linked_page("verifications.Verification", "contact", "The latest first.")
    merged_into = linked_one("contacts.Contact", "merged_into_id", "Who took this record over.")
    duplicates = linked_many("contacts.Contact", "merged_ids", "The records taken over.")
    history = linked_page("history.Fact", "stream", "What happened, the latest first.")
    matches = linked_page("matching.Match", "contact", "Homes that fit, the best first.")

    @field("What the client looks for, if it was stated.")
    def requirements(self) -> Requirements | None:
        if self.stated is None:
            return None
        stated: Any = contacts.Requirements.model_validate(self.stated)
        wishes: Requirements = stated
        return wishes

    @classmethod
    def of(cls, row: Row) -> Contact:
        reason = row["archive_reason"]
        return cls(
            kind=contacts.ContactKind(row["kind"]),
            roles=[contacts.ContactRole(role) for role in row["roles"]],
            consents=[_consent(*told) for told in sorted(row["consents"].items())],
            status=ContactStatus(row["status"]),
            archive_reason=contacts.ArchiveReason(reason) if reason else None,
            merged_into_id=row["merged_into"],
            interaction_count=row["interactions"],
            stated=row["requirements"],
            **{name: row[name] for name in PLAIN},
        )


PLAIN = (
    *("id", "name", "given_name", "family_name", "organization_name", "email", "phone"),
    *("language", "agent", "merged_ids", "requirements_at", "last_interaction_at", "created_at"),
    *("updated_at", "version", "position"),
)


def _consent(purpose: str, told: Row) -> Consent:
    return Consent(
        purpose=contacts.ConsentPurpose(purpose),
        given=told["given"],
        at=datetime.fromisoformat(told["at"]),
        channel=contacts.ConsentChannel(told["channel"]),
    )


@strawberry.enum
class ContactSort(Enum):
    NAME = Column("name", str)
    CREATED_AT = Column("created_at", datetime)
    UPDATED_AT = Column("updated_at", datetime)
    LAST_INTERACTION_AT = Column("last_interaction_at", datetime, nullable=True)
    REQUIREMENTS_AT = Column("requirements_at", datetime, nullable=True)
    BUDGET_TO = Column("budget_to", Decimal, nullable=True)


CONTACTS = Board(
    "contact_board", Contact.of, order=(Term(ContactSort.CREATED_AT.value, descending=True),)
).named("Contact")
INTERACTIONS = Board(
    "contact_interactions",
    Interaction.of,
    order=(Term(Column("at", datetime), descending=True),),
    links={"contact": "t.contact_id = parent.id"},
).named("Interaction")


@strawberry.input(description="What is given must all hold; of a list, any.")
class ContactFilter:
    role: list[contacts.ContactRole] | None = None
    kind: contacts.ContactKind | None = None
    agent: str | None = None
    status: list[ContactStatus] | None = None
    text: str | None = strawberry.field(
        default=None, description="Words of the name, the e-mail address or the phone number."
    )
    email: str | None = None
    purpose: trade.Seeking | None = None
    has_requirements: bool | None = None

    def conditions(self) -> Iterator[Condition]:
        yield from conditions(self, FILTERS)
        if self.text is not None:
            yield from words(self.text, "t.search")


FILTERS = {
    "role": "t.roles && %(role)s::text[]",
    "kind": "t.kind = %(kind)s",
    "agent": "t.agent = %(agent)s",
    "status": "t.status = any(%(status)s)",
    "email": "t.email = lower(%(email)s)",
    "purpose": "t.purpose = %(purpose)s",
    "has_requirements": "(t.requirements is not null) = %(has_requirements)s",
}


@strawberry.type
class ContactQueries:
    @field("One contact, or null. `atLeast` waits for your own write: its position, or later.")
    async def contact(
        self, info: Info[Any, Any], id: UUID, at_least: Position | None = None
    ) -> Contact | None:
        view = reads(info)
        await view.reach("contact_board", "contacts", id, at_least)
        found: Contact | None = await one(view, CONTACTS, id)
        return found

    @connection(Contact, "The contacts in the book, the latest first.")
    def contacts(
        self,
        filter: ContactFilter | None = None,
        order_by: list[Order[ContactSort]] | None = None,
    ) -> Selection:
        wanted = filter.conditions() if filter else ()
        return CONTACTS.all.where(wanted).sorted(terms(order_by))


@strawberry.type
class ContactSubscriptions:
    @pushed("One contact, or every one of the agency, whenever it changes.")
    def contact_changed(
        self, info: Info[Any, Any], id: UUID | None = None
    ) -> AsyncIterator[Change[Contact]]:
        return changes(reads(info), CONTACTS, id)
