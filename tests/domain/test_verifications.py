"""The rules of verifications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain import verifications as no
from domain.kernel import DomainError, Fact
from domain.verifications import (
    Decision,
    Document,
    DocumentKind,
    DocumentSubmitted,
    MediaType,
    Reading,
    ResultRecorded,
    Verification,
    VerificationDecided,
    VerificationExpired,
    VerificationOutcome,
    VerificationPurpose,
    VerificationReferred,
    VerificationRequested,
    VerificationStatus,
    VerificationWithdrawn,
)
from tests.spec import given
from tests.strategies import VerificationDecision, verification_decisions

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
CLIENT = UUID(int=2)
REQUESTED = VerificationRequested(
    contact_id=CLIENT, purpose=VerificationPurpose.IDENTITY, documents=(DocumentKind.PASSPORT,)
)
PASSPORT = Document(
    kind=DocumentKind.PASSPORT,
    reference="vault://17",
    sha256="a" * 64,
    media_type=MediaType.JPEG,
    byte_size=800_000,
)
BACK = PASSPORT.but(sha256="b" * 64, reference="vault://18")
SUBMITTED = DocumentSubmitted(document=PASSPORT)
PASSED = Reading(
    outcome=VerificationOutcome.PASS, score=0.9, reader="passport_reader", reader_version="1"
)
CHECKED = ResultRecorded(reading=PASSED)
UNSURE = ResultRecorded(reading=PASSED.but(outcome=VerificationOutcome.REFER))
REFERRED = VerificationReferred(reason="Blurred.")
APPROVED = VerificationDecided(decision=Decision.APPROVED, reason="Seen.", valid_until=TODAY)
REJECTED = VerificationDecided(decision=Decision.REJECTED, reason="Not the client.")
EXPIRED = VerificationExpired()
WITHDRAWN = VerificationWithdrawn(reason="No deal.")

Decide = Callable[[Verification], Sequence[Fact]]


def decide(decision: Decision = Decision.APPROVED, until: date | None = TODAY) -> Decide:
    return lambda it: it.decide(decision, "Seen.", until, NOW)


def status(*facts: Fact) -> VerificationStatus:
    return given(Verification, *facts).state.status


def test_a_verification_is_requested_once() -> None:
    ask: Decide = lambda it: it.request(  # noqa: E731
        CLIENT, VerificationPurpose.IDENTITY, (DocumentKind.PASSPORT,)
    )
    given(Verification).when(ask).then(REQUESTED)
    given(Verification, REQUESTED).when(ask).refused(no.VerificationAlreadyRequested)


def test_the_very_same_document_is_refused() -> None:
    given(Verification, REQUESTED).when(lambda it: it.submit(PASSPORT)).then(SUBMITTED)
    twice = PASSPORT.but(reference="vault://99", kind=DocumentKind.OTHER)
    submitted = given(Verification, REQUESTED, SUBMITTED)
    submitted.when(lambda it: it.submit(twice)).refused(no.DocumentAlreadySubmitted)
    submitted.when(lambda it: it.submit(BACK)).then(DocumentSubmitted(document=BACK))


def test_a_reference_is_never_the_document_itself() -> None:
    with pytest.raises(ValueError, match="must not contain it"):
        Document.model_validate(dict(PASSPORT) | {"reference": "data:image/jpeg;base64,AAAA"})


def test_a_result_needs_a_document() -> None:
    given(Verification, REQUESTED).when(lambda it: it.record(PASSED)).refused(
        no.NoDocumentSubmitted
    )
    given(Verification, REQUESTED, SUBMITTED).when(lambda it: it.record(PASSED)).then(CHECKED)


def test_a_document_after_a_result_asks_for_a_new_result() -> None:
    more = DocumentSubmitted(document=BACK)
    renewed = given(Verification, REQUESTED, SUBMITTED, CHECKED, more)
    renewed.when(decide()).refused(no.NothingToDecideOn)
    assert status(REQUESTED, SUBMITTED, CHECKED, more, CHECKED) is VerificationStatus.CHECKED


def test_once_referred_it_stays_with_a_person() -> None:
    for first in ((REQUESTED, REFERRED), (REQUESTED, SUBMITTED, UNSURE)):
        assert status(*first, DocumentSubmitted(document=BACK)) is VerificationStatus.REFERRED
        assert status(*first, SUBMITTED, CHECKED) is VerificationStatus.REFERRED
    referred = given(Verification, REQUESTED, REFERRED)
    referred.when(lambda it: it.refer("Blurred.")).then()
    referred.when(lambda it: it.refer("Torn.")).then(VerificationReferred(reason="Torn."))


def test_a_decision_needs_a_result_or_a_person_asked_to_look() -> None:
    for too_early in ((REQUESTED,), (REQUESTED, SUBMITTED)):
        given(Verification, *too_early).when(decide()).refused(no.NothingToDecideOn)
    for ready in ((REQUESTED, REFERRED), (REQUESTED, SUBMITTED, CHECKED)):
        given(Verification, *ready).when(decide()).then(APPROVED)
        rejected = REJECTED.but(reason="Seen.")
        given(Verification, *ready).when(decide(Decision.REJECTED, None)).then(rejected)


def test_an_approval_is_valid_today_at_least_and_a_rejection_never() -> None:
    ready = given(Verification, REQUESTED, REFERRED)
    yesterday = TODAY - timedelta(days=1)
    ready.when(decide(until=yesterday)).refused(no.ValidityInPast)
    ready.when(decide(Decision.REJECTED)).refused(no.RejectionHasNoValidity)


def test_an_approval_expires_after_its_last_day() -> None:
    approved = given(Verification, REQUESTED, REFERRED, APPROVED)
    approved.when(lambda it: it.expire(NOW)).refused(no.VerificationStillValid)
    approved.when(lambda it: it.expire(NOW + timedelta(days=1))).then(EXPIRED)
    for_ever = given(Verification, REQUESTED, REFERRED, APPROVED.but(valid_until=None))
    for_ever.when(lambda it: it.expire(NOW)).refused(no.VerificationStillValid)
    given(Verification, REQUESTED).when(lambda it: it.expire(NOW)).refused(
        no.VerificationNotApproved
    )


CHANGES: list[Decide] = [
    lambda it: it.submit(BACK),
    lambda it: it.record(PASSED),
    lambda it: it.refer("Torn."),
    decide(),
    lambda it: it.withdraw("No deal."),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        ((), no.VerificationNotRequested),
        ((REQUESTED, REFERRED, APPROVED), no.VerificationAlreadyDecided),
        ((REQUESTED, REFERRED, REJECTED), no.VerificationAlreadyDecided),
        ((REQUESTED, REFERRED, APPROVED, EXPIRED), no.VerificationHasExpired),
        ((REQUESTED, WITHDRAWN), no.VerificationIsWithdrawn),
    ],
)
def test_nothing_changes_after_the_end_or_before_the_request(
    change: Decide, end: tuple[Fact, ...], refusal: type[DomainError]
) -> None:
    given(Verification, *end).when(change).refused(refusal)


def test_a_pending_verification_can_be_withdrawn() -> None:
    for pending in ((REQUESTED,), (REQUESTED, SUBMITTED, CHECKED), (REQUESTED, REFERRED)):
        given(Verification, *pending).when(lambda it: it.withdraw("No deal.")).then(WITHDRAWN)


@for_all(wishes=some.lists(verification_decisions(), max_size=15))
def test_any_wishes_are_facts_or_refusals(wishes: list[VerificationDecision]) -> None:
    state = given(Verification, REQUESTED).state
    for wish in wishes:
        try:
            facts = wish(state)
        except DomainError:
            continue
        for fact in facts:
            state = state.evolve(fact)
        hashes = [each.sha256 for each in state.documents]
        assert len(hashes) == len(set(hashes))
