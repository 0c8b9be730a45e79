"""What a deal waits for: milestones and contingencies, and the moves each may make."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from domain.deals.facts import (
    ContingencyAdded,
    ContingencyFailed,
    ContingencySatisfied,
    ContingencyWaived,
    MilestoneMet,
    MilestoneMissed,
    MilestoneRedated,
    MilestoneSet,
    MilestoneWaived,
)
from domain.deals.parts import ContingencyStatus, ContingencyTerms, MilestonePlan, MilestoneStatus
from domain.deals.refusals import (
    ContingenciesUnsettled,
    ContingencyNotOpen,
    DateInFuture,
    MilestoneNotOverdue,
    MilestoneNotPending,
    MilestonesUnsettled,
)
from domain.kernel import Fact, Value

EASTERNMOST, WESTERNMOST = timedelta(hours=14), timedelta(hours=-12)

MILESTONE_MOVES: dict[MilestoneStatus, frozenset[MilestoneStatus]] = {
    MilestoneStatus.PENDING: frozenset({MilestoneStatus.PENDING, MilestoneStatus.MISSED}),
    MilestoneStatus.MET: frozenset({MilestoneStatus.PENDING, MilestoneStatus.MISSED}),
    MilestoneStatus.MISSED: frozenset({MilestoneStatus.PENDING}),
    MilestoneStatus.WAIVED: frozenset({MilestoneStatus.PENDING, MilestoneStatus.MISSED}),
}
"""To each status, from which ones."""

CONTINGENCY_MOVES: dict[ContingencyStatus, frozenset[ContingencyStatus]] = {
    ContingencyStatus.SATISFIED: frozenset({ContingencyStatus.OPEN}),
    ContingencyStatus.WAIVED: frozenset({ContingencyStatus.OPEN, ContingencyStatus.FAILED}),
    ContingencyStatus.FAILED: frozenset({ContingencyStatus.OPEN}),
}
"""To each status, from which ones."""

MILESTONE_SETTLED = frozenset({MilestoneStatus.MET, MilestoneStatus.WAIVED})
CONTINGENCY_SETTLED = frozenset({ContingencyStatus.SATISFIED, ContingencyStatus.WAIVED})


class Milestone(Value):
    id: UUID
    plan: MilestonePlan
    status: MilestoneStatus = MilestoneStatus.PENDING

    def must_move(self, to: MilestoneStatus) -> None:
        if self.status not in MILESTONE_MOVES[to]:
            raise MilestoneNotPending(milestone_id=str(self.id), status=self.status)


class Contingency(Value):
    id: UUID
    terms: ContingencyTerms
    status: ContingencyStatus = ContingencyStatus.OPEN

    def must_move(self, to: ContingencyStatus) -> None:
        if self.status not in CONTINGENCY_MOVES[to]:
            raise ContingencyNotOpen(contingency_id=str(self.id), status=self.status)


Milestones = dict[UUID, Milestone]
Contingencies = dict[UUID, Contingency]


def milestones_after(milestones: Milestones, fact: Fact) -> Milestones:
    match fact:
        case MilestoneSet(milestone_id=id, plan=plan):
            changed = Milestone(id=id, plan=plan)
        case MilestoneMet(milestone_id=id):
            changed = milestones[id].but(status=MilestoneStatus.MET)
        case MilestoneMissed(milestone_id=id):
            changed = milestones[id].but(status=MilestoneStatus.MISSED)
        case MilestoneWaived(milestone_id=id):
            changed = milestones[id].but(status=MilestoneStatus.WAIVED)
        case MilestoneRedated(milestone_id=id, due_date=day):
            plan = milestones[id].plan.but(due_date=day)
            changed = milestones[id].but(plan=plan, status=MilestoneStatus.PENDING)
        case _:
            return milestones
    return milestones | {id: changed}


def contingencies_after(contingencies: Contingencies, fact: Fact) -> Contingencies:
    match fact:
        case ContingencyAdded(contingency_id=id, terms=terms):
            changed = Contingency(id=id, terms=terms)
        case ContingencySatisfied(contingency_id=id):
            changed = contingencies[id].but(status=ContingencyStatus.SATISFIED)
        case ContingencyWaived(contingency_id=id):
            changed = contingencies[id].but(status=ContingencyStatus.WAIVED)
        case ContingencyFailed(contingency_id=id):
            changed = contingencies[id].but(status=ContingencyStatus.FAILED)
        case _:
            return contingencies
    return contingencies | {id: changed}


def must_be_settled(milestones: Milestones, contingencies: Contingencies) -> None:
    late = [each for each in milestones.values() if each.status not in MILESTONE_SETTLED]
    if late:
        raise MilestonesUnsettled(milestone_ids=[str(each.id) for each in late])
    bare = [each for each in contingencies.values() if each.status not in CONTINGENCY_SETTLED]
    if bare:
        raise ContingenciesUnsettled(contingency_ids=[str(each.id) for each in bare])


def must_be_over(day: date, now: datetime) -> None:
    """The day has ended in every time zone."""
    if (now + WESTERNMOST).date() <= day:
        raise MilestoneNotOverdue(due_date=day.isoformat())


def must_have_come(day: date, now: datetime) -> None:
    """The day has begun in some time zone."""
    if day > (now + EASTERNMOST).date():
        raise DateInFuture(date=day.isoformat())
