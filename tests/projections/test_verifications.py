"""The verification board and its documents, fed by real facts from the real store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain.kernel import FACTS, DomainError, Fact
from domain.verifications import (
    Decision,
    Document,
    DocumentKind,
    DocumentSubmitted,
    Finding,
    MediaType,
    Reading,
    ResultRecorded,
    Severity,
    Verification,
    VerificationDecided,
    VerificationExpired,
    VerificationOutcome,
    VerificationPurpose,
    VerificationReferred,
    VerificationRequested,
    VerificationWithdrawn,
)
from projections.verifications import FACTS as WANTED
from tests.conftest import Desk
from tests.projecting import project_all
from tests.strategies import VerificationDecision, verification_decisions

Row = dict[str, Any]
Read = Callable[..., list[Row]]

CLIENT = UUID(int=2)
KINDS = (DocumentKind.PASSPORT, DocumentKind.SELFIE)
REQUESTED = VerificationRequested(
    contact_id=CLIENT, purpose=VerificationPurpose.IDENTITY, documents=KINDS
)
PASSPORT = Document(
    kind=DocumentKind.PASSPORT,
    reference="vault://17",
    sha256="a" * 64,
    media_type=MediaType.JPEG,
    byte_size=800_000,
)
SUBMITTED = DocumentSubmitted(document=PASSPORT)
BLURRED = Finding(code="blurred", severity=Severity.WARNING, detail="Line two.")
READING = Reading(
    outcome=VerificationOutcome.PASS,
    findings=(BLURRED,),
    score=0.75,
    reader="passport_reader",
    reader_version="1.4.0",
)
CHECKED = ResultRecorded(reading=READING)
UNTIL = date(2027, 5, 1)
APPROVED = VerificationDecided(decision=Decision.APPROVED, reason="Seen.", valid_until=UNTIL)


@pytest.fixture
def tables(ledger: Desk, dsn: str, reads: psycopg.Connection[Row]) -> Read:
    """The board's row of a new verification after these facts, then those of its documents."""

    def rows_after(*facts: Fact) -> list[Row]:
        it = Verification(id=uuid4(), agency=ledger.agency)
        receipt = ledger.next().append(it, facts)
        project_all(dsn, ledger.store, ["verification_board"])
        query = "select * from verification_board where id = %s"
        [board] = reads.execute(query, [it.id]).fetchall()
        place = (board["agency"], board["version"], board["position"])
        assert place == (ledger.agency, receipt.version, receipt.position)
        query = "select * from verification_documents where verification_id = %s order by version"
        return [board, *reads.execute(query, [it.id]).fetchall()]

    return rows_after


def columns(row: Row, names: str) -> list[Any]:
    return [row[name] for name in names.split()]


def test_every_fact_of_a_verification_is_wanted() -> None:
    names = {name for name in FACTS if name.startswith("verification.")}
    assert {each.NAME for each in WANTED} == names


def test_a_request_becomes_a_row(tables: Read) -> None:
    [row] = tables(REQUESTED)
    assert columns(row, "contact_id purpose status") == [CLIENT, "identity", "requested"]
    assert row["requested_kinds"] == row["missing_kinds"] == ["passport", "selfie"]
    assert columns(row, "documents outcome decision findings") == [0, None, None, []]
    assert row["requested_by"] == "anna"


def test_a_document_is_a_row_and_no_longer_missing(tables: Read) -> None:
    row, document = tables(REQUESTED, SUBMITTED)
    assert columns(row, "status documents missing_kinds") == ["submitted", 1, ["selfie"]]
    names = "kind reference sha256 media_type byte_size submitted_by"
    expected = ["passport", "vault://17", "a" * 64, "image/jpeg", 800_000, "anna"]
    assert columns(document, names) == expected


def test_a_result_says_who_read_what(tables: Read) -> None:
    row = tables(REQUESTED, SUBMITTED, CHECKED)[0]
    names = "status outcome score reader reader_version"
    assert columns(row, names) == ["checked", "pass", 0.75, "passport_reader", "1.4.0"]
    assert row["findings"] == [BLURRED.model_dump(mode="json")]
    unsure = ResultRecorded(reading=READING.but(outcome=VerificationOutcome.REFER))
    row = tables(REQUESTED, SUBMITTED, unsure)[0]
    assert columns(row, "status outcome") == ["referred", "refer"]


def test_a_decision_says_who_why_and_until_when(tables: Read) -> None:
    referred = VerificationReferred(reason="Blurred.")
    [row] = tables(REQUESTED, referred, APPROVED)
    names = "status decision referral_reason decision_reason decided_by valid_until"
    expected = ["approved", "approved", "Blurred.", "Seen.", "anna", UNTIL]
    assert columns(row, names) == expected
    [row] = tables(REQUESTED, referred, APPROVED, VerificationExpired())
    assert columns(row, "status decision") == ["expired", "approved"]
    [row] = tables(REQUESTED, VerificationWithdrawn(reason="No deal."))
    assert columns(row, "status withdrawal_reason") == ["withdrawn", "No deal."]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(wishes=some.lists(verification_decisions(), max_size=12))
def test_the_board_says_what_the_verification_says(
    tables: Read, wishes: list[VerificationDecision]
) -> None:
    it, facts = Verification(id=CLIENT).evolve(REQUESTED), list[Fact]([REQUESTED])
    for wish in wishes:
        try:
            news = wish(it)
        except DomainError:
            continue
        for fact in news:
            it = it.evolve(fact)
        facts += news
    board, *documents = tables(*facts)
    assert board["status"] == it.status
    assert board["documents"] == len(it.documents)
    assert [row["sha256"] for row in documents] == [each.sha256 for each in it.documents]
    assert board["outcome"] == (it.reading.outcome if it.reading else None)
