"""The rules about contacts, and the laws that no history can break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.contacts import (
    ArchiveReason,
    Consent,
    ConsentChannel,
    ConsentGiven,
    ConsentNotGiven,
    ConsentPurpose,
    ConsentWithdrawn,
    Contact,
    ContactAlreadyRegistered,
    ContactArchived,
    ContactAssigned,
    ContactDetails,
    ContactDetailsCorrected,
    ContactHasMerged,
    ContactIsArchived,
    ContactKind,
    ContactMerged,
    ContactMergedWithItself,
    ContactNameless,
    ContactNotArchived,
    ContactNotMerged,
    ContactReactivated,
    ContactRegistered,
    ContactRole,
    ContactsMerged,
    ContactsUnmerged,
    ContactUnassigned,
    ContactUnreachable,
    Direction,
    EmailClaim,
    EmailClaimed,
    EmailReleased,
    EmailTaken,
    Financing,
    FinancingMeans,
    Interaction,
    InteractionKind,
    InteractionNoted,
    NotYetHappened,
    Outcome,
    Requirements,
    RequirementsStated,
)
from domain.kernel import Aggregate, DomainError, Fact, NotFound
from domain.terms import PropertyType
from domain.values import AreaUnits, Money, Period, Size
from tests.spec import AGENCY, given
from tests.strategies import (
    contact_consents,
    contact_details,
    contact_interactions,
    contact_requirements,
)

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SELF = uuid5(AGENCY, "Contact")
OTHER = uuid5(AGENCY, "other")
THIRD = uuid5(AGENCY, "third")
ADA = ContactDetails(given_name="Ada", family_name="Lovelace", email="ada@example.com")
WIDOW = ADA.but(family_name="King")
CONSENT = Consent(purpose=ConsentPurpose.MARKETING, given_at=NOW, channel=ConsentChannel.WEB_FORM)
CALL = Interaction(
    kind=InteractionKind.CALL,
    direction=Direction.OUTBOUND,
    outcome=Outcome.REACHED,
    at=NOW,
    note="Wants a garden.",
)
WISHES = Requirements(budget_to=Money(amount=Decimal(700_000), currency="USD"), bedrooms_min=3)
REGISTERED = ContactRegistered(details=ADA)
ARCHIVED = ContactArchived(reason=ArchiveReason.WENT_ELSEWHERE)
MERGED_AWAY = ContactsMerged(survivor_id=OTHER, duplicate_id=SELF)
ABSORBED = ContactsMerged(survivor_id=SELF, duplicate_id=OTHER)

Decision = Callable[[Contact], Sequence[Fact]]
REACTIVATE: Decision = Contact.reactivate


def withdraw(it: Contact) -> list[Fact]:
    return it.withdraw_consent(ConsentPurpose.MARKETING, ConsentChannel.PHONE, NOW, NOW)


CHANGES: dict[str, Decision] = {
    "correct": lambda it: it.correct(WIDOW),
    "give_consent": lambda it: it.give_consent(CONSENT, NOW),
    "state_requirements": lambda it: it.state_requirements(WISHES),
    "assign": lambda it: it.assign("agent-2"),
    "unassign": lambda it: it.unassign(),
    "note": lambda it: it.note(CALL, NOW),
    "archive": lambda it: it.archive(ArchiveReason.OTHER),
    "absorb": lambda it: it.absorb(contact(THIRD)),
    "part_from": lambda it: it.part_from(contact(THIRD)),
}


def contact(id: UUID, *facts: Fact) -> Contact:
    return after(Contact(id=id, agency=AGENCY), (REGISTERED, *facts))


def after(state: Contact, facts: Sequence[Fact]) -> Contact:
    for fact in facts:
        state = state.evolve(fact)
    return state


def money(amount: int, currency: str = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_registering_records_details_consents_and_requirements() -> None:
    given(Contact).when(lambda it: it.register(ADA, NOW, (CONSENT, CONSENT), WISHES)).then(
        REGISTERED, ConsentGiven(consent=CONSENT), RequirementsStated(requirements=WISHES)
    )


def test_registering_the_same_again_changes_nothing() -> None:
    given(Contact, REGISTERED).when(lambda it: it.register(ADA, NOW)).then()


def test_an_id_stands_for_one_contact() -> None:
    given(Contact, REGISTERED).when(lambda it: it.register(WIDOW, NOW)).refused(
        ContactAlreadyRegistered
    )


@pytest.mark.parametrize(
    "details",
    [
        ContactDetails(email="ada@example.com"),
        ContactDetails(organization_name="Engines Ltd", phone="+12065550100"),
        ContactDetails(kind=ContactKind.COMPANY, given_name="Ada", phone="+12065550100"),
    ],
)
def test_nobody_is_without_a_name(details: ContactDetails) -> None:
    given(Contact).when(lambda it: it.register(details, NOW)).refused(ContactNameless)
    given(Contact, REGISTERED).when(lambda it: it.correct(details)).refused(ContactNameless)


def test_everybody_can_be_reached() -> None:
    silent = ADA.but(email=None)
    given(Contact).when(lambda it: it.register(silent, NOW)).refused(ContactUnreachable)
    given(Contact, REGISTERED).when(lambda it: it.correct(silent)).refused(ContactUnreachable)


def test_a_company_goes_by_its_own_name() -> None:
    company = ContactDetails(
        kind=ContactKind.COMPANY, organization_name="Engines Ltd", given_name="Ada"
    )
    assert company.name == "Engines Ltd"
    assert ADA.name == "Ada Lovelace"


def test_roles_have_one_order_and_stand_once() -> None:
    roles = (ContactRole.TENANT, ContactRole.BUYER, ContactRole.TENANT)
    assert ContactDetails(roles=roles).roles == (ContactRole.BUYER, ContactRole.TENANT)


def test_correcting_records_new_details_only() -> None:
    given(Contact, REGISTERED).when(lambda it: it.correct(ADA)).then()
    given(Contact, REGISTERED).when(lambda it: it.correct(WIDOW)).then(
        ContactDetailsCorrected(details=WIDOW)
    )


def test_consent_is_given_once_and_renewed_by_a_later_one() -> None:
    agreed = given(Contact, REGISTERED, ConsentGiven(consent=CONSENT))
    renewed = CONSENT.but(given_at=LATER)
    agreed.when(lambda it: it.give_consent(CONSENT, LATER)).then()
    agreed.when(lambda it: it.give_consent(renewed, LATER)).then(ConsentGiven(consent=renewed))
    assert agreed.state.evolve(ConsentGiven(consent=renewed)).consents == (renewed,)


def test_consent_given_can_be_withdrawn() -> None:
    agreed = given(Contact, REGISTERED, ConsentGiven(consent=CONSENT))
    withdrawn = ConsentWithdrawn(
        purpose=ConsentPurpose.MARKETING, channel=ConsentChannel.PHONE, withdrawn_at=NOW
    )
    agreed.when(withdraw).then(withdrawn)
    assert agreed.state.evolve(withdrawn).consents == ()


def test_consent_can_be_withdrawn_also_while_the_record_rests() -> None:
    agreed = ConsentGiven(consent=CONSENT)
    archived = ContactArchived(reason=ArchiveReason.OTHER)
    resting = given(Contact, REGISTERED, agreed, archived).when(withdraw)
    assert len(resting.decide(resting.state)) == 1


def test_consent_not_given_by_then_cannot_be_withdrawn() -> None:
    given(Contact, REGISTERED).when(withdraw).refused(ConsentNotGiven)
    late = ConsentGiven(consent=CONSENT.but(given_at=LATER))
    given(Contact, REGISTERED, late).when(withdraw).refused(ConsentNotGiven)


@pytest.mark.parametrize(
    "decide",
    [
        lambda it: it.give_consent(CONSENT.but(given_at=LATER), NOW),
        lambda it: it.note(CALL.but(at=LATER), NOW),
        lambda it: it.withdraw_consent(ConsentPurpose.MARKETING, ConsentChannel.PHONE, LATER, NOW),
    ],
)
def test_the_future_cannot_be_noted(decide: Decision) -> None:
    given(Contact, REGISTERED, ConsentGiven(consent=CONSENT)).when(decide).refused(NotYetHappened)


def test_a_registration_cannot_bring_consent_of_tomorrow() -> None:
    tomorrow = (CONSENT.but(given_at=LATER),)
    given(Contact).when(lambda it: it.register(ADA, NOW, tomorrow)).refused(NotYetHappened)


@for_all(said=contact_requirements(), again=contact_requirements())
def test_restating_records_other_requirements_only(said: Requirements, again: Requirements) -> None:
    expected = [] if again == said else [RequirementsStated(requirements=again)]
    (
        given(Contact, REGISTERED, RequirementsStated(requirements=said))
        .when(lambda it: it.state_requirements(again))
        .then(*expected)
    )


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"budget_from": money(2), "budget_to": money(1)}, "budget from USD 2 is more than"),
        ({"bedrooms_min": 4, "bedrooms_max": 2}, "bedrooms from 4 is more than bedrooms to 2"),
        (
            {
                "living_area_min": Size(value=Decimal(100), units=AreaUnits.SQUARE_METERS),
                "living_area_max": Size(value=Decimal(1000), units=AreaUnits.SQUARE_FEET),
            },
            "living area from 100 square meters is more than living area to 1,000 square feet",
        ),
        (
            {"budget_from": money(1, "EUR"), "budget_to": money(2)},
            r"need one currency, not \['EUR', 'USD'\]",
        ),
        (
            {
                "budget_to": money(2),
                "financing": Financing(means=FinancingMeans.CASH, amount=money(2, "GBP")),
            },
            r"need one currency, not \['GBP', 'USD'\]",
        ),
        (
            {"must_haves": ("garage", "view"), "nice_to_haves": ("view",)},
            "view: either a must-have or a nice-to-have, not both",
        ),
        ({"must_haves": ("Two Garages",)}, "must_haves"),
    ],
)
def test_requirements_do_not_contradict_themselves(wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Requirements(**wishes)


def test_requirements_say_each_wish_once() -> None:
    home = PropertyType.TOWNHOUSE
    wishes = Requirements(property_types=(home, home), must_haves=("garage", "garage"))
    assert (wishes.property_types, wishes.must_haves) == ((home,), ("garage",))


def test_assigning_names_the_agent_before() -> None:
    first = ContactAssigned(agent="agent-1")
    second = ContactAssigned(agent="agent-2", previous="agent-1")
    given(Contact, REGISTERED).when(lambda it: it.assign("agent-1")).then(first)
    given(Contact, REGISTERED, first).when(lambda it: it.assign("agent-1")).then()
    given(Contact, REGISTERED, first).when(lambda it: it.assign("agent-2")).then(second)


def test_unassigning_needs_an_agent_to_change_anything() -> None:
    first = ContactAssigned(agent="agent-1")
    given(Contact, REGISTERED).when(lambda it: it.unassign()).then()
    given(Contact, REGISTERED, first).when(lambda it: it.unassign()).then(
        ContactUnassigned(previous="agent-1")
    )


def test_interactions_are_noted_each_time() -> None:
    noted = InteractionNoted(interaction=CALL)
    given(Contact, REGISTERED, noted).when(CHANGES["note"]).then(noted)


@pytest.mark.parametrize("change", CHANGES)
def test_archived_contacts_change_only_by_reactivation(change: str) -> None:
    archived = given(Contact, REGISTERED, ARCHIVED)
    archived.when(CHANGES[change]).refused(ContactIsArchived)
    archived.when(REACTIVATE).then(ContactReactivated())
    assert archived.state.evolve(ContactReactivated()).archived is False


def test_only_archived_contacts_are_reactivated() -> None:
    given(Contact, REGISTERED).when(REACTIVATE).refused(ContactNotArchived)


@pytest.mark.parametrize("change", [*CHANGES, "reactivate"])
def test_merged_contacts_refuse_changes_and_point_to_the_survivor(change: str) -> None:
    decide = CHANGES.get(change, REACTIVATE)
    duplicate = contact(SELF, MERGED_AWAY)
    with pytest.raises(ContactMerged) as refusal:
        decide(duplicate)
    assert refusal.value.details == {"survivor_id": str(OTHER)}


@pytest.mark.parametrize("change", [*CHANGES, "reactivate"])
def test_a_contact_nobody_registered_is_not_found(change: str) -> None:
    decide = CHANGES.get(change, REACTIVATE)
    given(Contact).when(decide).refused(NotFound)


def test_merging_says_the_same_to_both() -> None:
    given(Contact, REGISTERED).when(lambda it: it.absorb(contact(OTHER))).then(ABSORBED)
    assert contact(SELF, ABSORBED).merged_ids == (OTHER,)
    assert contact(OTHER, ABSORBED).merged_into == SELF


def test_merging_again_changes_nothing() -> None:
    given(Contact, REGISTERED, ABSORBED).when(lambda it: it.absorb(contact(OTHER, ABSORBED))).then()


def test_a_survivor_absorbs_several() -> None:
    third = ContactsMerged(survivor_id=SELF, duplicate_id=THIRD)
    survivor = given(Contact, REGISTERED, ABSORBED)
    survivor.when(lambda it: it.absorb(contact(THIRD))).then(third)
    assert survivor.state.evolve(third).merged_ids == (OTHER, THIRD)


def test_merging_needs_two_open_contacts_of_one_level() -> None:
    active = given(Contact, REGISTERED)
    under_third = ContactsMerged(survivor_id=THIRD, duplicate_id=OTHER)
    over_third = ContactsMerged(survivor_id=OTHER, duplicate_id=THIRD)
    active.when(lambda it: it.absorb(it)).refused(ContactMergedWithItself)
    active.when(lambda it: it.absorb(contact(OTHER, ARCHIVED))).refused(ContactIsArchived)
    active.when(lambda it: it.absorb(contact(OTHER, under_third))).refused(ContactMerged)
    active.when(lambda it: it.absorb(contact(OTHER, over_third))).refused(ContactHasMerged)


def test_only_the_survivor_parts_from_its_duplicate() -> None:
    apart = ContactsUnmerged(survivor_id=SELF, duplicate_id=OTHER)
    merged = given(Contact, REGISTERED, ABSORBED)
    merged.when(lambda it: it.part_from(contact(OTHER, ABSORBED))).then(apart)
    merged.when(lambda it: it.part_from(contact(THIRD))).refused(ContactNotMerged)
    given(Contact, REGISTERED).when(lambda it: it.part_from(contact(OTHER))).refused(
        ContactNotMerged
    )


def test_an_address_belongs_to_one_contact() -> None:
    mine, other = EmailClaimed(contact_id=SELF), EmailClaimed(contact_id=OTHER)
    given(EmailClaim).when(lambda it: it.claim(SELF)).then(mine)
    given(EmailClaim, mine).when(lambda it: it.claim(SELF)).then()
    given(EmailClaim, other).when(lambda it: it.claim(SELF)).refused(EmailTaken)


def test_a_released_address_is_free_for_another() -> None:
    mine, given_up = EmailClaimed(contact_id=SELF), EmailReleased(contact_id=SELF)
    given(EmailClaim, mine).when(lambda it: it.release(SELF)).then(given_up)
    given(EmailClaim, mine).when(lambda it: it.release(OTHER)).then()
    given(EmailClaim, mine, given_up).when(lambda it: it.claim(OTHER)).then(
        EmailClaimed(contact_id=OTHER)
    )


ALONE: some.SearchStrategy[Decision] = some.one_of(
    some.sampled_from([decide for name, decide in CHANGES.items() if name != "absorb"]),
    some.just(REACTIVATE),
    contact_details().map(lambda details: lambda it: it.register(details, NOW)),
    contact_details().map(lambda details: lambda it: it.correct(details)),
    contact_consents().map(lambda consent: lambda it: it.give_consent(consent, NOW)),
    contact_requirements().map(lambda wishes: lambda it: it.state_requirements(wishes)),
    contact_interactions().map(lambda interaction: lambda it: it.note(interaction, NOW)),
)
DECISIONS = ALONE | some.just(CHANGES["absorb"])


def attempt(state: Contact, decide: Decision) -> Contact:
    """Anything but a DomainError is a bug."""
    try:
        facts = decide(state)
    except DomainError:
        return state
    return after(state, facts)


@for_all(decisions=some.lists(DECISIONS, max_size=20))
def test_decisions_are_facts_or_refusals(decisions: list[Decision]) -> None:
    state = Contact(id=SELF, agency=AGENCY)
    for decide in decisions:
        state = attempt(state, decide)


@for_all(decisions=some.lists(ALONE, max_size=10))
def test_a_decision_taken_twice_changes_the_state_once(decisions: list[Decision]) -> None:
    state = contact(SELF)
    for decide in decisions:
        once = attempt(state, decide)
        assert attempt(once, decide) == once
        state = once


@for_all(
    survivors=some.lists(DECISIONS, max_size=8),
    duplicates=some.lists(DECISIONS, max_size=8),
    meanwhile=some.lists(DECISIONS, max_size=8),
)
def test_unmerging_restores_both(
    survivors: list[Decision], duplicates: list[Decision], meanwhile: list[Decision]
) -> None:
    survivor, duplicate = contact(SELF), contact(OTHER)
    for decide in survivors:
        survivor = attempt(survivor, decide)
    for decide in duplicates:
        duplicate = attempt(duplicate, decide)
    if survivor.archived or duplicate.archived or duplicate.merged_ids:
        return
    merging = survivor.absorb(duplicate)
    above, under = after(survivor, merging), after(duplicate, merging)
    changed, alone = above, survivor
    for decide in meanwhile:
        assert attempt(under, decide) == under
        changed, alone = attempt(changed, decide), attempt(alone, decide)
    if changed.archived:
        changed, alone = after(changed, changed.reactivate()), after(alone, alone.reactivate())
    parting = changed.part_from(under)
    assert after(under, parting) == duplicate
    assert after(changed, parting) == alone


@pytest.mark.parametrize("kind", [Contact, EmailClaim])
def test_facts_of_others_pass_by(kind: type[Aggregate]) -> None:
    state = kind(id=SELF, agency=AGENCY)
    ignored: Fact = REGISTERED if kind is EmailClaim else EmailClaimed(contact_id=SELF)
    assert state.evolve(ignored) == state


def test_wishes_have_a_window() -> None:
    with pytest.raises(ValidationError, match="must not end before"):
        Requirements(move_in=Period(start=LATER.date(), end=NOW.date()))
