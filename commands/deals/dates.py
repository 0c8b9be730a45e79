"""What can be asked of the milestones and contingencies of a deal."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from commands.base import Command
from commands.deals.examples import CONTINGENCY, DEAL, FINANCING, MILESTONE
from commands.ledger import Ledger, Receipt
from domain.deals import ContingencyTerms, Deal, MilestonePlan
from domain.values import Day, Line, Text

THE_MILESTONE: dict[str, Any] = {"deal_id": DEAL, "milestone_id": MILESTONE}
THE_CONTINGENCY: dict[str, Any] = {"deal_id": DEAL, "contingency_id": CONTINGENCY}


class SetMilestone(Command):
    """Plan a step on the way to closing."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        **THE_MILESTONE,
        "plan": {"title": "Final walk-through", "due_date": "2026-05-27", "responsible": "buyer"},
    }

    deal_id: UUID
    milestone_id: UUID | None = None
    plan: MilestonePlan


class MeetMilestone(Command):
    """Note that a milestone is reached: today, unless `met_on` says when."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_MILESTONE, "met_on": "2026-05-26"}

    deal_id: UUID
    milestone_id: UUID
    met_on: Day | None = None


class MissMilestone(Command):
    """Note that the due date of a milestone went by, and why."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_MILESTONE, "reason": "The appraiser fell ill."}

    deal_id: UUID
    milestone_id: UUID
    reason: Line


class RedateMilestone(Command):
    """Give a pending or missed milestone another due date."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        **THE_MILESTONE,
        "due_date": "2026-06-03",
        "reason": "The appraiser fell ill.",
    }

    deal_id: UUID
    milestone_id: UUID
    due_date: Day
    reason: Line


class WaiveMilestone(Command):
    """Go on without a milestone."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_MILESTONE, "reason": "The home stands empty."}

    deal_id: UUID
    milestone_id: UUID
    reason: Line


class AddContingency(Command):
    """Let the deal hang on a condition."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_CONTINGENCY, "terms": FINANCING}

    deal_id: UUID
    contingency_id: UUID | None = None
    terms: ContingencyTerms


class SatisfyContingency(Command):
    """Note that a condition came true."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_CONTINGENCY, "note": "Loan commitment received."}

    deal_id: UUID
    contingency_id: UUID
    note: Text = ""


class WaiveContingency(Command):
    """Go on without a condition, even if it failed."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_CONTINGENCY, "reason": "The buyer pays cash."}

    deal_id: UUID
    contingency_id: UUID
    reason: Line


class FailContingency(Command):
    """Note that a condition did not come true."""

    EXAMPLE: ClassVar[dict[str, Any]] = {**THE_CONTINGENCY, "reason": "The bank declined."}

    deal_id: UUID
    contingency_id: UUID
    reason: Line


def set_milestone(command: SetMilestone, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.set_milestone(ledger.new_id(command.milestone_id), command.plan)
    return ledger.append(deal, facts)


def meet_milestone(command: MeetMilestone, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    day = command.met_on or ledger.now.date()
    return ledger.append(deal, deal.meet_milestone(command.milestone_id, day, ledger.now))


def miss_milestone(command: MissMilestone, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.miss_milestone(command.milestone_id, command.reason, ledger.now)
    return ledger.append(deal, facts)


def redate_milestone(command: RedateMilestone, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.redate_milestone(command.milestone_id, command.due_date, command.reason)
    return ledger.append(deal, facts)


def waive_milestone(command: WaiveMilestone, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.waive_milestone(command.milestone_id, command.reason))


def add_contingency(command: AddContingency, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    facts = deal.add_contingency(ledger.new_id(command.contingency_id), command.terms)
    return ledger.append(deal, facts)


def satisfy_contingency(command: SatisfyContingency, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.satisfy_contingency(command.contingency_id, command.note))


def waive_contingency(command: WaiveContingency, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.waive_contingency(command.contingency_id, command.reason))


def fail_contingency(command: FailContingency, ledger: Ledger) -> Receipt:
    deal = ledger.load(Deal, command.deal_id)
    return ledger.append(deal, deal.fail_contingency(command.contingency_id, command.reason))
