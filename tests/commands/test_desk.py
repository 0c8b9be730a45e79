"""The desk every command passes: roles, races, repetition and versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from commands.base import Role
from commands.desk import RoleMissing, handle
from commands.ledger import CommandIdReused, Deedbook, Receipt, Signature, Stale
from commands.properties import ListProperty, RepriceProperty, WithdrawProperty
from domain.kernel import NotFound
from domain.properties import PropertyNotListed
from domain.values import Money
from tests.conftest import Desk

LISTING = ListProperty.model_validate(ListProperty.EXAMPLE | {"property_id": None})


def price(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency=LISTING.list_price.currency)


@pytest.fixture
def anna(agency: UUID) -> Signature:
    return Desk.signature(agency)


@pytest.fixture
def home(store: Deedbook, anna: Signature) -> Receipt:
    return handle(LISTING, store, anna)


def again(signed: Signature, **news: object) -> Signature:
    return replace(signed, **{"command_id": uuid4(), **news})  # type: ignore[arg-type]


def test_without_a_role_nothing_is_done(store: Deedbook, anna: Signature, home: Receipt) -> None:
    auditor = again(anna, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(RoleMissing, match="needs one of the roles agent, manager, service"):
        handle(RepriceProperty(property_id=home.id, list_price=price(1)), store, auditor)


def test_what_belongs_to_another_agency_does_not_exist(store: Deedbook, home: Receipt) -> None:
    with pytest.raises(NotFound):
        stranger = Desk.signature(uuid4())
        handle(RepriceProperty(property_id=home.id, list_price=price(1)), store, stranger)


def test_a_repeated_command_has_the_receipt_of_the_first_even_when_a_rule_refuses_it_now(
    store: Deedbook, anna: Signature, home: Receipt
) -> None:
    asked, signed = RepriceProperty(property_id=home.id, list_price=price(2)), again(anna)
    first = handle(asked, store, signed)
    reason = WithdrawProperty.EXAMPLE | {"property_id": home.id}
    handle(WithdrawProperty.model_validate(reason), store, again(anna))
    assert handle(asked, store, signed) == first
    with pytest.raises(PropertyNotListed):
        handle(asked, store, again(anna))


def test_a_repeated_listing_makes_no_second_home(store: Deedbook, anna: Signature) -> None:
    assert handle(LISTING, store, anna) == handle(LISTING, store, anna)


def test_a_command_id_stands_for_one_command(
    store: Deedbook, anna: Signature, home: Receipt
) -> None:
    with pytest.raises(CommandIdReused):
        handle(RepriceProperty(property_id=home.id, list_price=price(3)), store, anna)


def test_an_old_version_is_refused_with_the_current_one(
    store: Deedbook, anna: Signature, home: Receipt
) -> None:
    asked = RepriceProperty(property_id=home.id, list_price=price(4))
    second = handle(asked, store, again(anna, expected_version=home.version))
    with pytest.raises(Stale) as refused:
        later = RepriceProperty(property_id=home.id, list_price=price(5))
        handle(later, store, again(anna, expected_version=home.version))
    assert refused.value.details["current_version"] == second.version


def test_racing_commands_are_decided_again_until_all_are_stored(
    store: Deedbook, anna: Signature, home: Receipt
) -> None:
    wishes = [RepriceProperty(property_id=home.id, list_price=price(n)) for n in range(10, 22)]
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda wish: handle(wish, store, again(anna)), wishes))
    versions = sorted(receipt.version for receipt in receipts)
    assert versions == list(range(home.version + 1, home.version + 13))
