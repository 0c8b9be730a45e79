"""What happens in a verification."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from domain.kernel import Fact, Personal
from domain.values import Day, Text
from domain.verifications.parts import Decision, Document, Kinds, Reading, VerificationPurpose


class VerificationRequested(Fact):
    """The contact shall prove something with documents of these kinds."""

    NAME = "verification.requested"
    contact_id: UUID
    purpose: VerificationPurpose
    documents: Kinds


class DocumentSubmitted(Fact):
    """A document came in."""

    NAME = "verification.document_submitted"
    document: Document


class ResultRecorded(Fact):
    """A reader has looked at the documents submitted so far."""

    NAME = "verification.result_recorded"
    reading: Reading


class VerificationReferred(Fact):
    """A person must look."""

    NAME = "verification.referred"
    reason: Annotated[Text, Personal]


class VerificationDecided(Fact):
    """A person, the author of this fact, has decided. `valid_until` is the last day it counts."""

    NAME = "verification.decided"
    decision: Decision
    reason: Annotated[Text, Personal]
    valid_until: Day | None = None


class VerificationExpired(Fact):
    """The last day of the approval went by."""

    NAME = "verification.expired"


class VerificationWithdrawn(Fact):
    """It is no longer wanted."""

    NAME = "verification.withdrawn"
    reason: Annotated[Text, Personal]
