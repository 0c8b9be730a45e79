"""One contact per e-mail address in an agency."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from domain.contacts.facts import EmailClaimed, EmailReleased
from domain.contacts.refusals import EmailTaken
from domain.kernel import Aggregate, Fact


class EmailClaim(Aggregate):
    """Its id is the hash of agency and address: the address itself is nowhere in its facts."""

    KIND: ClassVar[str] = "email"

    contact_id: UUID | None = None

    def claim(self, contact_id: UUID) -> list[Fact]:
        """An archived or merged contact keeps its address; claiming one's own changes nothing."""
        if self.contact_id not in (None, contact_id):
            raise EmailTaken(contact_id=str(self.contact_id))
        return [] if self.contact_id else [EmailClaimed(contact_id=contact_id)]

    def release(self, contact_id: UUID) -> list[Fact]:
        """Give up one's own address; another's stays."""
        return [EmailReleased(contact_id=contact_id)] if self.contact_id == contact_id else []

    def evolve(self, fact: Fact) -> Self:
        match fact:
            case EmailClaimed(contact_id=contact_id):
                return self.but(contact_id=contact_id)
            case EmailReleased():
                return self.but(contact_id=None)
        return self
