"""Commands on verifications, against the real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.base import Command, Role
from commands.catalogue import HANDLERS
from commands.contacts import RegisterContact, register_contact
from commands.desk import RoleMissing, handle
from commands.ledger import Receipt
from commands.verifications import (
    DecideVerification,
    ExpireVerification,
    RecordResult,
    ReferVerification,
    RequestVerification,
    SubmitDocument,
    WithdrawVerification,
)
from domain.kernel import NotFound
from domain.verifications import (
    DocumentAlreadySubmitted,
    NothingToDecideOn,
    Verification,
    VerificationDecided,
    VerificationStatus,
    VerificationStillValid,
)
from tests.conftest import Desk

COMMANDS = [each for each in HANDLERS if each.__module__ == "commands.verifications"]


def named(command: type[Command]) -> str:
    return command.__name__


def do(ledger: Desk, kind: type[Command], **fields: Any) -> Receipt:
    """The command's example with these fields, carried out."""
    return HANDLERS[kind](kind.model_validate(kind.EXAMPLE | fields), ledger.next())


@pytest.fixture
def client(ledger: Desk) -> UUID:
    details = {"kind": "person", "given_name": "Bob", "phone": "+12065550100"}
    command = RegisterContact.model_validate({"details": details})
    return register_contact(command, ledger.next()).id


@pytest.fixture
def verification(ledger: Desk, client: UUID) -> UUID:
    return do(ledger, RequestVerification, verification_id=None, contact_id=client).id


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_example_is_a_valid_body(command: type[Command]) -> None:
    assert command.model_validate(command.EXAMPLE).model_dump()
    assert next(iter(command.model_fields)) == "verification_id"


def test_a_verification_goes_from_request_to_expiry(ledger: Desk, verification: UUID) -> None:
    it = {"verification_id": verification}
    do(ledger, SubmitDocument, **it)
    with pytest.raises(DocumentAlreadySubmitted):
        do(ledger, SubmitDocument, **it)
    with pytest.raises(NothingToDecideOn):
        do(ledger, DecideVerification, **it)
    do(ledger, RecordResult, **it)
    do(ledger, ReferVerification, **it)
    tomorrow = (ledger.now + timedelta(days=1)).date()
    do(ledger, DecideVerification, **it, valid_until=tomorrow)
    expire = ExpireVerification(verification_id=verification)
    with pytest.raises(VerificationStillValid):
        HANDLERS[ExpireVerification](expire, ledger.next())
    late = replace(ledger.next(), now=ledger.now + timedelta(days=2))
    assert HANDLERS[ExpireVerification](expire, late).version == 6
    assert ledger.load(Verification, verification).status is VerificationStatus.EXPIRED


def test_who_decided_is_signed(ledger: Desk, verification: UUID) -> None:
    do(ledger, ReferVerification, verification_id=verification)
    boss = ledger.next(by="boss")
    decide = DecideVerification.EXAMPLE | {"verification_id": verification}
    HANDLERS[DecideVerification](DecideVerification.model_validate(decide), boss)
    last = list(ledger.history(verification))[-1]
    assert isinstance(last.fact, VerificationDecided)
    assert last.by == "boss"


def test_only_known_contacts_are_verified(ledger: Desk) -> None:
    with pytest.raises(NotFound):
        do(ledger, RequestVerification, verification_id=None, contact_id=uuid4())


def test_a_verification_can_be_withdrawn(ledger: Desk, verification: UUID) -> None:
    do(ledger, WithdrawVerification, verification_id=verification)
    state = ledger.load(Verification, verification)
    assert state.status is VerificationStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (DecideVerification, {Role.AGENT, Role.SERVICE, Role.AUDITOR}),
        (RecordResult, {Role.AGENT, Role.AUDITOR}),
        (SubmitDocument, {Role.AUDITOR}),
    ],
)
def test_roles_are_asked_for(
    ledger: Desk, verification: UUID, kind: type[Command], roles: set[Role]
) -> None:
    command = kind.model_validate(kind.EXAMPLE | {"verification_id": verification})
    with pytest.raises(RoleMissing):
        handle(command, ledger.store, ledger.next(roles=frozenset(roles)).signed)
