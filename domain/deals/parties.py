"""Who may stand where in a deal."""

from __future__ import annotations

from uuid import UUID

from domain.deals import refusals as refused
from domain.deals.parts import PRINCIPALS, Party, Side
from domain.terms import Purpose


def must_fit(purpose: Purpose, parties: tuple[Party, ...]) -> None:
    """Each side has somebody, nobody stands on both, and no role is of the other purpose."""
    sides = PRINCIPALS[purpose]
    for other in PRINCIPALS.keys() - {purpose}:
        if any(party.role in PRINCIPALS[other] for party in parties):
            raise refused.RoleOutsidePurpose(purpose=purpose)
    standing: dict[Side, set[UUID | None]] = {side: set() for side in Side}
    for party in parties:
        if party.role in sides:
            standing[sides[party.role]].add(party.contact_id)
    if not all(standing.values()):
        raise refused.SideNeedsParty(purpose=purpose, roles=sorted(sides))
    if standing[Side.OWNER] & standing[Side.SEEKER]:
        raise refused.PartyOnBothSides


def side_of(contact_id: UUID, purpose: Purpose, parties: tuple[Party, ...]) -> Side:
    """The side a principal stands on."""
    for party in parties:
        if party.contact_id == contact_id and party.role in PRINCIPALS[purpose]:
            return PRINCIPALS[purpose][party.role]
    raise refused.ContactNotPrincipal(contact_id=str(contact_id))
