"""Commands on properties, against the real store."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.contacts import RegisterContact, register_contact
from commands.ledger import Receipt
from commands.properties import (
    CorrectListingId,
    CorrectPropertyAddress,
    CorrectPropertyDetails,
    CorrectPropertyOwners,
    ListProperty,
    MarkPropertyLet,
    MarkPropertyPending,
    PublishProperty,
    RelistProperty,
    RemovePropertyPhoto,
    RepriceProperty,
    WithdrawProperty,
    correct_listing_id,
    correct_property_owners,
    list_property,
    mark_property_pending,
    relist_property,
    reprice_property,
    withdraw_property,
)
from domain.kernel import Fact, NotFound
from domain.properties import (
    ListingIdClaim,
    ListingIdTaken,
    Photo,
    Property,
    PropertyExpired,
    PropertyListed,
    PropertyNotListed,
    PropertyPhotoAdded,
    PropertyPutUnderOffer,
    PropertyRepriced,
    Status,
)
from domain.terms import Purpose
from domain.values import Money
from tests.conftest import Desk


def named(command: type[Command]) -> str:
    return command.__name__


COMMANDS = [each for each in HANDLERS if each.__module__.startswith("commands.properties")]
DEAL = UUID(int=7)


def listing(**changes: Any) -> ListProperty:
    return ListProperty.model_validate(ListProperty.EXAMPLE | {"property_id": None} | changes)


def listed(ledger: Desk, **changes: Any) -> UUID:
    return list_property(listing(**changes), ledger.next()).id


def usd(amount: str) -> Money:
    return Money.model_validate({"amount": amount, "currency": "USD"})


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_example_is_a_valid_body(command: type[Command]) -> None:
    assert command.model_validate(command.EXAMPLE).model_dump()
    assert next(iter(command.model_fields)) == "property_id"


def test_a_property_is_listed_and_repriced(ledger: Desk) -> None:
    receipt = list_property(listing(), ledger)
    again = reprice_property(
        RepriceProperty(property_id=receipt.id, list_price=usd("600000")), ledger.next()
    )
    assert again == Receipt(id=receipt.id, version=2, position=again.position)
    assert again.position > receipt.position > 0
    facts = [step.fact for step in ledger.history(receipt.id)]
    assert facts[1] == PropertyRepriced(list_price=usd("600000"))
    assert isinstance(facts[0], PropertyListed)
    assert facts[0].details.bathrooms_total is not None


@pytest.mark.parametrize("elsewhere", [False, True], ids=["unknown", "of another agency"])
def test_an_owner_must_be_a_contact_of_the_book(ledger: Desk, elsewhere: bool) -> None:
    body = RegisterContact.model_validate(RegisterContact.EXAMPLE)
    desk = ledger.next(agency=uuid4())
    owner = register_contact(body, desk).id if elsewhere else uuid4()
    with pytest.raises(NotFound):
        listed(ledger, owner_ids=[owner])
    home = listed(ledger)
    with pytest.raises(NotFound):
        correct_property_owners(
            CorrectPropertyOwners(property_id=home, owner_ids=(owner,)), ledger.next()
        )


def test_the_same_price_changes_nothing(ledger: Desk) -> None:
    home = listed(ledger)
    same = RepriceProperty(property_id=home, list_price=usd("645000"))
    assert reprice_property(same, ledger.next()).version == 1


def test_the_client_may_choose_the_id(ledger: Desk) -> None:
    chosen = uuid4()
    assert listed(ledger, property_id=chosen) == chosen


def test_an_unknown_property_is_not_found(ledger: Desk) -> None:
    with pytest.raises(NotFound):
        reprice_property(RepriceProperty(property_id=uuid4(), list_price=usd("1")), ledger)


def test_another_agency_sees_nothing(ledger: Desk) -> None:
    home = listed(ledger)
    with pytest.raises(NotFound):
        withdraw_property(
            WithdrawProperty(property_id=home, reason="No"), ledger.next(agency=uuid4())
        )


def test_an_mls_number_belongs_to_one_property_of_an_agency(ledger: Desk) -> None:
    home = listed(ledger, listing_id="NW-1")
    with pytest.raises(ListingIdTaken):
        listed(ledger, listing_id="nw-1")
    list_property(listing(listing_id="NW-1"), ledger.next(agency=uuid4()))
    claim = ledger.load(ListingIdClaim, ledger.key("listing_id", "nw-1"))
    assert claim.property_id == home


def test_a_refused_number_leaves_nothing_behind(ledger: Desk) -> None:
    listed(ledger, listing_id="NW-1")
    chosen = uuid4()
    with pytest.raises(ListingIdTaken):
        listed(ledger, listing_id="NW-1", property_id=chosen)
    assert not list(ledger.history(chosen))


@pytest.mark.parametrize("new", ["NW-2", None])
def test_a_corrected_number_is_free_again(ledger: Desk, new: str | None) -> None:
    home = listed(ledger, listing_id="NW-1")
    correct_listing_id(CorrectListingId(property_id=home, listing_id=new), ledger.next())
    other = listed(ledger, listing_id="NW-1")
    with pytest.raises(ListingIdTaken):
        correct_listing_id(CorrectListingId(property_id=home, listing_id="NW-1"), ledger.next())
    assert ledger.load(Property, home).listing_id == new
    assert ledger.load(Property, other).listing_id == "NW-1"


def test_a_number_written_otherwise_stays_the_same_number(ledger: Desk) -> None:
    home = listed(ledger, listing_id="nw-1")
    correct_listing_id(CorrectListingId(property_id=home, listing_id="NW-1"), ledger.next())
    assert ledger.load(Property, home).listing_id == "NW-1"
    with pytest.raises(ListingIdTaken):
        listed(ledger, listing_id="nw-1")


def test_a_home_goes_pending_through_its_deal_and_comes_back(ledger: Desk) -> None:
    id = listed(ledger)
    home = ledger.load(Property, id)
    ledger.next().append(home, home.reserve(DEAL))
    mark_property_pending(MarkPropertyPending(property_id=id), ledger.next())
    home = ledger.load(Property, id)
    ledger.next().append(home, home.release(DEAL))
    withdraw_property(WithdrawProperty(property_id=id, reason="The owner stays."), ledger.next())
    with pytest.raises(PropertyNotListed):
        reprice_property(RepriceProperty(property_id=id, list_price=usd("1")), ledger.next())
    relist_property(RelistProperty(property_id=id, list_price=usd("700000")), ledger.next())
    home = ledger.load(Property, id)
    assert (home.status, home.list_price, home.deal_id) == (Status.ACTIVE, usd("700000"), None)


CLEAN = listing(listing_id=None)
BEFORE: dict[type[Command], tuple[ListProperty, list[Fact]]] = {
    PublishProperty: (CLEAN.but(as_draft=True), []),
    MarkPropertyPending: (CLEAN, [PropertyPutUnderOffer(deal_id=DEAL)]),
    MarkPropertyLet: (CLEAN.but(purpose=Purpose.LEASE), []),
    RelistProperty: (CLEAN, [PropertyExpired()]),
    RemovePropertyPhoto: (
        CLEAN,
        [
            PropertyPhotoAdded(
                photo=Photo(url="a.jpg", sha256=RemovePropertyPhoto.EXAMPLE["sha256"])
            )
        ],
    ),
}


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each is not ListProperty], ids=named
)
def test_every_command_works_on_a_home_ready_for_it(command: type[Command], ledger: Desk) -> None:
    wish = command.model_validate(command.EXAMPLE)
    id = UUID(command.EXAMPLE["property_id"])
    first, facts = BEFORE.get(command, (CLEAN.but(list_price=usd("1")), []))
    list_property(first.but(property_id=id), ledger.next())
    if command is CorrectPropertyOwners:
        owner = RegisterContact.EXAMPLE | {"contact_id": command.EXAMPLE["owner_ids"][0]}
        register_contact(RegisterContact.model_validate(owner), ledger.next())
    home = ledger.load(Property, id)
    version = ledger.next().append(home, facts).version
    unchanged = command is CorrectPropertyAddress or command is CorrectPropertyDetails
    assert HANDLERS[command](wish, ledger.next()).version == version + (not unchanged)
