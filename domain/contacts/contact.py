"""A client of the agency: a person or a company."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.contacts import refusals as no
from domain.contacts.facts import (
    ConsentGiven,
    ConsentWithdrawn,
    ContactArchived,
    ContactAssigned,
    ContactDetailsCorrected,
    ContactReactivated,
    ContactRegistered,
    ContactsMerged,
    ContactsUnmerged,
    ContactUnassigned,
    InteractionNoted,
    RequirementsStated,
)
from domain.contacts.requirements import Requirements
from domain.contacts.values import (
    ArchiveReason,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    ContactDetails,
    Interaction,
)
from domain.kernel import Aggregate, Fact, NotFound
from domain.terms import distinct

CLOCKS_DIFFER = timedelta(minutes=5)


class Contact(Aggregate):
    """`merged_into` is the survivor this one rests under, `merged_ids` those that rest under it."""

    KIND: ClassVar[str] = "contact"

    details: ContactDetails | None = None
    consents: tuple[Consent, ...] = ()
    requirements: Requirements | None = None
    agent: str | None = None
    archived: bool = False
    merged_into: UUID | None = None
    merged_ids: tuple[UUID, ...] = ()

    @property
    def email(self) -> str | None:
        return self.details.email if self.details else None

    def register(
        self,
        details: ContactDetails,
        now: datetime,
        consents: tuple[Consent, ...] = (),
        requirements: Requirements | None = None,
    ) -> list[Fact]:
        """Enter the book; the same details under the same id again change nothing."""
        if self.details == details:
            return []
        if self.details is not None:
            raise no.ContactAlreadyRegistered()
        _check_details(details)
        for consent in consents:
            _check_past(consent.given_at, now)
        wishes = [RequirementsStated(requirements=requirements)] if requirements else []
        agreed = [ConsentGiven(consent=consent) for consent in distinct(consents)]
        return [ContactRegistered(details=details), *agreed, *wishes]

    def correct(self, details: ContactDetails) -> list[Fact]:
        self._check_open()
        _check_details(details)
        return [] if details == self.details else [ContactDetailsCorrected(details=details)]

    def give_consent(self, consent: Consent, now: datetime) -> list[Fact]:
        self._check_open()
        _check_past(consent.given_at, now)
        return [] if consent in self.consents else [ConsentGiven(consent=consent)]

    def withdraw_consent(
        self, purpose: ConsentPurpose, channel: ConsentChannel, at: datetime, now: datetime
    ) -> list[Fact]:
        """Open at any time: a client may say no also while the record rests."""
        if self.details is None:
            raise NotFound()
        _check_past(at, now)
        given = next((each for each in self.consents if each.purpose is purpose), None)
        if given is None or at < given.given_at:
            raise no.ConsentNotGiven(purpose=purpose)
        return [ConsentWithdrawn(purpose=purpose, channel=channel, withdrawn_at=at)]

    def state_requirements(self, requirements: Requirements) -> list[Fact]:
        self._check_open()
        if requirements == self.requirements:
            return []
        return [RequirementsStated(requirements=requirements)]

    def assign(self, agent: str) -> list[Fact]:
        self._check_open()
        return [] if agent == self.agent else [ContactAssigned(agent=agent, previous=self.agent)]

    def unassign(self) -> list[Fact]:
        self._check_open()
        return [] if self.agent is None else [ContactUnassigned(previous=self.agent)]

    def note(self, interaction: Interaction, now: datetime) -> list[Fact]:
        self._check_open()
        _check_past(interaction.at, now)
        return [InteractionNoted(interaction=interaction)]

    def archive(self, reason: ArchiveReason) -> list[Fact]:
        self._check_open()
        return [ContactArchived(reason=reason)]

    def reactivate(self) -> list[Fact]:
        self._check_known()
        if not self.archived:
            raise no.ContactNotArchived()
        return [ContactReactivated()]

    def absorb(self, duplicate: Contact) -> list[Fact]:
        """Let the duplicate rest under this contact. The facts belong to both streams.

        One level only: both are open, and the duplicate has none resting under it.
        """
        if duplicate.id == self.id:
            raise no.ContactMergedWithItself()
        self._check_open()
        if duplicate.merged_into == self.id:
            return []
        duplicate._check_open()
        if duplicate.merged_ids:
            raise no.ContactHasMerged(merged_ids=[str(each) for each in duplicate.merged_ids])
        return [ContactsMerged(survivor_id=self.id, duplicate_id=duplicate.id)]

    def part_from(self, duplicate: Contact) -> list[Fact]:
        """Undo `absorb`: each goes on as it was. The facts belong to both streams."""
        self._check_open()
        if duplicate.merged_into != self.id:
            raise no.ContactNotMerged()
        return [ContactsUnmerged(survivor_id=self.id, duplicate_id=duplicate.id)]

    def evolve(self, fact: Fact) -> Self:
        return self.but(**self._changes(fact))

    def _changes(self, fact: Fact) -> dict[str, Any]:
        match fact:
            case ContactRegistered(details=details) | ContactDetailsCorrected(details=details):
                return {"details": details}
            case ConsentGiven(consent=consent):
                return {"consents": (*self._consents_but(consent.purpose), consent)}
            case ConsentWithdrawn(purpose=purpose):
                return {"consents": self._consents_but(purpose)}
            case RequirementsStated(requirements=requirements):
                return {"requirements": requirements}
            case ContactAssigned(agent=agent):
                return {"agent": agent}
            case ContactUnassigned():
                return {"agent": None}
            case ContactArchived() | ContactReactivated():
                return {"archived": isinstance(fact, ContactArchived)}
            case ContactsMerged(survivor_id=survivor, duplicate_id=duplicate):
                if survivor == self.id:
                    return {"merged_ids": (*self.merged_ids, duplicate)}
                return {"merged_into": survivor}
            case ContactsUnmerged(survivor_id=survivor, duplicate_id=duplicate):
                if survivor == self.id:
                    return {"merged_ids": tuple(i for i in self.merged_ids if i != duplicate)}
                return {"merged_into": None}
        return {}

    def _consents_but(self, purpose: ConsentPurpose) -> tuple[Consent, ...]:
        return tuple(each for each in self.consents if each.purpose is not purpose)

    def _check_known(self) -> None:
        if self.details is None:
            raise NotFound()
        if self.merged_into is not None:
            raise no.ContactMerged(survivor_id=str(self.merged_into))

    def _check_open(self) -> None:
        self._check_known()
        if self.archived:
            raise no.ContactIsArchived()


def _check_details(details: ContactDetails) -> None:
    if not details.name:
        raise no.ContactNameless()
    if details.email is None and details.phone is None:
        raise no.ContactUnreachable()


def _check_past(time: datetime, now: datetime) -> None:
    if time > now + CLOCKS_DIFFER:
        raise no.NotYetHappened(at=time.isoformat())
