"""Commands on deals, against the real store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.contacts import RegisterContact, register_contact
from commands.deals import (
    AcceptOffer,
    AddParty,
    CancelDeal,
    CloseDeal,
    MakeOffer,
    OpenDeal,
    SetMilestone,
    WaiveContingency,
    WaiveMilestone,
)
from commands.desk import handle
from commands.ledger import Receipt
from commands.properties import ListProperty, list_property
from domain.deals import (
    Deal,
    DealStatus,
    MilestonesUnsettled,
    OfferHasExpired,
    OfferStatus,
    Party,
    PartyRole,
)
from domain.kernel import DomainError, NotFound
from domain.properties import Property, PropertyAlreadyUnderOffer, Status
from domain.terms import Purpose
from domain.values import Money
from tests.conftest import Desk

COMMANDS = [each for each in HANDLERS if each.__module__.startswith("commands.deals")]
PRICE = Money.model_validate({"amount": "640000", "currency": "USD"})
TERMS = {"price": PRICE, "contingencies": [{"kind": "financing"}]}


def named(command: type[Command]) -> str:
    return command.__name__


@dataclass
class Office:
    """An agency with a home, its owner and people who want it."""

    ledger: Desk
    home: UUID
    owner: UUID

    def do(self, command: Command) -> Receipt:
        return HANDLERS[type(command)](command, self.ledger.next())

    def client(self) -> UUID:
        details = {"kind": "person", "given_name": "Bob", "phone": "+12065550100"}
        command = RegisterContact.model_validate({"details": details})
        return register_contact(command, self.ledger.next()).id

    def open_deal(self, seeker: UUID, purpose: Purpose = Purpose.SALE) -> UUID:
        sale = purpose is Purpose.SALE
        owner = Party(role=PartyRole.SELLER if sale else PartyRole.LANDLORD, contact_id=self.owner)
        other = Party(role=PartyRole.BUYER if sale else PartyRole.TENANT, contact_id=seeker)
        return self.do(OpenDeal(property_id=self.home, parties=(owner, other))).id

    def offered(self, purpose: Purpose = Purpose.SALE, **terms: Any) -> AcceptOffer:
        """A new deal with an offer, and the owner's wish to accept it."""
        seeker, offer = self.client(), uuid4()
        deal = self.open_deal(seeker, purpose)
        made = {"deal_id": deal, "offer_id": offer, "contact_id": seeker, "terms": TERMS | terms}
        self.do(MakeOffer.model_validate(made))
        return AcceptOffer(deal_id=deal, offer_id=offer, contact_id=self.owner)

    def deal(self, id: UUID) -> Deal:
        return self.ledger.load(Deal, id)

    def listing(self) -> Property:
        return self.ledger.load(Property, self.home)


@pytest.fixture
def office(ledger: Desk) -> Office:
    return new_office(ledger)


def new_office(ledger: Desk, **listing: Any) -> Office:
    example = ListProperty.EXAMPLE | {"property_id": None, "listing_id": None} | listing
    home = list_property(ListProperty.model_validate(example), ledger.next()).id
    office = Office(ledger, home, uuid4())
    office.owner = office.client()
    return office


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_example_is_a_valid_body(command: type[Command]) -> None:
    assert command.model_validate(command.EXAMPLE).model_dump()
    assert next(iter(command.model_fields)) == "deal_id"


def test_a_deal_is_opened_for_a_known_home_with_known_contacts(office: Office) -> None:
    deal = office.deal(office.open_deal(office.client()))
    assert (deal.property_id, deal.purpose, deal.currency) == (office.home, Purpose.SALE, "USD")
    with pytest.raises(NotFound):
        office.open_deal(uuid4())
    nowhere = OpenDeal(property_id=uuid4(), parties=deal.parties)
    with pytest.raises(NotFound):
        office.do(nowhere)
    lender = Party(role=PartyRole.LENDER, contact_id=uuid4())
    with pytest.raises(NotFound):
        office.do(AddParty(deal_id=deal.id, party=lender))


def test_accepting_holds_the_property_and_cancelling_frees_it(office: Office) -> None:
    accept = office.offered()
    office.do(accept)
    assert office.deal(accept.deal_id).status is DealStatus.OFFER_ACCEPTED
    assert (office.listing().status, office.listing().deal_id) == (
        Status.UNDER_OFFER,
        accept.deal_id,
    )
    other = office.offered()
    with pytest.raises(PropertyAlreadyUnderOffer):
        office.do(other)
    assert office.deal(other.deal_id).accepted_offer is None
    office.do(CancelDeal(deal_id=accept.deal_id, reason="No loan."))
    assert (office.listing().status, office.listing().deal_id) == (Status.ACTIVE, None)
    office.do(other)
    assert office.listing().deal_id == other.deal_id


def test_cancelling_without_an_accepted_offer_leaves_the_property_alone(office: Office) -> None:
    holder, other = office.offered(), office.offered()
    office.do(holder)
    office.do(CancelDeal(deal_id=other.deal_id, reason="Second choice."))
    assert office.listing().deal_id == holder.deal_id


@pytest.mark.parametrize(
    ("purpose", "ended"), [(Purpose.SALE, Status.SOLD), (Purpose.LEASE, Status.LET)]
)
def test_closing_sells_or_lets(ledger: Desk, purpose: Purpose, ended: Status) -> None:
    office = new_office(ledger, purpose=purpose)
    accept = office.offered(purpose)
    office.do(accept)
    deal, step = accept.deal_id, uuid4()
    plan = {"title": "Keys", "due_date": "2026-05-29"}
    office.do(SetMilestone.model_validate({"deal_id": deal, "milestone_id": step, "plan": plan}))
    close = CloseDeal(deal_id=deal, close_price=PRICE, close_date=date(2026, 5, 29))
    late = replace(ledger.next(), now=ledger.now + timedelta(days=365))
    with pytest.raises(MilestonesUnsettled):
        HANDLERS[CloseDeal](close, late)
    office.do(WaiveMilestone(deal_id=deal, milestone_id=step, reason="Empty."))
    for hitch in office.deal(deal).contingencies:
        office.do(WaiveContingency(deal_id=deal, contingency_id=hitch, reason="Cash."))
    HANDLERS[CloseDeal](close, late)
    home = office.listing()
    assert (home.status, home.close_price, home.close_date) == (ended, PRICE, close.close_date)
    assert office.deal(deal).status is DealStatus.CLOSED


def test_an_offer_past_its_time_is_not_accepted(office: Office) -> None:
    accept = office.offered(expires_at=office.ledger.now + timedelta(hours=1))
    late = replace(office.ledger.next(), now=office.ledger.now + timedelta(hours=2))
    with pytest.raises(OfferHasExpired):
        HANDLERS[AcceptOffer](accept, late)
    assert office.listing().status is Status.ACTIVE


def test_another_agency_sees_nothing(office: Office) -> None:
    accept = office.offered()
    with pytest.raises(NotFound):
        HANDLERS[AcceptOffer](accept, office.ledger.next(agency=uuid4()))


@pytest.mark.parametrize("rivals", [2, 2, 2, 6])
def test_of_racing_deals_one_gets_the_property(office: Office, rivals: int) -> None:
    wishes = [office.offered() for _ in range(rivals)]
    start = Barrier(rivals)

    def accept(wish: AcceptOffer) -> UUID | DomainError:
        start.wait(30)
        try:
            return handle(wish, office.ledger.store, office.ledger.next().signed).id
        except PropertyAlreadyUnderOffer as refused:
            return refused

    with ThreadPoolExecutor(rivals) as threads:
        answers = list(threads.map(accept, wishes))
    [winner] = [each for each in answers if isinstance(each, UUID)]
    assert office.listing().deal_id == winner
    assert office.listing().version == 2
    bound = [office.deal(wish.deal_id).accepted_offer is not None for wish in wishes]
    assert bound == [wish.deal_id == winner for wish in wishes]


def test_of_two_answers_to_one_offer_one_counts(office: Office) -> None:
    accept = office.offered()
    start = Barrier(2)

    def do(command: Command) -> Receipt | DomainError:
        start.wait(30)
        try:
            return handle(command, office.ledger.store, office.ledger.next().signed)
        except DomainError as refused:
            return refused

    wishes = [accept, CancelDeal(deal_id=accept.deal_id, reason="Changed mind.")]
    ask: Callable[[Command], Receipt | DomainError] = do
    with ThreadPoolExecutor(2) as threads:
        accepted, cancelled = threads.map(ask, wishes)
    assert isinstance(cancelled, Receipt)
    deal = office.deal(accept.deal_id)
    assert deal.status is DealStatus.CANCELLED
    assert office.listing().status is Status.ACTIVE
    ended = OfferStatus.ACCEPTED if isinstance(accepted, Receipt) else OfferStatus.LAPSED
    assert deal.offer(accept.offer_id).status is ended
