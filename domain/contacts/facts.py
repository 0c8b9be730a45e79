"""What happens to a contact, and to the claim on an e-mail address."""

from __future__ import annotations

from uuid import UUID

from domain.contacts.requirements import Requirements
from domain.contacts.values import (
    ArchiveReason,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    ContactDetails,
    Interaction,
)
from domain.kernel import Fact
from domain.values import Instant


class ContactRegistered(Fact):
    """A person or a company enters the agency's book."""

    NAME = "contact.registered"
    details: ContactDetails


class ContactDetailsCorrected(Fact):
    """All the details as they are from now on."""

    NAME = "contact.details_corrected"
    details: ContactDetails


class ConsentGiven(Fact):
    """The client agrees; a later consent to the same purpose takes the place of the earlier."""

    NAME = "contact.consent_given"
    consent: Consent


class ConsentWithdrawn(Fact):
    """The client no longer agrees to this purpose, from the time given."""

    NAME = "contact.consent_withdrawn"
    purpose: ConsentPurpose
    withdrawn_at: Instant
    channel: ConsentChannel


class RequirementsStated(Fact):
    """What the client looks for; stated again, it takes the place of what was said before."""

    NAME = "contact.requirements_stated"
    requirements: Requirements


class ContactAssigned(Fact):
    """An agent looks after the contact; `previous` is who did until now."""

    NAME = "contact.assigned"
    agent: str
    previous: str | None = None


class ContactUnassigned(Fact):
    """Nobody in particular looks after the contact any more."""

    NAME = "contact.unassigned"
    previous: str


class InteractionNoted(Fact):
    """The agency and the contact spoke, wrote or met, and this came of it."""

    NAME = "contact.interaction_noted"
    interaction: Interaction


class ContactArchived(Fact):
    """The contact is put aside, and nothing changes until it is reactivated."""

    NAME = "contact.archived"
    reason: ArchiveReason


class ContactReactivated(Fact):
    """The contact is taken up again as it was when it was archived."""

    NAME = "contact.reactivated"


class ContactsMerged(Fact):
    """Two records are the same client. Stands on both streams; the duplicate rests from now on."""

    NAME = "contact.merged"
    survivor_id: UUID
    duplicate_id: UUID


class ContactsUnmerged(Fact):
    """They were two after all. Stands on both streams; each goes on from its own history."""

    NAME = "contact.unmerged"
    survivor_id: UUID
    duplicate_id: UUID


class EmailClaimed(Fact):
    """The contact alone uses the address of which the stream's id is the hash."""

    NAME = "email.claimed"
    contact_id: UUID


class EmailReleased(Fact):
    """The address is free for another contact."""

    NAME = "email.released"
    contact_id: UUID
