"""A verification: asked for, read, and decided by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Self
from uuid import UUID

from domain.kernel import Aggregate, DomainError, Fact
from domain.verifications.facts import (
    DocumentSubmitted,
    ResultRecorded,
    VerificationDecided,
    VerificationExpired,
    VerificationReferred,
    VerificationRequested,
    VerificationWithdrawn,
)
from domain.verifications.parts import (
    Decision,
    Document,
    Kinds,
    Reading,
    VerificationOutcome,
    VerificationPurpose,
)
from domain.verifications.parts import VerificationStatus as Status
from domain.verifications.refusals import (
    DocumentAlreadySubmitted,
    NoDocumentSubmitted,
    NothingToDecideOn,
    RejectionHasNoValidity,
    ValidityInPast,
    VerificationAlreadyDecided,
    VerificationAlreadyRequested,
    VerificationHasExpired,
    VerificationIsWithdrawn,
    VerificationNotApproved,
    VerificationNotRequested,
    VerificationStillValid,
)

PENDING = frozenset(
    {
        Status.REQUESTED,
        Status.SUBMITTED,
        Status.CHECKED,
        Status.REFERRED,
    }
)
DECIDABLE = frozenset({Status.CHECKED, Status.REFERRED})
OVER: dict[Status, type[DomainError]] = {
    Status.NEW: VerificationNotRequested,
    Status.APPROVED: VerificationAlreadyDecided,
    Status.REJECTED: VerificationAlreadyDecided,
    Status.EXPIRED: VerificationHasExpired,
    Status.WITHDRAWN: VerificationIsWithdrawn,
}
AFTER_SUBMISSION = dict.fromkeys(PENDING, Status.SUBMITTED) | {Status.REFERRED: Status.REFERRED}
AFTER_READING = dict.fromkeys(PENDING, Status.CHECKED) | {Status.REFERRED: Status.REFERRED}


class Verification(Aggregate):
    """Once referred it stays with a person; a document after a result asks for a new result."""

    KIND: ClassVar[str] = "verification"

    status: Status = Status.NEW
    contact_id: UUID | None = None
    documents: tuple[Document, ...] = ()
    reading: Reading | None = None
    reason: str = ""
    valid_until: date | None = None

    def request(
        self, contact_id: UUID, purpose: VerificationPurpose, documents: Kinds
    ) -> Sequence[Fact]:
        if self.status is not Status.NEW:
            raise VerificationAlreadyRequested
        return [VerificationRequested(contact_id=contact_id, purpose=purpose, documents=documents)]

    def submit(self, document: Document) -> Sequence[Fact]:
        self._must_be_pending()
        if any(document.sha256 == each.sha256 for each in self.documents):
            raise DocumentAlreadySubmitted(sha256=document.sha256)
        return [DocumentSubmitted(document=document)]

    def record(self, reading: Reading) -> Sequence[Fact]:
        self._must_be_pending()
        if not self.documents:
            raise NoDocumentSubmitted
        return [ResultRecorded(reading=reading)]

    def refer(self, reason: str) -> Sequence[Fact]:
        """Ask a person to look; the same reason again changes nothing."""
        self._must_be_pending()
        same = self.status is Status.REFERRED and reason == self.reason
        return [] if same else [VerificationReferred(reason=reason)]

    def decide(
        self, decision: Decision, reason: str, valid_until: date | None, now: datetime
    ) -> Sequence[Fact]:
        self._must_be_pending()
        if self.status not in DECIDABLE:
            raise NothingToDecideOn(status=self.status)
        if valid_until and decision is Decision.REJECTED:
            raise RejectionHasNoValidity
        if valid_until and valid_until < now.date():
            raise ValidityInPast(valid_until=valid_until.isoformat())
        return [VerificationDecided(decision=decision, reason=reason, valid_until=valid_until)]

    def expire(self, now: datetime) -> Sequence[Fact]:
        if self.status is not Status.APPROVED:
            raise VerificationNotApproved(status=self.status)
        if self.valid_until is None or now.date() <= self.valid_until:
            raise VerificationStillValid
        return [VerificationExpired()]

    def withdraw(self, reason: str) -> Sequence[Fact]:
        self._must_be_pending()
        return [VerificationWithdrawn(reason=reason)]

    def evolve(self, fact: Fact) -> Self:
        match fact:
            case VerificationRequested(contact_id=contact):
                return self.but(status=Status.REQUESTED, contact_id=contact)
            case DocumentSubmitted(document=document):
                status = AFTER_SUBMISSION[self.status]
                return self.but(status=status, documents=(*self.documents, document))
            case ResultRecorded(reading=reading):
                unsure = reading.outcome is VerificationOutcome.REFER
                status = Status.REFERRED if unsure else AFTER_READING[self.status]
                return self.but(status=status, reading=reading)
            case VerificationReferred(reason=reason):
                return self.but(status=Status.REFERRED, reason=reason)
            case VerificationDecided(decision=decision, valid_until=day):
                return self.but(status=Status(decision.value), valid_until=day)
            case VerificationExpired():
                return self.but(status=Status.EXPIRED)
            case VerificationWithdrawn():
                return self.but(status=Status.WITHDRAWN)
        return self

    def _must_be_pending(self) -> None:
        if refusal := OVER.get(self.status):
            raise refusal(status=self.status)
