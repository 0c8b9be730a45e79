"""The deal board and the tables beside it, fed by real facts from the real store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain.deals import (
    ContingencyAdded,
    ContingencyFailed,
    ContingencyKind,
    ContingencySatisfied,
    ContingencyTerms,
    Deal,
    DealCancelled,
    DealClosed,
    DealOpened,
    MilestoneMet,
    MilestoneMissed,
    MilestonePlan,
    MilestoneRedated,
    MilestoneSet,
    OfferAccepted,
    OfferCountered,
    OfferDeclined,
    OfferMade,
    OfferTerms,
    OfferWithdrawn,
    Party,
    PartyAdded,
    PartyRemoved,
    PartyRole,
    Side,
)
from domain.kernel import FACTS, DomainError, Fact
from domain.terms import Purpose
from domain.values import Money
from projections.deals import FACTS as WANTED
from tests.conftest import Desk
from tests.projecting import project_all
from tests.strategies import DEAL_PEOPLE, DealDecision, deal_decisions

Row = dict[str, Any]
Read = Callable[..., list[Row]]

HOME, ANN, BOB, EVE = UUID(int=1), *DEAL_PEOPLE[:3]
OFFER, OTHER, STEP, HITCH = UUID(int=10), UUID(int=11), UUID(int=20), UUID(int=30)
DUE = date(2026, 5, 20)
UNTIL = datetime(2026, 5, 3, 17, tzinfo=UTC)
SELLER = Party(role=PartyRole.SELLER, contact_id=ANN)
BUYER = Party(role=PartyRole.BUYER, contact_id=BOB)
AGENT = Party(role=PartyRole.BUYER_AGENT, user="anna")
LENDER = Party(role=PartyRole.LENDER, contact_id=EVE)
OPENED = DealOpened(
    property_id=HOME, purpose=Purpose.SALE, currency="USD", parties=(SELLER, BUYER, AGENT)
)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


FINANCING = ContingencyTerms(kind=ContingencyKind.FINANCING, due_date=DUE, detail="Loan")
LOW = OfferTerms(price=usd(600_000), text="Washer stays.", contingencies=(FINANCING,))
HIGH = OfferTerms(price=usd(640_000), expires_at=UNTIL)
MADE = OfferMade(offer_id=OFFER, contact_id=BOB, side=Side.SEEKER, terms=LOW)
COUNTERED = OfferCountered(offer_id=OFFER, version=2, contact_id=ANN, side=Side.OWNER, terms=HIGH)
ACCEPTED = OfferAccepted(offer_id=OFFER, version=2, contact_id=BOB, price=usd(640_000))
SECOND = OfferMade(offer_id=OTHER, contact_id=BOB, side=Side.SEEKER, terms=HIGH)
SET = MilestoneSet(
    milestone_id=STEP,
    plan=MilestonePlan(title="Appraisal", due_date=DUE, responsible=PartyRole.LENDER),
)
ADDED = ContingencyAdded(contingency_id=HITCH, terms=FINANCING, offer_id=OFFER)


@pytest.fixture
def tables(ledger: Desk, dsn: str, reads: psycopg.Connection[Row]) -> Read:
    """The rows of a table about a new deal after these facts."""

    def rows_after(table: str, *facts: Fact) -> list[Row]:
        deal = Deal(id=uuid4(), agency=ledger.agency)
        receipt = ledger.next().append(deal, facts)
        project_all(dsn, ledger.store, ["deal_board"])
        [board] = reads.execute("select * from deal_board where id = %s", [deal.id]).fetchall()
        place = (board["agency"], board["version"], board["position"])
        assert place == (ledger.agency, receipt.version, receipt.position)
        if table == "deal_board":
            return [board]
        query = f"select * from {table} where deal_id = %s order by 1, 2, 3".encode()
        return reads.execute(query, [deal.id]).fetchall()

    return rows_after


def columns(row: Row, names: str) -> list[Any]:
    return [row[name] for name in names.split()]


def test_every_fact_of_a_deal_is_wanted() -> None:
    assert {each.NAME for each in WANTED} == {name for name in FACTS if name.startswith("deal.")}


def test_an_opened_deal_becomes_a_row(tables: Read) -> None:
    [row] = tables("deal_board", OPENED)
    assert columns(row, "property_id purpose currency status") == [HOME, "sale", "USD", "open"]
    assert [party["role"] for party in row["parties"]] == ["seller", "buyer", "buyer_agent"]
    assert set(row["party_contact_ids"]) == {ANN, BOB}
    assert columns(row, "offers_open milestones_open contingencies_open") == [0, 0, 0]
    assert row["opened_by"] == "anna"
    assert row["opened_at"] == row["updated_at"]


def test_parties_come_and_go(tables: Read) -> None:
    [row] = tables("deal_board", OPENED, PartyAdded(party=LENDER))
    assert set(row["party_contact_ids"]) == {ANN, BOB, EVE}
    added, removed = PartyAdded(party=LENDER), PartyRemoved(party=BUYER, reason="")
    [row] = tables("deal_board", OPENED, added, removed)
    assert [party["role"] for party in row["parties"]] == ["seller", "buyer_agent", "lender"]
    assert set(row["party_contact_ids"]) == {ANN, EVE}


def test_every_offer_version_is_a_row(tables: Read) -> None:
    first, second, other = tables("deal_offers", OPENED, MADE, COUNTERED, SECOND, ACCEPTED)
    names = "offer_id offer_version contact_id side price status answered_by"
    assert columns(first, names) == [OFFER, 1, BOB, "seeker", 600_000, "countered", ANN]
    assert columns(second, names) == [OFFER, 2, ANN, "owner", 640_000, "accepted", BOB]
    assert columns(other, names) == [OTHER, 1, BOB, "seeker", 640_000, "open", None]
    assert columns(first, "currency terms expires_at") == ["USD", "Washer stays.", None]
    assert first["contingencies"] == [FINANCING.model_dump(mode="json")]
    assert second["expires_at"] == UNTIL


def test_the_board_knows_best_last_and_accepted_offer(tables: Read) -> None:
    names = "status offers_open best_offer_price last_offer_price last_offer_side next_expiry_at"
    [row] = tables("deal_board", OPENED, MADE)
    assert columns(row, names) == ["open", 1, 600_000, 600_000, "seeker", None]
    [row] = tables("deal_board", OPENED, MADE, COUNTERED)
    assert columns(row, names) == ["open", 1, None, 640_000, "owner", UNTIL]
    [row] = tables("deal_board", OPENED, MADE, SECOND)
    assert columns(row, names) == ["open", 2, 640_000, 640_000, "seeker", UNTIL]
    [row] = tables("deal_board", OPENED, MADE, COUNTERED, ACCEPTED)
    assert columns(row, names) == ["offer_accepted", 0, None, 640_000, "owner", None]
    accepted = columns(row, "accepted_offer_id accepted_offer_version accepted_price")
    assert accepted == [OFFER, 2, 640_000]


def test_declined_withdrawn_and_lapsed_offers_keep_their_reason(tables: Read) -> None:
    declined = OfferDeclined(offer_id=OFFER, version=1, contact_id=ANN, reason="Too low.")
    [row] = tables("deal_offers", OPENED, MADE, declined)
    assert columns(row, "status reason answered_by") == ["declined", "Too low.", ANN]
    withdrawn = OfferWithdrawn(offer_id=OFFER, version=1, contact_id=BOB, reason="Moved.")
    [row] = tables("deal_offers", OPENED, MADE, withdrawn)
    assert columns(row, "status reason answered_by") == ["withdrawn", "Moved.", None]
    [row] = tables("deal_offers", OPENED, MADE, DealCancelled(reason="No loan."))
    assert row["status"] == "lapsed"


def test_milestones_keep_their_first_date(tables: Read) -> None:
    later = DUE + timedelta(days=5)
    missed = MilestoneMissed(milestone_id=STEP, reason="Ill.")
    moved = MilestoneRedated(milestone_id=STEP, due_date=later, reason="Ill.")
    [row] = tables("deal_milestones", OPENED, SET, missed, moved)
    names = "title status due_date original_due_date redated reason responsible"
    assert columns(row, names) == ["Appraisal", "pending", later, DUE, 1, "Ill.", "lender"]
    met = MilestoneMet(milestone_id=STEP, met_on=later)
    [row] = tables("deal_milestones", OPENED, SET, moved, met)
    assert columns(row, "status met_on") == ["met", later]


def test_contingencies_are_rows(tables: Read) -> None:
    [row] = tables("deal_contingencies", OPENED, ADDED)
    names = "kind due_date detail offer_id status"
    assert columns(row, names) == ["financing", DUE, "Loan", OFFER, "open"]
    failed = ContingencyFailed(contingency_id=HITCH, reason="Bank.")
    [row] = tables("deal_contingencies", OPENED, ADDED, failed)
    assert columns(row, "status reason") == ["failed", "Bank."]


def test_the_board_knows_what_is_due_next(tables: Read) -> None:
    names = "milestones_open contingencies_open next_due_date"
    sooner = MilestoneRedated(milestone_id=STEP, due_date=date(2026, 5, 10), reason="")
    [row] = tables("deal_board", OPENED, SET, ADDED, sooner)
    assert columns(row, names) == [1, 1, date(2026, 5, 10)]
    met = MilestoneMet(milestone_id=STEP, met_on=DUE)
    [row] = tables("deal_board", OPENED, SET, ADDED, sooner, met)
    assert columns(row, names) == [0, 1, DUE]
    satisfied = ContingencySatisfied(contingency_id=HITCH, note="")
    [row] = tables("deal_board", OPENED, SET, ADDED, met, satisfied)
    assert columns(row, names) == [0, 0, None]


def test_an_ended_deal_says_how_and_waits_for_nothing(tables: Read) -> None:
    [row] = tables("deal_board", OPENED, SET, MADE, DealCancelled(reason="No loan."))
    assert columns(row, "status cancellation_reason") == ["cancelled", "No loan."]
    assert columns(row, "offers_open next_due_date next_expiry_at") == [0, None, None]
    assert columns(row, "milestones_open contingencies_open") == [0, 0]
    assert row["closed_at"] == row["updated_at"]
    closed = DealClosed(offer_id=OFFER, close_price=usd(641_000), close_date=DUE)
    [row] = tables("deal_board", OPENED, MADE, COUNTERED, ACCEPTED, closed)
    assert columns(row, "status close_price close_date") == ["closed", 641_000, DUE]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(wishes=some.lists(deal_decisions(), max_size=20))
def test_the_tables_say_what_the_deal_says(tables: Read, wishes: list[DealDecision]) -> None:
    deal, facts = Deal(id=HOME).evolve(OPENED), list[Fact]([OPENED])
    for wish in wishes:
        try:
            news = wish(deal)
        except DomainError:
            continue
        for fact in news:
            deal = deal.evolve(fact)
        facts += news
    [board] = tables("deal_board", *facts)
    assert board["status"] == deal.status
    assert board["parties"] == [party.model_dump(mode="json") for party in deal.parties]
    offers = tables("deal_offers", *facts)
    assert len(offers) == sum(len(offer.versions) for offer in deal.offers.values())
    last = {row["offer_id"]: row["status"] for row in offers}
    assert last == {offer.id: offer.status for offer in deal.offers.values()}
    steps = {row["milestone_id"]: row["status"] for row in tables("deal_milestones", *facts)}
    assert steps == {each.id: each.status for each in deal.milestones.values()}
    hitches = {row["contingency_id"]: row["status"] for row in tables("deal_contingencies", *facts)}
    assert hitches == {each.id: each.status for each in deal.contingencies.values()}
