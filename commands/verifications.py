"""What can be asked of verifications."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from commands.base import MANAGERS, Command, Role
from commands.ledger import Ledger, Receipt
from domain.contacts import Contact
from domain.kernel import Personal
from domain.values import Day, Line
from domain.verifications import (
    Decision,
    Document,
    Kinds,
    Reading,
    Verification,
    VerificationPurpose,
)

ID = "a7c3e5d1-8f24-4b60-9d17-2e6b0f9c4a85"
CLIENT = "0b6f2c1e-5a94-4b0e-9a55-6f2f3c1d7e10"
READERS = frozenset({Role.SERVICE, Role.MANAGER})
DOCUMENT = {
    "kind": "passport",
    "reference": "vault://documents/2026/04/passport-17",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "media_type": "image/jpeg",
    "byte_size": 812345,
}
READING = {
    "outcome": "refer",
    "findings": [{"code": "blurred", "severity": "warning", "detail": "Line two is not legible."}],
    "score": 0.62,
    "reader": "passport_reader",
    "reader_version": "1.4.0",
}


class RequestVerification(Command):
    """Ask a contact to prove something with documents of these kinds."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "verification_id": ID,
        "contact_id": CLIENT,
        "purpose": "identity",
        "documents": ["passport"],
    }

    verification_id: UUID | None = None
    contact_id: UUID
    purpose: VerificationPurpose
    documents: Kinds


class SubmitDocument(Command):
    """Say where a document is kept and what its SHA-256 is; its bytes never come here."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"verification_id": ID, "document": DOCUMENT}

    verification_id: UUID
    document: Document


class RecordResult(Command):
    """Record what a reader makes of the documents submitted so far."""

    ROLES = READERS
    EXAMPLE: ClassVar[dict[str, Any]] = {"verification_id": ID, "reading": READING}

    verification_id: UUID
    reading: Reading


class ReferVerification(Command):
    """Ask a person to look."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "verification_id": ID,
        "reason": "The photo does not resemble the client.",
    }

    verification_id: UUID
    reason: Annotated[Line, Personal]


class DecideVerification(Command):
    """Approve or reject, as a person; an approval may name its last day."""

    ROLES = MANAGERS
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "verification_id": ID,
        "decision": "approved",
        "reason": "Seen the original.",
        "valid_until": "2126-04-30",
    }

    verification_id: UUID
    decision: Decision
    reason: Annotated[Line, Personal]
    valid_until: Day | None = None


class ExpireVerification(Command):
    """Note that the last day of an approval went by."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"verification_id": ID}

    verification_id: UUID


class WithdrawVerification(Command):
    """Give a verification up before it is decided."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"verification_id": ID, "reason": "The deal was cancelled."}

    verification_id: UUID
    reason: Annotated[Line, Personal]


def request_verification(command: RequestVerification, ledger: Ledger) -> Receipt:
    verification = ledger.find(Verification, ledger.new_id(command.verification_id))
    contact = ledger.load(Contact, command.contact_id)
    facts = verification.request(contact.id, command.purpose, command.documents)
    return ledger.append(verification, facts)


def submit_document(command: SubmitDocument, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    return ledger.append(verification, verification.submit(command.document))


def record_result(command: RecordResult, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    return ledger.append(verification, verification.record(command.reading))


def refer_verification(command: ReferVerification, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    return ledger.append(verification, verification.refer(command.reason))


def decide_verification(command: DecideVerification, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    decided = (command.decision, command.reason, command.valid_until)
    return ledger.append(verification, verification.decide(*decided, ledger.now))


def expire_verification(command: ExpireVerification, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    return ledger.append(verification, verification.expire(ledger.now))


def withdraw_verification(command: WithdrawVerification, ledger: Ledger) -> Receipt:
    verification = ledger.load(Verification, command.verification_id)
    return ledger.append(verification, verification.withdraw(command.reason))
