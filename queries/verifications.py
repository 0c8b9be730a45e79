"""Verifications of contacts, with the documents that were submitted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from domain import verifications as checks
from queries import enums  # noqa: F401
from queries.boards import Board, Column, Condition, Row, Selection, Term, conditions
from queries.connections import connection, linked_list, linked_one, linked_page, one
from queries.fields import field, pushed
from queries.pushes import Change, changes
from queries.reads import reads
from queries.scalars import Position
from queries.sorting import Order, terms


@strawberry.type(description="Where a document is kept, and the SHA-256 of its bytes.")
class Document:
    verification_id: UUID
    sha256: str
    kind: checks.DocumentKind
    reference: str
    media_type: checks.MediaType
    byte_size: int
    submitted_by: str
    submitted_at: datetime

    @classmethod
    def of(cls, row: Row) -> Document:
        plain = ("verification_id", "sha256", "reference", "byte_size", "submitted_by")
        return cls(
            kind=checks.DocumentKind(row["kind"]),
            media_type=checks.MediaType(row["media_type"]),
            **{name: row[name] for name in (*plain, "submitted_at")},
        )


@strawberry.type(description="What the reader saw in the documents.")
class Finding:
    code: str
    severity: checks.Severity
    detail: str

    @classmethod
    def of(cls, told: Row) -> Finding:
        return cls(
            code=told["code"], severity=checks.Severity(told["severity"]), detail=told["detail"]
        )


@strawberry.type(description="A contact proves something with documents.")
class Verification:
    id: UUID
    contact_id: UUID
    purpose: checks.VerificationPurpose
    status: checks.VerificationStatus
    requested_kinds: list[checks.DocumentKind]
    missing_kinds: list[checks.DocumentKind]
    document_count: int
    outcome: checks.VerificationOutcome | None
    score: float | None
    findings: list[Finding]
    reader: str | None
    reader_version: str | None
    read_at: datetime | None
    referral_reason: str | None
    decision: checks.Decision | None
    decision_reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    valid_until: date | None
    withdrawal_reason: str | None
    requested_by: str
    requested_at: datetime
    updated_at: datetime
    version: Position
    position: Position

    contact = linked_one("contacts.Contact", "contact_id", "Who is verified.")
    documents = linked_list("verifications.Document", "verification", "As they came in.")
    history = linked_page("history.Fact", "stream", "What happened, the latest first.")

    @classmethod
    def of(cls, row: Row) -> Verification:
        outcome, decision = row["outcome"], row["decision"]
        return cls(
            purpose=checks.VerificationPurpose(row["purpose"]),
            status=checks.VerificationStatus(row["status"]),
            requested_kinds=[checks.DocumentKind(kind) for kind in row["requested_kinds"]],
            missing_kinds=[checks.DocumentKind(kind) for kind in row["missing_kinds"]],
            document_count=row["documents"],
            outcome=checks.VerificationOutcome(outcome) if outcome else None,
            findings=[Finding.of(told) for told in row["findings"]],
            decision=checks.Decision(decision) if decision else None,
            **{name: row[name] for name in PLAIN},
        )


PLAIN = (
    *("id", "contact_id", "score", "reader", "reader_version", "read_at", "referral_reason"),
    *("decision_reason", "decided_by", "decided_at", "valid_until", "withdrawal_reason"),
    *("requested_by", "requested_at", "updated_at", "version", "position"),
)


@strawberry.enum
class VerificationSort(Enum):
    REQUESTED_AT = Column("requested_at", datetime)
    UPDATED_AT = Column("updated_at", datetime)
    DECIDED_AT = Column("decided_at", datetime, nullable=True)
    VALID_UNTIL = Column("valid_until", date, nullable=True)
    SCORE = Column("score", float, nullable=True)
    STATUS = Column("status", str)


VERIFICATIONS = Board(
    "verification_board",
    Verification.of,
    order=(Term(VerificationSort.REQUESTED_AT.value, descending=True),),
    links={"contact": "t.contact_id = parent.id"},
).named("Verification")
Board(
    "verification_documents",
    Document.of,
    order=(Term(Column("submitted_at", datetime)),),
    key=Column("sha256", str),
    links={"verification": "t.verification_id = parent.id"},
).named("Document")


@strawberry.input(description="What is given must all hold; of a list, any.")
class VerificationFilter:
    contact: UUID | None = None
    purpose: list[checks.VerificationPurpose] | None = None
    status: list[checks.VerificationStatus] | None = None
    outcome: list[checks.VerificationOutcome] | None = None
    valid_before: date | None = strawberry.field(
        default=None, description="The approval runs out before this day."
    )

    def conditions(self) -> Iterator[Condition]:
        return conditions(self, FILTERS)


FILTERS = {
    "contact": "t.contact_id = %(contact)s",
    "purpose": "t.purpose = any(%(purpose)s)",
    "status": "t.status = any(%(status)s)",
    "outcome": "t.outcome = any(%(outcome)s)",
    "valid_before": "t.valid_until < %(valid_before)s",
}


@strawberry.type
class VerificationQueries:
    @field("One verification, or null. `atLeast` waits for your own write: its position, or later.")
    async def verification(
        self, info: Info[Any, Any], id: UUID, at_least: Position | None = None
    ) -> Verification | None:
        view = reads(info)
        await view.reach("verification_board", "verifications", id, at_least)
        found: Verification | None = await one(view, VERIFICATIONS, id)
        return found

    @connection(Verification, "The verifications in the book, the latest first.")
    def verifications(
        self,
        filter: VerificationFilter | None = None,
        order_by: list[Order[VerificationSort]] | None = None,
    ) -> Selection:
        wanted = filter.conditions() if filter else ()
        return VERIFICATIONS.all.where(wanted).sorted(terms(order_by))


@strawberry.type
class VerificationSubscriptions:
    @pushed("One verification, or every one of the agency, whenever it changes.")
    def verification_changed(
        self, info: Info[Any, Any], id: UUID | None = None
    ) -> AsyncIterator[Change[Verification]]:
        return changes(reads(info), VERIFICATIONS, id)
