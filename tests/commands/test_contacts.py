"""Contacts through the ledger: one transaction, one e-mail address, both streams of a merge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands import contacts as ask
from commands.base import AGENTS, MANAGERS, Command
from commands.catalogue import HANDLERS
from commands.desk import handle
from commands.ledger import Receipt
from domain.contacts import (
    ConsentChannel,
    ConsentGiven,
    ConsentPurpose,
    Contact,
    ContactDetails,
    ContactHasMerged,
    ContactIsArchived,
    ContactMerged,
    ContactRegistered,
    ContactsMerged,
    ContactsUnmerged,
    EmailClaim,
    EmailClaimed,
    EmailReleased,
    EmailTaken,
    InteractionNoted,
    NotYetHappened,
    RequirementsStated,
)
from domain.kernel import Fact, NotFound
from tests.conftest import Desk

ADA = ContactDetails(given_name="Ada", email="ada@example.com")
MARY = ContactDetails(given_name="Mary", email="mary@example.com")
COMMANDS = [each for each in HANDLERS if each.__module__ == ask.__name__]


def do(ledger: Desk, command: Command, **signed: Any) -> Receipt:
    return HANDLERS[type(command)](command, ledger.next(**signed))


def register(ledger: Desk, details: ContactDetails, **signed: Any) -> UUID:
    return do(ledger, ask.RegisterContact(details=details), **signed).id


def facts(ledger: Desk, stream: UUID) -> list[Fact]:
    return [step.fact for step in ledger.history(stream)]


def claims(ledger: Desk, address: str) -> list[Fact]:
    return facts(ledger, ledger.key("email", address))


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_the_example_is_valid(kind: type[Command]) -> None:
    assert kind.EXAMPLE
    assert kind.model_validate(kind.EXAMPLE)


def test_merging_is_for_managers() -> None:
    for_managers = {kind for kind in COMMANDS if kind.ROLES == MANAGERS}
    assert for_managers == {ask.MergeContacts, ask.UnmergeContacts}
    assert all(kind.ROLES == AGENTS for kind in set(COMMANDS) - for_managers)


def test_registering_brings_all_that_is_known(ledger: Desk) -> None:
    command = ask.RegisterContact.model_validate(ask.RegisterContact.EXAMPLE)
    receipt = do(ledger, command)
    registered, agreed, wishes = facts(ledger, receipt.id)
    assert isinstance(registered, ContactRegistered)
    assert isinstance(agreed, ConsentGiven)
    assert isinstance(wishes, RequirementsStated)
    assert receipt.version == 3
    assert claims(ledger, "ada@example.com") == [EmailClaimed(contact_id=receipt.id)]


def test_registering_again_under_the_same_id_changes_nothing(ledger: Desk) -> None:
    command = ask.RegisterContact(contact_id=uuid4(), details=ADA)
    first, again = do(ledger, command), do(ledger, command)
    assert first == again
    assert len(facts(ledger, first.id)) == 1


def test_an_address_is_taken_by_one_contact_of_an_agency(ledger: Desk) -> None:
    first = register(ledger, ADA)
    with pytest.raises(EmailTaken) as refusal:
        register(ledger, ADA.but(given_name="Another"))
    assert refusal.value.details == {"contact_id": str(first)}
    assert register(ledger, ADA, agency=uuid4()) != first


def test_an_address_is_the_same_in_any_case(ledger: Desk) -> None:
    register(ledger, ADA)
    with pytest.raises(EmailTaken):
        register(ledger, ContactDetails(given_name="Ada", email="Ada@Example.COM"))


def test_of_many_who_claim_an_address_at_once_one_gets_it(ledger: Desk) -> None:
    def attempt(number: int) -> UUID | None:
        command = ask.RegisterContact(details=ADA.but(given_name=f"Ada {number}"))
        try:
            return handle(command, ledger.store, ledger.next().signed).id
        except EmailTaken:
            return None

    with ThreadPoolExecutor(8) as crowd:
        [winner] = filter(None, crowd.map(attempt, range(24)))
    assert claims(ledger, "ada@example.com") == [EmailClaimed(contact_id=winner)]


def test_merges_at_once_never_make_a_chain(ledger: Desk) -> None:
    ids = [register(ledger, ADA.but(email=f"ada{n}@example.com")) for n in range(4)]
    pairs = [(one, other) for one in ids for other in ids if one != other]

    def attempt(pair: tuple[UUID, UUID]) -> bool:
        command = ask.MergeContacts(contact_id=pair[0], duplicate_id=pair[1])
        try:
            handle(command, ledger.store, ledger.next().signed)
        except (ContactMerged, ContactHasMerged):
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert any(crowd.map(attempt, pairs))
    everyone = {id: ledger.load(Contact, id) for id in ids}
    for contact in everyone.values():
        assert not (contact.merged_into and contact.merged_ids)
        assert all(everyone[id].merged_into == contact.id for id in contact.merged_ids)


def test_no_claim_holds_the_address_itself(ledger: Desk) -> None:
    register(ledger, ADA)
    claim = ledger.load(EmailClaim, ledger.key("email", "ada@example.com"))
    assert "ada" not in claim.model_dump_json()
    assert all("ada" not in each.model_dump_json() for each in claims(ledger, "ada@example.com"))


def test_another_address_frees_the_old_one(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    moved = ADA.but(email="countess@example.com")
    do(ledger, ask.CorrectContactDetails(contact_id=ada, details=moved))
    assert claims(ledger, "ada@example.com") == [
        EmailClaimed(contact_id=ada),
        EmailReleased(contact_id=ada),
    ]
    assert claims(ledger, "countess@example.com") == [EmailClaimed(contact_id=ada)]
    namesake = register(ledger, ADA)
    assert claims(ledger, "ada@example.com")[-1] == EmailClaimed(contact_id=namesake)


def test_a_correction_to_a_taken_address_changes_nothing_at_all(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    register(ledger, MARY)
    taken = ADA.but(email=MARY.email)
    with pytest.raises(EmailTaken):
        do(ledger, ask.CorrectContactDetails(contact_id=ada, details=taken))
    assert len(facts(ledger, ada)) == len(claims(ledger, "ada@example.com")) == 1


def test_a_correction_may_give_the_address_up(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    by_phone = ADA.but(email=None, phone="+12065550100")
    do(ledger, ask.CorrectContactDetails(contact_id=ada, details=by_phone))
    assert claims(ledger, "ada@example.com")[-1] == EmailReleased(contact_id=ada)


def test_consents_and_interactions_are_of_now_unless_said(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    purpose, channel = ConsentPurpose.MARKETING, ConsentChannel.PHONE
    do(ledger, ask.GiveConsent(contact_id=ada, purpose=purpose, channel=channel))
    call = ask.NoteInteraction.EXAMPLE | {"contact_id": ada}
    do(ledger, ask.NoteInteraction.model_validate(call))
    steps = list(ledger.history(ada))[1:]
    given, noted = (step.fact for step in steps)
    assert isinstance(given, ConsentGiven)
    assert isinstance(noted, InteractionNoted)
    assert [given.consent.given_at, noted.interaction.at] == [step.at for step in steps]
    do(ledger, ask.WithdrawConsent(contact_id=ada, purpose=purpose, channel=channel))
    assert ledger.load(Contact, ada).consents == ()


def test_tomorrow_cannot_be_noted(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    tomorrow = ledger.now + timedelta(days=1)
    call = ask.NoteInteraction.EXAMPLE | {"contact_id": ada, "at": tomorrow}
    with pytest.raises(NotYetHappened):
        do(ledger, ask.NoteInteraction.model_validate(call))


def test_assigned_archived_and_taken_up_again(ledger: Desk) -> None:
    ada = register(ledger, ADA)
    do(ledger, ask.AssignContact(contact_id=ada, agent="agent-17"))
    do(
        ledger,
        ask.StateRequirements.model_validate(ask.StateRequirements.EXAMPLE | {"contact_id": ada}),
    )
    before = ledger.load(Contact, ada)
    archive = ask.ArchiveContact.model_validate(ask.ArchiveContact.EXAMPLE | {"contact_id": ada})
    do(ledger, archive)
    with pytest.raises(ContactIsArchived):
        do(ledger, ask.UnassignContact(contact_id=ada))
    do(ledger, ask.ReactivateContact(contact_id=ada))
    assert same(ledger.load(Contact, ada), before)
    do(ledger, ask.UnassignContact(contact_id=ada))
    assert ledger.load(Contact, ada).agent is None


def test_a_merge_stands_on_both_streams_and_is_undone_on_both(ledger: Desk) -> None:
    ada, mary = register(ledger, ADA), register(ledger, MARY)
    before = [ledger.load(Contact, id) for id in (ada, mary)]
    merged = ContactsMerged(survivor_id=ada, duplicate_id=mary)
    receipt = do(ledger, ask.MergeContacts(contact_id=ada, duplicate_id=mary))
    assert (receipt.id, receipt.version) == (ada, 2)
    assert [facts(ledger, id)[-1] for id in (ada, mary)] == [merged, merged]
    with pytest.raises(ContactMerged):
        do(ledger, ask.AssignContact(contact_id=mary, agent="agent-17"))
    do(ledger, ask.UnmergeContacts(contact_id=ada, duplicate_id=mary))
    parted = ContactsUnmerged(survivor_id=ada, duplicate_id=mary)
    assert [facts(ledger, id)[-1] for id in (ada, mary)] == [parted, parted]
    assert all(same(ledger.load(Contact, was.id), was) for was in before)


def test_a_merged_contact_keeps_its_address(ledger: Desk) -> None:
    ada, mary = register(ledger, ADA), register(ledger, MARY)
    do(ledger, ask.MergeContacts(contact_id=ada, duplicate_id=mary))
    with pytest.raises(EmailTaken):
        do(ledger, ask.CorrectContactDetails(contact_id=ada, details=ADA.but(email=MARY.email)))


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_contact_of_another_agency_is_not_found(kind: type[Command], ledger: Desk) -> None:
    ada = register(ledger, ADA)
    body = kind.EXAMPLE | {"contact_id": ada}
    with pytest.raises(NotFound):
        do(ledger, kind.model_validate(body), agency=uuid4())


def test_a_claim_is_not_a_contact(ledger: Desk) -> None:
    register(ledger, ADA)
    with pytest.raises(NotFound):
        ledger.load(Contact, ledger.key("email", "ada@example.com"))


def same(one: Contact, other: Contact) -> bool:
    """Alike in everything but their place in history."""
    return one.but(version=0, position=0) == other.but(version=0, position=0)
