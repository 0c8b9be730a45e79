"""The deal board: one row a deal, with every offer version, milestone and contingency beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.deals import (
    ContingencyAdded,
    ContingencyFailed,
    ContingencySatisfied,
    ContingencyStatus,
    ContingencyWaived,
    DealCancelled,
    DealClosed,
    DealOpened,
    MilestoneMet,
    MilestoneMissed,
    MilestonePlan,
    MilestoneRedated,
    MilestoneSet,
    MilestoneStatus,
    MilestoneWaived,
    OfferAccepted,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferStatus,
    OfferTerms,
    OfferWithdrawn,
    Party,
    PartyAdded,
    PartyRemoved,
)
from domain.kernel import Fact, Recorded
from projections.base import Write
from projections.deals.statements import (
    ACCEPT,
    ADD_CONTINGENCY,
    ADD_PARTY,
    ANSWER,
    CANCEL,
    CLOSE,
    LAPSE,
    LAST_OFFER,
    OFFER,
    OPEN,
    REDATE_MILESTONE,
    REMOVE_PARTY,
    SET_MILESTONE,
    SETTLE_CONTINGENCY,
    SETTLE_MILESTONE,
    SUM_UP,
)

FACTS: tuple[type[Fact], ...] = (
    DealOpened,
    PartyAdded,
    PartyRemoved,
    OfferMade,
    OfferCountered,
    OfferAccepted,
    OfferDeclined,
    OfferWithdrawn,
    OfferExpired,
    MilestoneSet,
    MilestoneMet,
    MilestoneMissed,
    MilestoneRedated,
    MilestoneWaived,
    ContingencyAdded,
    ContingencySatisfied,
    ContingencyWaived,
    ContingencyFailed,
    DealCancelled,
    DealClosed,
)


def project(step: Recorded) -> Iterator[Write]:
    row = {
        "id": step.stream,
        "agency": step.agency,
        "at": step.at,
        "version": step.version,
        "position": step.position,
    }
    yield from _course(step, row)
    yield from _offers(step.fact, row)
    yield from _milestones(step.fact, row)
    yield from _contingencies(step.fact, row)
    yield SUM_UP, row


def _course(step: Recorded, row: dict[str, Any]) -> Iterator[Write]:
    match step.fact:
        case DealOpened() as opened:
            parties = _parties(opened.parties)
            yield OPEN, row | dict(opened) | {"parties": parties, "by": step.by}
        case PartyAdded(party=party):
            yield ADD_PARTY, row | {"parties": _parties((party,))}
        case PartyRemoved(party=party):
            yield REMOVE_PARTY, row | {"party": _json(party)}
        case DealCancelled(reason=reason):
            yield CANCEL, row | {"reason": reason}
            yield LAPSE, row
        case DealClosed(close_price=price, close_date=day):
            yield CLOSE, row | {"price": price.amount, "day": day}
            yield LAPSE, row


def _offers(fact: Fact, row: dict[str, Any]) -> Iterator[Write]:
    match fact:
        case OfferMade():
            offered = row | _offered(fact, 1, fact.terms)
            yield OFFER, offered
            yield LAST_OFFER, offered
        case OfferCountered(offer_id=offer, contact_id=contact, version=version):
            yield ANSWER, row | _answered(offer, version - 1, OfferStatus.COUNTERED, contact)
            offered = row | _offered(fact, version, fact.terms)
            yield OFFER, offered
            yield LAST_OFFER, offered
        case OfferAccepted(offer_id=offer, contact_id=contact, version=version, price=price):
            answer = row | _answered(offer, version, OfferStatus.ACCEPTED, contact)
            yield ANSWER, answer
            yield ACCEPT, answer | {"price": price.amount}
        case OfferDeclined(offer_id=offer, contact_id=contact, version=version, reason=reason):
            answer = _answered(offer, version, OfferStatus.DECLINED, contact)
            yield ANSWER, row | answer | {"reason": reason}
        case OfferWithdrawn(offer_id=offer, version=version, reason=reason):
            answer = _answered(offer, version, OfferStatus.WITHDRAWN)
            yield ANSWER, row | answer | {"reason": reason}
        case OfferExpired(offer_id=offer, version=version):
            yield ANSWER, row | _answered(offer, version, OfferStatus.EXPIRED)


def _milestones(fact: Fact, row: dict[str, Any]) -> Iterator[Write]:
    match fact:
        case MilestoneSet(milestone_id=milestone, plan=plan):
            yield SET_MILESTONE, row | {"milestone": milestone} | _planned(plan)
        case MilestoneMet(milestone_id=milestone, met_on=day):
            settled = {"status": MilestoneStatus.MET, "met_on": day, "reason": None}
            yield SETTLE_MILESTONE, row | settled | {"milestone": milestone}
        case MilestoneMissed(milestone_id=milestone, reason=reason):
            settled = {"status": MilestoneStatus.MISSED, "met_on": None, "reason": reason}
            yield SETTLE_MILESTONE, row | settled | {"milestone": milestone}
        case MilestoneWaived(milestone_id=milestone, reason=reason):
            settled = {"status": MilestoneStatus.WAIVED, "met_on": None, "reason": reason}
            yield SETTLE_MILESTONE, row | settled | {"milestone": milestone}
        case MilestoneRedated(milestone_id=milestone, due_date=day, reason=reason):
            moved = {"milestone": milestone, "due_date": day, "reason": reason}
            yield REDATE_MILESTONE, row | moved


def _contingencies(fact: Fact, row: dict[str, Any]) -> Iterator[Write]:
    match fact:
        case ContingencyAdded(contingency_id=id, terms=terms, offer_id=offer):
            yield ADD_CONTINGENCY, row | dict(terms) | {"contingency": id, "offer": offer}
        case ContingencySatisfied(contingency_id=id, note=note):
            settled = {"status": ContingencyStatus.SATISFIED, "reason": note}
            yield SETTLE_CONTINGENCY, row | settled | {"contingency": id}
        case ContingencyWaived(contingency_id=id, reason=reason):
            settled = {"status": ContingencyStatus.WAIVED, "reason": reason}
            yield SETTLE_CONTINGENCY, row | settled | {"contingency": id}
        case ContingencyFailed(contingency_id=id, reason=reason):
            settled = {"status": ContingencyStatus.FAILED, "reason": reason}
            yield SETTLE_CONTINGENCY, row | settled | {"contingency": id}


def _offered(fact: OfferMade | OfferCountered, version: int, terms: OfferTerms) -> dict[str, Any]:
    return {
        "offer": fact.offer_id,
        "offer_version": version,
        "contact": fact.contact_id,
        "side": fact.side,
        "price": terms.price.amount,
        "currency": terms.price.currency,
        "terms": terms.text,
        "contingencies": Jsonb([each.model_dump(mode="json") for each in terms.contingencies]),
        "expires_at": terms.expires_at,
    }


def _answered(
    offer: UUID, version: int, status: OfferStatus, contact: UUID | None = None
) -> dict[str, Any]:
    return {
        "offer": offer,
        "offer_version": version,
        "status": status,
        "contact": contact,
        "reason": None,
    }


def _planned(plan: MilestonePlan) -> dict[str, Any]:
    return {"title": plan.title, "due_date": plan.due_date, "responsible": plan.responsible}


def _parties(parties: tuple[Party, ...]) -> Jsonb:
    return Jsonb([party.model_dump(mode="json") for party in parties])


def _json(party: Party) -> Jsonb:
    return Jsonb(party.model_dump(mode="json"))
