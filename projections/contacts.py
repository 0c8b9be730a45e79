"""The contact board, one row a contact as it stands now, and every interaction noted with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg.types.json import Jsonb

from domain.contacts import (
    Consent,
    ConsentGiven,
    ConsentWithdrawn,
    ContactArchived,
    ContactAssigned,
    ContactDetails,
    ContactDetailsCorrected,
    ContactReactivated,
    ContactRegistered,
    ContactsMerged,
    ContactsUnmerged,
    ContactUnassigned,
    Interaction,
    InteractionNoted,
    Requirements,
    RequirementsStated,
)
from domain.kernel import Recorded
from projections.base import Write

FACTS = (
    ContactRegistered,
    ContactDetailsCorrected,
    ConsentGiven,
    ConsentWithdrawn,
    RequirementsStated,
    ContactAssigned,
    ContactUnassigned,
    InteractionNoted,
    ContactArchived,
    ContactReactivated,
    ContactsMerged,
    ContactsUnmerged,
)


def project(step: Recorded) -> Iterator[Write]:
    row = {
        "id": step.stream,
        "agency": step.agency,
        "now": step.at,
        "version": step.version,
        "position": step.position,
    }
    match step.fact:
        case ContactRegistered(details=details):
            yield REGISTER, row | _detailed(details)
        case ContactDetailsCorrected(details=details):
            yield CORRECT, row | _detailed(details)
        case ConsentGiven(consent=consent):
            yield CONSENT, row | _given(consent)
        case ConsentWithdrawn():
            yield CONSENT, row | _withdrawn(step.fact)
        case RequirementsStated(requirements=requirements):
            yield REQUIRE, row | _required(requirements)
        case ContactAssigned(agent=agent):
            yield ASSIGN, row | {"agent": agent}
        case ContactUnassigned():
            yield ASSIGN, row | {"agent": None}
        case InteractionNoted(interaction=interaction):
            yield INTERACT, row | {"at": interaction.at}
            yield NOTE, row | _noted(step, interaction)
        case _:
            yield from _resting(step, row)


def _resting(step: Recorded, row: dict[str, Any]) -> Iterator[Write]:
    match step.fact:
        case ContactArchived(reason=reason):
            yield REST, row | _rests("archived", reason=reason.value)
        case ContactReactivated():
            yield REST, row | _rests("active")
        case ContactsMerged(survivor_id=survivor, duplicate_id=duplicate):
            if survivor == step.stream:
                yield ABSORB, row | {"duplicate_id": duplicate}
            else:
                yield REST, row | _rests("merged", into=survivor)
        case ContactsUnmerged(survivor_id=survivor, duplicate_id=duplicate):
            if survivor == step.stream:
                yield PART, row | {"duplicate_id": duplicate}
            else:
                yield REST, row | _rests("active")


def _detailed(details: ContactDetails) -> dict[str, Any]:
    told = details.model_dump(mode="json")
    people = (details.given_name, details.family_name, details.organization_name)
    search = " ".join(filter(None, (*people, details.email, details.phone)))
    return {**told, "name": details.name, "search": search.lower()}


def _given(consent: Consent) -> dict[str, Any]:
    at, channel = consent.given_at.isoformat(), consent.channel.value
    return {"consents": _consents(consent.purpose, True, at, channel)}


def _withdrawn(fact: ConsentWithdrawn) -> dict[str, Any]:
    at, channel = fact.withdrawn_at.isoformat(), fact.channel.value
    return {"consents": _consents(fact.purpose, False, at, channel)}


def _consents(purpose: str, given: bool, at: str, channel: str) -> Jsonb:
    return Jsonb({str(purpose): {"given": given, "at": at, "channel": channel}})


def _required(wishes: Requirements) -> dict[str, Any]:
    return {
        "requirements": Jsonb(wishes.model_dump(mode="json")),
        "purpose": wishes.purpose.value,
        "budget_from": wishes.budget_from.amount if wishes.budget_from else None,
        "budget_to": wishes.budget_to.amount if wishes.budget_to else None,
        "currency": wishes.currency,
    }


def _noted(step: Recorded, interaction: Interaction) -> dict[str, Any]:
    told = interaction.model_dump(mode="json")
    return {**told, "at": interaction.at, "interaction_id": step.id, "by": step.by}


def _rests(status: str, reason: str | None = None, into: Any = None) -> dict[str, Any]:
    return {"status": status, "reason": reason, "merged_into": into}


TOUCHED = "updated_at = %(now)s, version = %(version)s, position = %(position)s where id = %(id)s"
REGISTER = """
    insert into contact_board (
        id, agency, kind, name, given_name, family_name, organization_name, roles, email, phone,
        language, search, status, created_at, updated_at, version, position
    ) values (
        %(id)s, %(agency)s, %(kind)s, %(name)s, %(given_name)s, %(family_name)s,
        %(organization_name)s, %(roles)s, %(email)s, %(phone)s, %(language)s, %(search)s,
        'active', %(now)s, %(now)s, %(version)s, %(position)s
    )
"""
CORRECT = f"""
    update contact_board set kind = %(kind)s, name = %(name)s, given_name = %(given_name)s,
        family_name = %(family_name)s, organization_name = %(organization_name)s,
        roles = %(roles)s, email = %(email)s, phone = %(phone)s, language = %(language)s,
        search = %(search)s, {TOUCHED}
"""
CONSENT = f"update contact_board set consents = consents || %(consents)s, {TOUCHED}"
REQUIRE = f"""
    update contact_board set requirements = %(requirements)s, purpose = %(purpose)s,
        budget_from = %(budget_from)s, budget_to = %(budget_to)s, currency = %(currency)s,
        requirements_at = %(now)s, {TOUCHED}
"""
ASSIGN = f"update contact_board set agent = %(agent)s, {TOUCHED}"
INTERACT = f"""
    update contact_board set interactions = interactions + 1,
        last_interaction_at = greatest(last_interaction_at, %(at)s), {TOUCHED}
"""
NOTE = """
    insert into contact_interactions (
        id, agency, contact_id, kind, direction, outcome, note, at, noted_by, noted_at, version,
        position
    ) values (
        %(interaction_id)s, %(agency)s, %(id)s, %(kind)s, %(direction)s, %(outcome)s, %(note)s,
        %(at)s, %(by)s, %(now)s, %(version)s, %(position)s
    )
"""
REST = f"""
    update contact_board set status = %(status)s, archive_reason = %(reason)s,
        merged_into = %(merged_into)s, {TOUCHED}
"""
ABSORB = f"""
    update contact_board set merged_ids = array_append(merged_ids, %(duplicate_id)s), {TOUCHED}
"""
PART = f"""
    update contact_board set merged_ids = array_remove(merged_ids, %(duplicate_id)s), {TOUCHED}
"""
