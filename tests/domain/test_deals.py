"""The rules of deals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid5

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain import deals as no
from domain.deals import (
    ContingencyAdded,
    ContingencyFailed,
    ContingencyKind,
    ContingencySatisfied,
    ContingencyStatus,
    ContingencyTerms,
    ContingencyWaived,
    Deal,
    DealCancelled,
    DealClosed,
    DealOpened,
    DealStatus,
    MilestoneMet,
    MilestoneMissed,
    MilestonePlan,
    MilestoneRedated,
    MilestoneSet,
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
    PartyRole,
    Side,
)
from domain.kernel import DomainError, Fact
from domain.properties import Property, PropertyAlreadyClosed, PropertyNotListed, Status
from domain.terms import Purpose
from domain.values import Money
from tests.spec import given
from tests.strategies import DealDecision, deal_decisions

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
TODAY = NOW.date()
HOME, ANN, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
OFFER, STEP, HITCH = UUID(int=10), UUID(int=20), UUID(int=30)
SELLER = Party(role=PartyRole.SELLER, contact_id=ANN)
BUYER = Party(role=PartyRole.BUYER, contact_id=BOB)
CO_BUYER = Party(role=PartyRole.BUYER, contact_id=EVE)
AGENT = Party(role=PartyRole.BUYER_AGENT, user="anna")
OPENED = DealOpened(
    property_id=HOME, purpose=Purpose.SALE, currency="USD", parties=(SELLER, BUYER, CO_BUYER)
)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


LISTED = Property(id=HOME, status=Status.ACTIVE, list_price=usd(645_000))
FINANCING = ContingencyTerms(kind=ContingencyKind.FINANCING, due_date=TODAY)
TERMS = OfferTerms(price=usd(640_000), contingencies=(FINANCING,), expires_at=LATER)
BETTER = OfferTerms(price=usd(643_000))
PLAN = MilestonePlan(title="Appraisal", due_date=TODAY, responsible=PartyRole.BUYER)
MADE = OfferMade(offer_id=OFFER, contact_id=BOB, side=Side.SEEKER, terms=TERMS)
COUNTERED = OfferCountered(offer_id=OFFER, version=2, contact_id=ANN, side=Side.OWNER, terms=BETTER)
ACCEPTED = OfferAccepted(offer_id=OFFER, version=1, contact_id=ANN, price=usd(640_000))
SET = MilestoneSet(milestone_id=STEP, plan=PLAN)
ADDED = ContingencyAdded(contingency_id=HITCH, terms=FINANCING)
CLOSED = DealClosed(offer_id=OFFER, close_price=usd(640_000), close_date=TODAY)
CANCELLED = DealCancelled(reason="No loan.")

Decide = Callable[[Deal], Sequence[Fact]]


def open_for(home: Property, *parties: Party) -> Decide:
    return lambda deal: deal.open(home, parties)


def test_a_deal_opens_for_the_purpose_and_currency_of_the_listing() -> None:
    expected = OPENED.but(parties=(SELLER, BUYER))
    given(Deal).when(open_for(LISTED, SELLER, BUYER)).then(expected)
    let = LISTED.but(purpose=Purpose.LEASE)
    sides = (
        Party(role=PartyRole.LANDLORD, contact_id=ANN),
        Party(role=PartyRole.TENANT, contact_id=BOB),
    )
    expected = OPENED.but(parties=sides, purpose=Purpose.LEASE)
    given(Deal).when(open_for(let, *sides)).then(expected)


@pytest.mark.parametrize(
    ("home", "parties", "refusal"),
    [
        (LISTED, (), no.SideNeedsParty),
        (LISTED, (SELLER,), no.SideNeedsParty),
        (LISTED, (BUYER, AGENT), no.SideNeedsParty),
        (LISTED, (SELLER, BUYER.but(contact_id=ANN)), no.PartyOnBothSides),
        (LISTED, (SELLER, BUYER, BUYER), no.PartyAlreadyInDeal),
        (LISTED.but(purpose=Purpose.LEASE), (SELLER, BUYER), no.RoleOutsidePurpose),
        (LISTED.but(status=Status.SOLD), (SELLER, BUYER), PropertyAlreadyClosed),
        (Property(id=HOME), (SELLER, BUYER), PropertyNotListed),
    ],
)
def test_a_deal_does_not_open_without_fitting_sides(
    home: Property, parties: tuple[Party, ...], refusal: type[DomainError]
) -> None:
    given(Deal).when(open_for(home, *parties)).refused(refusal)


def test_a_deal_opens_once() -> None:
    given(Deal, OPENED).when(open_for(LISTED, SELLER, BUYER)).refused(no.DealAlreadyOpened)


def test_a_principal_is_a_contact_and_a_party_has_one_identity() -> None:
    for wrong in ({"user": "anna"}, {}, {"user": "anna", "contact_id": ANN}):
        with pytest.raises(ValueError, match="contact"):
            Party.model_validate({"role": "seller", **wrong})


def test_parties_come_and_go() -> None:
    given(Deal, OPENED).when(lambda deal: deal.add_party(AGENT)).then(PartyAdded(party=AGENT))
    gone = PartyRemoved(party=CO_BUYER, reason="moved")
    given(Deal, OPENED).when(lambda deal: deal.remove_party(CO_BUYER, "moved")).then(gone)
    given(Deal, OPENED).when(lambda deal: deal.add_party(SELLER)).refused(no.PartyAlreadyInDeal)
    turncoat = BUYER.but(contact_id=ANN)
    given(Deal, OPENED).when(lambda deal: deal.add_party(turncoat)).refused(no.PartyOnBothSides)
    tenant = BUYER.but(role=PartyRole.TENANT)
    given(Deal, OPENED).when(lambda deal: deal.add_party(tenant)).refused(no.RoleOutsidePurpose)


def test_the_last_party_of_a_side_and_one_with_an_offer_stay() -> None:
    given(Deal, OPENED).when(lambda it: it.remove_party(SELLER, "")).refused(no.SideNeedsParty)
    given(Deal, OPENED).when(lambda it: it.remove_party(AGENT, "")).refused(no.PartyNotInDeal)
    given(Deal, OPENED, MADE).when(lambda it: it.remove_party(BUYER, "")).refused(no.PartyHasOffer)


def test_an_offer_goes_from_either_side_to_the_other() -> None:
    given(Deal, OPENED).when(lambda it: it.make_offer(OFFER, BOB, TERMS, NOW)).then(MADE)
    theirs = MADE.but(contact_id=ANN, side=Side.OWNER)
    given(Deal, OPENED).when(lambda it: it.make_offer(OFFER, ANN, TERMS, NOW)).then(theirs)


@pytest.mark.parametrize(
    ("contact", "terms", "refusal"),
    [
        (HOME, TERMS, no.ContactNotPrincipal),
        (BOB, TERMS.but(price=usd(0)), no.OfferWithoutPrice),
        (BOB, TERMS.but(price=usd(1).but(currency="EUR")), no.CurrencyOutsideDeal),
        (BOB, TERMS.but(expires_at=NOW), no.OfferExpiresInPast),
    ],
)
def test_an_offer_must_be_sound(
    contact: UUID, terms: OfferTerms, refusal: type[DomainError]
) -> None:
    given(Deal, OPENED).when(lambda it: it.make_offer(OFFER, contact, terms, NOW)).refused(refusal)
    if contact == BOB:
        counter = given(Deal, OPENED, MADE).when(
            lambda it: it.counter_offer(OFFER, ANN, terms, NOW)
        )
        counter.refused(refusal)


def test_a_counter_is_the_next_version_of_the_same_offer() -> None:
    given(Deal, OPENED, MADE).when(lambda it: it.counter_offer(OFFER, ANN, BETTER, NOW)).then(
        COUNTERED
    )
    again = COUNTERED.but(version=3, contact_id=EVE, side=Side.SEEKER)
    given(Deal, OPENED, MADE, COUNTERED).when(
        lambda it: it.counter_offer(OFFER, EVE, BETTER, NOW)
    ).then(again)
    versions = given(Deal, OPENED, MADE, COUNTERED, again).state.offer(OFFER).versions
    assert [(each.version, each.contact_id, each.terms) for each in versions] == [
        (1, BOB, TERMS),
        (2, ANN, BETTER),
        (3, EVE, BETTER),
    ]


ANSWERS: list[Callable[[Deal, UUID], Sequence[Fact]]] = [
    lambda it, contact: it.counter_offer(OFFER, contact, BETTER, NOW),
    lambda it, contact: it.accept_offer(OFFER, contact, NOW),
    lambda it, contact: it.decline_offer(OFFER, contact, "no"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_only_the_side_that_received_the_last_version_answers(
    answer: Callable[[Deal, UUID], Sequence[Fact]],
) -> None:
    for contact in (BOB, EVE):
        given(Deal, OPENED, MADE).when(lambda it, c=contact: answer(it, c)).refused(  # type: ignore[misc]
            no.OfferNotYoursToAnswer
        )
    countered = given(Deal, OPENED, MADE, COUNTERED)
    countered.when(lambda it: answer(it, ANN)).refused(no.OfferNotYoursToAnswer)
    countered.when(lambda it: answer(it, HOME)).refused(no.ContactNotPrincipal)
    declined = OfferDeclined(offer_id=OFFER, version=1, contact_id=ANN, reason="")
    ended = given(Deal, OPENED, MADE, declined)
    ended.when(lambda it: answer(it, ANN)).refused(no.OfferNotOpen)
    given(Deal, OPENED).when(lambda it: answer(it, ANN)).refused(no.OfferNotInDeal)


def test_accepting_binds_the_deal_and_brings_its_contingencies() -> None:
    hangs_on = ContingencyAdded(contingency_id=uuid5(OFFER, "1"), terms=FINANCING, offer_id=OFFER)
    given(Deal, OPENED, MADE).when(lambda it: it.accept_offer(OFFER, ANN, NOW)).then(
        ACCEPTED, hangs_on
    )
    bound = given(Deal, OPENED, MADE, ACCEPTED)
    assert bound.state.status is DealStatus.OFFER_ACCEPTED
    other = UUID(int=11)
    bound.when(lambda it: it.make_offer(other, BOB, TERMS, NOW)).refused(no.AnotherOfferAccepted)
    bound.when(lambda it: it.accept_offer(OFFER, ANN, NOW)).refused(no.AnotherOfferAccepted)


def test_an_expired_offer_is_neither_accepted_nor_countered() -> None:
    past = LATER + timedelta(seconds=1)
    made = given(Deal, OPENED, MADE)
    made.when(lambda it: it.accept_offer(OFFER, ANN, LATER)[:1]).then(ACCEPTED)
    made.when(lambda it: it.accept_offer(OFFER, ANN, past)).refused(no.OfferHasExpired)
    made.when(lambda it: it.counter_offer(OFFER, ANN, BETTER, past)).refused(no.OfferHasExpired)
    made.when(lambda it: it.expire_offer(OFFER, LATER)).refused(no.OfferNotYetExpired)
    made.when(lambda it: it.expire_offer(OFFER, past)).then(OfferExpired(offer_id=OFFER, version=1))
    for_ever = given(Deal, OPENED, MADE, COUNTERED)
    for_ever.when(lambda it: it.expire_offer(OFFER, past)).refused(no.OfferNotYetExpired)


def test_only_who_made_the_last_version_withdraws_it() -> None:
    gone = OfferWithdrawn(offer_id=OFFER, version=1, contact_id=BOB, reason="")
    made = given(Deal, OPENED, MADE)
    made.when(lambda it: it.withdraw_offer(OFFER, BOB, "")).then(gone)
    for other in (ANN, EVE):
        made.when(lambda it, c=other: it.withdraw_offer(OFFER, c, "")).refused(  # type: ignore[misc]
            no.OfferNotYoursToWithdraw
        )


def test_an_offer_id_is_used_once() -> None:
    again = given(Deal, OPENED, MADE).when(lambda it: it.make_offer(OFFER, BOB, TERMS, NOW))
    again.refused(no.OfferAlreadyMade)


def test_milestones_are_set_met_missed_redated_and_waived() -> None:
    pending = given(Deal, OPENED, SET)
    tomorrow = TODAY + timedelta(days=1)
    given(Deal, OPENED).when(lambda it: it.set_milestone(STEP, PLAN)).then(SET)
    pending.when(lambda it: it.meet_milestone(STEP, TODAY, NOW)).then(
        MilestoneMet(milestone_id=STEP, met_on=TODAY)
    )
    pending.when(lambda it: it.miss_milestone(STEP, "ill", LATER)).then(
        MilestoneMissed(milestone_id=STEP, reason="ill")
    )
    moved = MilestoneRedated(milestone_id=STEP, due_date=tomorrow, reason="ill")
    pending.when(lambda it: it.redate_milestone(STEP, tomorrow, "ill")).then(moved)
    pending.when(lambda it: it.redate_milestone(STEP, TODAY, "ill")).then()
    pending.when(lambda it: it.waive_milestone(STEP, "empty")).then(
        MilestoneWaived(milestone_id=STEP, reason="empty")
    )
    missed = given(Deal, OPENED, SET, MilestoneMissed(milestone_id=STEP, reason="ill"))
    missed.when(lambda it: it.redate_milestone(STEP, tomorrow, "ill")).then(moved)


def test_milestones_refuse_what_makes_no_sense() -> None:
    pending = given(Deal, OPENED, SET)
    met = given(Deal, OPENED, SET, MilestoneMet(milestone_id=STEP, met_on=TODAY))
    nobody = PLAN.but(responsible=PartyRole.NOTARY)
    pending.when(lambda it: it.set_milestone(STEP, PLAN)).refused(no.MilestoneAlreadySet)
    pending.when(lambda it: it.set_milestone(HITCH, nobody)).refused(no.RoleNotFilled)
    pending.when(lambda it: it.miss_milestone(STEP, "", NOW)).refused(no.MilestoneNotOverdue)
    pending.when(lambda it: it.waive_milestone(HITCH, "")).refused(no.MilestoneNotInDeal)
    far = date(2026, 5, 3)
    pending.when(lambda it: it.meet_milestone(STEP, far, NOW)).refused(no.DateInFuture)
    met.when(lambda it: it.meet_milestone(STEP, TODAY, NOW)).refused(no.MilestoneNotPending)
    met.when(lambda it: it.redate_milestone(STEP, far, "")).refused(no.MilestoneNotPending)


def test_contingencies_are_added_satisfied_waived_and_failed() -> None:
    pending = given(Deal, OPENED, ADDED)
    failed = given(Deal, OPENED, ADDED, ContingencyFailed(contingency_id=HITCH, reason="no"))
    waived = ContingencyWaived(contingency_id=HITCH, reason="cash")
    given(Deal, OPENED).when(lambda it: it.add_contingency(HITCH, FINANCING)).then(ADDED)
    pending.when(lambda it: it.satisfy_contingency(HITCH, "letter")).then(
        ContingencySatisfied(contingency_id=HITCH, note="letter")
    )
    pending.when(lambda it: it.fail_contingency(HITCH, "no")).then(
        ContingencyFailed(contingency_id=HITCH, reason="no")
    )
    failed.when(lambda it: it.waive_contingency(HITCH, "cash")).then(waived)
    failed.when(lambda it: it.satisfy_contingency(HITCH, "")).refused(no.ContingencyNotOpen)
    pending.when(lambda it: it.add_contingency(HITCH, FINANCING)).refused(
        no.ContingencyAlreadyAdded
    )
    pending.when(lambda it: it.fail_contingency(STEP, "")).refused(no.ContingencyNotInDeal)


def close(price: Money = CLOSED.close_price, day: date = TODAY) -> Decide:
    return lambda deal: deal.close(price, day, NOW)


def test_a_deal_closes_when_all_is_settled() -> None:
    bound = (OPENED, MADE, ACCEPTED)
    given(Deal, *bound).when(close()).then(CLOSED)
    given(Deal, OPENED, MADE).when(close()).refused(no.NoOfferAccepted)
    given(Deal, *bound).when(close(usd(1).but(currency="EUR"))).refused(no.CurrencyOutsideDeal)
    given(Deal, *bound).when(close(day=date(2026, 5, 3))).refused(no.DateInFuture)
    given(Deal, *bound, SET).when(close()).refused(no.MilestonesUnsettled)
    given(Deal, *bound, ADDED).when(close()).refused(no.ContingenciesUnsettled)
    settled = (SET, ADDED, MilestoneWaived(milestone_id=STEP, reason="empty"))
    satisfied = ContingencySatisfied(contingency_id=HITCH, note="")
    given(Deal, *bound, *settled, satisfied).when(close()).then(CLOSED)


CHANGES: list[Decide] = [
    lambda it: it.add_party(AGENT),
    lambda it: it.remove_party(CO_BUYER, ""),
    lambda it: it.make_offer(HITCH, BOB, TERMS, NOW),
    lambda it: it.counter_offer(OFFER, ANN, TERMS, NOW),
    lambda it: it.accept_offer(OFFER, ANN, NOW),
    lambda it: it.decline_offer(OFFER, ANN, ""),
    lambda it: it.withdraw_offer(OFFER, BOB, ""),
    lambda it: it.expire_offer(OFFER, LATER),
    lambda it: it.set_milestone(HITCH, PLAN),
    lambda it: it.meet_milestone(STEP, TODAY, NOW),
    lambda it: it.miss_milestone(STEP, "", LATER),
    lambda it: it.redate_milestone(STEP, TODAY, ""),
    lambda it: it.waive_milestone(STEP, ""),
    lambda it: it.add_contingency(STEP, FINANCING),
    lambda it: it.satisfy_contingency(HITCH, ""),
    lambda it: it.waive_contingency(HITCH, ""),
    lambda it: it.fail_contingency(HITCH, ""),
    lambda it: it.cancel("again"),
    close(),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_after_the_end_or_before_the_beginning(change: Decide) -> None:
    history = (OPENED, MADE, SET, ADDED)
    given(Deal, *history, CANCELLED).when(change).refused(no.DealIsCancelled)
    given(Deal, *history, ACCEPTED, CLOSED).when(change).refused(no.DealIsClosed)
    given(Deal).when(change).refused(no.DealNotOpened)


def test_open_offers_lapse_when_the_deal_ends() -> None:
    deal = given(Deal, OPENED, MADE, ADDED, CANCELLED).state
    assert deal.offer(OFFER).status is OfferStatus.LAPSED
    assert deal.contingencies[HITCH].status is ContingencyStatus.OPEN


@for_all(wishes=some.lists(deal_decisions(), max_size=25))
def test_any_wishes_are_facts_or_refusals_and_no_version_is_lost(
    wishes: list[DealDecision],
) -> None:
    deal, said = given(Deal, OPENED).state, list[tuple[UUID, OfferTerms]]()
    for wish in wishes:
        try:
            facts = wish(deal)
        except DomainError:
            continue
        for fact in facts:
            deal = deal.evolve(fact)
        made = [each for each in facts if isinstance(each, OfferMade | OfferCountered)]
        said += [(each.offer_id, each.terms) for each in made]
        _assert_sound(deal, said)


def _assert_sound(deal: Deal, said: list[tuple[UUID, OfferTerms]]) -> None:
    for offer in deal.offers.values():
        kept = [version.terms for version in offer.versions]
        assert kept == [terms for offer_id, terms in said if offer_id == offer.id]
        assert [version.version for version in offer.versions] == list(range(1, len(kept) + 1))
        sides = [version.side for version in offer.versions]
        assert all(a is not b for a, b in pairwise(sides))
    accepted = [each for each in deal.offers.values() if each.status is OfferStatus.ACCEPTED]
    assert [each.id for each in accepted] == [deal.accepted_offer] * len(accepted)
    assert deal.status is not DealStatus.CLOSED or len(accepted) == 1
    assert {deal.side_of(version.contact_id) for o in accepted for version in o.versions} <= set(
        Side
    )
