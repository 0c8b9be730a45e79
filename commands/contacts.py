"""What can be asked of the agency's contacts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from commands.base import MANAGERS, Command
from commands.ledger import Ledger, Receipt
from domain.contacts import (
    ArchiveReason,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Contact,
    ContactDetails,
    Direction,
    EmailClaim,
    Interaction,
    InteractionKind,
    Outcome,
    Requirements,
)
from domain.kernel import Aggregate, Fact, Personal
from domain.values import Instant, Line, Text

ID = "0b6f2c1e-5a94-4b0e-9a55-6f2f3c1d7e10"
DUPLICATE = "7d0c54a2-31f7-4d0a-8f0e-2b8a4f6c9d21"
DETAILS = {
    "kind": "person",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "roles": ["buyer"],
    "email": "ada@example.com",
    "phone": "+12065550100",
    "language": "en",
}
CONSENT = {
    "purpose": "data_processing",
    "given_at": "2025-03-01T09:30:00Z",
    "channel": "web_form",
}
BALLARD = {
    "place": "Ballard",
    "center": {"latitude": 47.6687, "longitude": -122.3847},
    "radius_km": 3,
}
REQUIREMENTS = {
    "purpose": "buy",
    "budget_from": {"amount": "450000", "currency": "USD"},
    "budget_to": {"amount": "700000", "currency": "USD"},
    "areas": [BALLARD],
    "bedrooms_min": 3,
    "bathrooms_min": "1.5",
    "living_area_min": {"value": "1400", "units": "square_feet"},
    "property_types": ["single_family_residence", "townhouse"],
    "must_haves": ["garage"],
    "nice_to_haves": ["waterfront", "view"],
    "move_in": {"start": "2025-06-01", "end": "2025-09-30"},
    "financing": {
        "means": "mortgage_approved",
        "amount": {"amount": "560000", "currency": "USD"},
    },
}


class RegisterContact(Command):
    """Enter a person or a company into the book, with what they agreed to and look for if known."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "details": DETAILS,
        "consents": [CONSENT],
        "requirements": REQUIREMENTS,
    }

    contact_id: UUID | None = None
    details: ContactDetails
    consents: Annotated[tuple[Consent, ...], Field(max_length=20)] = ()
    requirements: Requirements | None = None


def register_contact(command: RegisterContact, ledger: Ledger) -> Receipt:
    contact = ledger.find(Contact, ledger.new_id(command.contact_id))
    facts = contact.register(command.details, ledger.now, command.consents, command.requirements)
    return ledger.append(contact, facts, *_claims(ledger, contact, command.details))


class CorrectContactDetails(Command):
    """Put all the details as they should be; what is left out is forgotten."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "details": DETAILS}

    contact_id: UUID
    details: ContactDetails


def correct_contact_details(command: CorrectContactDetails, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    facts = contact.correct(command.details)
    return ledger.append(contact, facts, *_claims(ledger, contact, command.details))


class GiveConsent(Command):
    """Note what a contact agreed to; now, unless `given_at` says when."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "contact_id": ID,
        "purpose": "marketing",
        "channel": "phone",
    }

    contact_id: UUID
    purpose: ConsentPurpose
    channel: ConsentChannel
    given_at: Instant | None = None


def give_consent(command: GiveConsent, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    at = command.given_at or ledger.now
    consent = Consent(purpose=command.purpose, given_at=at, channel=command.channel)
    return ledger.append(contact, contact.give_consent(consent, ledger.now))


class WithdrawConsent(Command):
    """Note that a contact no longer agrees; now, unless `withdrawn_at` says when."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "contact_id": ID,
        "purpose": "marketing",
        "channel": "email",
    }

    contact_id: UUID
    purpose: ConsentPurpose
    channel: ConsentChannel
    withdrawn_at: Instant | None = None


def withdraw_consent(command: WithdrawConsent, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    at = command.withdrawn_at or ledger.now
    facts = contact.withdraw_consent(command.purpose, command.channel, at, ledger.now)
    return ledger.append(contact, facts)


class StateRequirements(Command):
    """Say all that a contact looks for; it takes the place of what was said before."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "requirements": REQUIREMENTS}

    contact_id: UUID
    requirements: Requirements


def state_requirements(command: StateRequirements, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    return ledger.append(contact, contact.state_requirements(command.requirements))


class AssignContact(Command):
    """Let an agent, named by their user id, look after a contact; also from another agent."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "agent": "agent-17"}

    contact_id: UUID
    agent: Line


def assign_contact(command: AssignContact, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    return ledger.append(contact, contact.assign(command.agent))


class UnassignContact(Command):
    """Leave a contact without an agent."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID}

    contact_id: UUID


def unassign_contact(command: UnassignContact, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    return ledger.append(contact, contact.unassign())


class NoteInteraction(Command):
    """Note a call, a mail or a visit and how it ended; now, unless `at` says when."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "contact_id": ID,
        "kind": "call",
        "direction": "outbound",
        "outcome": "appointment_made",
        "note": "Viewing on Saturday at ten.",
    }

    contact_id: UUID
    kind: InteractionKind
    direction: Direction
    outcome: Outcome
    note: Annotated[Text, Personal] = ""
    at: Instant | None = None


def note_interaction(command: NoteInteraction, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    interaction = Interaction(
        kind=command.kind,
        direction=command.direction,
        outcome=command.outcome,
        note=command.note,
        at=command.at or ledger.now,
    )
    return ledger.append(contact, contact.note(interaction, ledger.now))


class ArchiveContact(Command):
    """Put a contact aside; nothing about it changes until it is reactivated."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "reason": "went_elsewhere"}

    contact_id: UUID
    reason: ArchiveReason


def archive_contact(command: ArchiveContact, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    return ledger.append(contact, contact.archive(command.reason))


class ReactivateContact(Command):
    """Take an archived contact up again, as it was."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID}

    contact_id: UUID


def reactivate_contact(command: ReactivateContact, ledger: Ledger) -> Receipt:
    contact = ledger.load(Contact, command.contact_id)
    return ledger.append(contact, contact.reactivate())


class MergeContacts(Command):
    """Let a duplicate rest under the contact that stays; both keep their own history."""

    ROLES = MANAGERS
    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "duplicate_id": DUPLICATE}

    contact_id: UUID
    duplicate_id: UUID


def merge_contacts(command: MergeContacts, ledger: Ledger) -> Receipt:
    survivor = ledger.load(Contact, command.contact_id)
    duplicate = ledger.load(Contact, command.duplicate_id)
    facts = survivor.absorb(duplicate)
    return ledger.append(survivor, facts, (duplicate, facts))


class UnmergeContacts(Command):
    """Undo a merge: both contacts go on, each as it was."""

    ROLES = MANAGERS
    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_id": ID, "duplicate_id": DUPLICATE}

    contact_id: UUID
    duplicate_id: UUID


def unmerge_contacts(command: UnmergeContacts, ledger: Ledger) -> Receipt:
    survivor = ledger.load(Contact, command.contact_id)
    duplicate = ledger.load(Contact, command.duplicate_id)
    facts = survivor.part_from(duplicate)
    return ledger.append(survivor, facts, (duplicate, facts))


def _claims(
    ledger: Ledger, contact: Contact, details: ContactDetails
) -> list[tuple[Aggregate, list[Fact]]]:
    """What happens to the old and the new e-mail address, to be appended with the contact."""
    changes: list[tuple[Aggregate, list[Fact]]] = []
    if contact.email and contact.email != details.email:
        old = ledger.find(EmailClaim, ledger.key("email", contact.email))
        changes.append((old, old.release(contact.id)))
    if details.email and contact.email != details.email:
        new = ledger.find(EmailClaim, ledger.key("email", details.email))
        changes.append((new, new.claim(contact.id)))
    return changes
