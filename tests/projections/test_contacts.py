"""The contact board after real commands, through the real projector."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from commands import contacts as ask
from commands.base import Command
from commands.catalogue import HANDLERS
from domain.contacts import ContactDetails, ContactKind
from tests.conftest import Desk
from tests.projecting import project_all

Reads = psycopg.Connection[dict[str, Any]]
MARY = ContactDetails(given_name="Mary", family_name="Somerville", email="mary@example.com")
PLACES = ("version", "position", "updated_at")


class Board:
    """Commands in, rows out."""

    def __init__(self, ledger: Desk, reads: Reads, dsn: str) -> None:
        self.ledger, self.reads, self.dsn = ledger, reads, dsn

    def ask(self, kind: type[Command], **fields: Any) -> UUID:
        command = kind.model_validate(kind.EXAMPLE | fields)
        return HANDLERS[kind](command, self.ledger.next()).id

    def row(self, id: UUID) -> dict[str, Any]:
        project_all(self.dsn, self.ledger.store, ["contact_board"])
        [row] = self.reads.execute("select * from contact_board where id = %s", [id]).fetchall()
        return row

    def interactions(self, id: UUID) -> list[dict[str, Any]]:
        sql = "select * from contact_interactions where contact_id = %s order by version"
        return self.reads.execute(sql, [id]).fetchall()


@pytest.fixture
def board(ledger: Desk, reads: Reads, dsn: str) -> Board:
    return Board(ledger, reads, dsn)


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in PLACES}


def test_a_registered_contact_has_a_row_with_all_that_is_known(board: Board) -> None:
    row = board.row(board.ask(ask.RegisterContact))
    expected = {
        "agency": board.ledger.agency,
        "kind": "person",
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "organization_name": None,
        "roles": ["buyer"],
        "email": "ada@example.com",
        "phone": "+12065550100",
        "language": "en",
        "search": "ada lovelace ada@example.com +12065550100",
        "agent": None,
        "status": "active",
        "merged_ids": [],
        "purpose": "buy",
        "budget_from": Decimal("450000.00"),
        "budget_to": Decimal("700000.00"),
        "currency": "USD",
        "interactions": 0,
        "last_interaction_at": None,
        "version": 3,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["requirements"]["areas"][0]["place"] == "Ballard"
    assert row["consents"]["data_processing"]["given"] is True
    assert row["created_at"] == row["updated_at"]


def test_corrected_details_take_the_place_of_the_old(board: Board) -> None:
    id = board.ask(ask.RegisterContact)
    company = {
        "kind": ContactKind.COMPANY,
        "organization_name": "Engines",
        "phone": "+442071234567",
    }
    board.ask(ask.CorrectContactDetails, contact_id=id, details=company)
    row = board.row(id)
    shown = (row["kind"], row["name"], row["email"], row["given_name"], row["search"])
    assert shown == ("company", "Engines", None, None, "engines +442071234567")


def test_a_withdrawn_consent_is_shown_as_withdrawn(board: Board) -> None:
    id = board.ask(ask.RegisterContact)
    board.ask(ask.GiveConsent, contact_id=id)
    board.ask(ask.WithdrawConsent, contact_id=id)
    consents = board.row(id)["consents"]
    assert (consents["marketing"]["given"], consents["marketing"]["channel"]) == (False, "email")
    assert consents["data_processing"]["given"] is True


def test_requirements_and_agent_follow_the_last_word(board: Board) -> None:
    id = board.ask(ask.RegisterContact)
    board.ask(ask.StateRequirements, contact_id=id, requirements={"purpose": "rent"})
    board.ask(ask.AssignContact, contact_id=id)
    row = board.row(id)
    assert (row["purpose"], row["budget_to"], row["currency"]) == ("rent", None, None)
    assert row["agent"] == "agent-17"
    board.ask(ask.UnassignContact, contact_id=id)
    assert board.row(id)["agent"] is None


def test_every_interaction_is_kept_and_the_latest_one_known(board: Board) -> None:
    id = board.ask(ask.RegisterContact)
    now = board.ledger.now
    for at in (now, now - timedelta(days=3)):
        board.ask(ask.NoteInteraction, contact_id=id, at=at)
    row = board.row(id)
    assert (row["interactions"], row["last_interaction_at"]) == (2, now)
    noted = board.interactions(id)
    assert [each["at"] for each in noted] == [now, now - timedelta(days=3)]
    assert {each["note"] for each in noted} == {"Viewing on Saturday at ten."}
    assert {each["noted_by"] for each in noted} == {"anna"}


def test_archived_and_taken_up_again(board: Board) -> None:
    id = board.ask(ask.RegisterContact)
    before = board.row(id)
    board.ask(ask.ArchiveContact, contact_id=id)
    row = board.row(id)
    assert (row["status"], row["archive_reason"]) == ("archived", "went_elsewhere")
    board.ask(ask.ReactivateContact, contact_id=id)
    assert lasting(board.row(id)) == lasting(before)


def test_a_merge_shows_on_both_rows_and_leaves_none_after_unmerging(board: Board) -> None:
    ada, mary = board.ask(ask.RegisterContact), board.ask(ask.RegisterContact, details=MARY)
    before = [board.row(id) for id in (ada, mary)]
    board.ask(ask.MergeContacts, contact_id=ada, duplicate_id=mary)
    survivor, duplicate = board.row(ada), board.row(mary)
    assert (survivor["status"], survivor["merged_ids"]) == ("active", [mary])
    assert (duplicate["status"], duplicate["merged_into"]) == ("merged", ada)
    board.ask(ask.UnmergeContacts, contact_id=ada, duplicate_id=mary)
    assert [lasting(board.row(id)) for id in (ada, mary)] == [lasting(was) for was in before]


def test_what_was_noted_while_merged_stays_with_the_survivor(board: Board) -> None:
    ada, mary = board.ask(ask.RegisterContact), board.ask(ask.RegisterContact, details=MARY)
    board.ask(ask.NoteInteraction, contact_id=mary)
    board.ask(ask.MergeContacts, contact_id=ada, duplicate_id=mary)
    board.ask(ask.NoteInteraction, contact_id=ada)
    board.ask(ask.UnmergeContacts, contact_id=ada, duplicate_id=mary)
    assert [board.row(id)["interactions"] for id in (ada, mary)] == [1, 1]
    assert [len(board.interactions(id)) for id in (ada, mary)] == [1, 1]
