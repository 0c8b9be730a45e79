"""The rules of properties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from unicodedata import normalize
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.kernel import Aggregate, DomainError, Fact
from domain.properties import (
    MOST_PHOTOS,
    RESERVED,
    TRANSITIONS,
    ListingIdClaim,
    ListingIdClaimed,
    ListingIdNotHeld,
    ListingIdReleased,
    ListingIdTaken,
    OwnerNamedTwice,
    Photo,
    PhotoAlreadyAdded,
    PhotoNotThere,
    PriceInOtherCurrency,
    PriceNotPositive,
    Property,
    PropertyAddressCorrected,
    PropertyAlreadyClosed,
    PropertyAlreadyListed,
    PropertyAlreadyPending,
    PropertyAlreadyUnderOffer,
    PropertyDescribed,
    PropertyDetails,
    PropertyDetailsCorrected,
    PropertyExpired,
    PropertyHeldByDeal,
    PropertyLet,
    PropertyListed,
    PropertyListingIdCorrected,
    PropertyNotDraft,
    PropertyNotForLease,
    PropertyNotForSale,
    PropertyNotListed,
    PropertyNotUnderOffer,
    PropertyOwnersCorrected,
    PropertyPhotoAdded,
    PropertyPhotoRemoved,
    PropertyPublished,
    PropertyPutUnderOffer,
    PropertyReleased,
    PropertyRelisted,
    PropertyRepriced,
    PropertyReservedByOtherDeal,
    PropertySold,
    PropertyStillListed,
    PropertyWentPending,
    PropertyWithdrawn,
    Status,
    TooManyPhotos,
)
from domain.terms import Condition, PropertyType, Purpose
from domain.values import Address, GeoPoint, Money, Size
from tests.spec import given
from tests.strategies import (
    property_addresses,
    property_details,
    property_listings,
    property_photos,
    property_points,
    property_prices,
)

DEAL, OTHER_DEAL = UUID(int=1), UUID(int=2)
HOUSE, OTHER_HOUSE = UUID(int=3), UUID(int=4)
ADDRESS = Address(street="4302 Evanston Ave N", city="Seattle", postal_code="98103")
HOME = PropertyDetails(property_type=PropertyType.SINGLE_FAMILY_RESIDENCE, bedrooms_total=3)
PHOTO = Photo(url="https://example.com/front.jpg", sha256="ab" * 32)
DAY = date(2015, 5, 27)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


PRICE = usd(645_000)
EUROS = PRICE.but(currency="EUR")
LISTED = PropertyListed(address=ADDRESS, purpose=Purpose.SALE, list_price=PRICE, details=HOME)
FOR_LEASE = LISTED.but(purpose=Purpose.LEASE)
DRAFT = LISTED.but(as_draft=True)
HELD = PropertyPutUnderOffer(deal_id=DEAL)
PENDING = PropertyWentPending()
SOLD = PropertySold(close_price=PRICE, close_date=DAY)
WITHDRAWN = PropertyWithdrawn(reason="The owner stays.")


@for_all(listing=property_listings())
def test_a_listing_enters_the_book_as_it_is(listing: PropertyListed) -> None:
    given(Property).when(lambda home: home.list(listing)).then(listing)


def test_a_property_is_listed_only_once() -> None:
    given(Property, LISTED).when(lambda home: home.list(LISTED)).refused(PropertyAlreadyListed)


@pytest.mark.parametrize(
    ("listing", "refusal"),
    [
        (LISTED.but(list_price=usd(0)), PriceNotPositive),
        (LISTED.but(owner_ids=(DEAL, DEAL)), OwnerNamedTwice),
        (LISTED.but(photos=(PHOTO, PHOTO.but(caption="Again"))), PhotoAlreadyAdded),
    ],
)
def test_a_listing_must_make_sense(listing: PropertyListed, refusal: type[DomainError]) -> None:
    given(Property).when(lambda home: home.list(listing)).refused(refusal)


@pytest.mark.parametrize(
    "odd",
    [
        {"bedrooms_total": 33, "living_area": Size(value=Decimal(1620))},
        {"bedrooms_total": 0, "bathrooms_total": Decimal(0)},
        {"bathrooms_total": Decimal("0.75"), "living_area": Size(value=Decimal(290))},
        {"lot_size": Size(value=Decimal(1_651_359)), "stories": Decimal("2.5")},
        {"year_built": 1900, "year_renovated": 1900, "condition": Condition.POOR},
    ],
)
def test_odd_homes_exist(odd: dict[str, object]) -> None:
    details = PropertyDetails.model_validate({"property_type": PropertyType.FARM} | odd)
    given(Property, LISTED).when(lambda home: home.correct_details(details)).then(
        PropertyDetailsCorrected(details=details)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"bedrooms_total": -1},
        {"bedrooms_total": 1001},
        {"bathrooms_total": "NaN"},
        {"year_built": 1950, "year_renovated": 1949},
        {"living_area": {"value": "-1"}},
        {"features": ["Sea View"]},
        {"property_type": "castle"},
    ],
)
def test_impossible_homes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PropertyDetails.model_validate({"property_type": "farm"} | wrong)


def test_features_are_the_same_in_any_order() -> None:
    details, again = HOME.model_dump(), HOME.model_dump()
    details["features"], again["features"] = ("view", "basement", "view"), ("basement", "view")
    assert PropertyDetails.model_validate(details) == PropertyDetails.model_validate(again)


@for_all(asked=property_prices(), offered=property_prices())
def test_repricing_records_a_new_price_only(asked: Money, offered: Money) -> None:
    expected = [] if offered == asked else [PropertyRepriced(list_price=offered)]
    (
        given(Property, LISTED.but(list_price=asked))
        .when(lambda home: home.reprice(offered))
        .then(*expected)
    )


@pytest.mark.parametrize(
    ("facts", "price", "refusal"),
    [
        ((LISTED,), EUROS, PriceInOtherCurrency),
        ((LISTED,), usd(0), PriceNotPositive),
        ((LISTED, HELD, PENDING), usd(1), PropertyAlreadyPending),
        ((LISTED, SOLD), usd(1), PropertyNotListed),
        ((FOR_LEASE, PropertyLet(close_price=PRICE, close_date=DAY)), usd(1), PropertyNotListed),
        ((LISTED, WITHDRAWN), usd(1), PropertyNotListed),
        ((LISTED, PropertyExpired()), usd(1), PropertyNotListed),
    ],
)
def test_repricing_refused(
    facts: tuple[Fact, ...], price: Money, refusal: type[DomainError]
) -> None:
    given(Property, *facts).when(lambda home: home.reprice(price)).refused(refusal)


@pytest.mark.parametrize("facts", [(DRAFT,), (LISTED,), (LISTED, HELD)])
def test_a_price_may_change_until_the_deal_is_pending(facts: tuple[Fact, ...]) -> None:
    new = usd(600_000)
    given(Property, *facts).when(lambda home: home.reprice(new)).then(
        PropertyRepriced(list_price=new)
    )


def test_a_draft_is_published_once() -> None:
    given(Property, DRAFT).when(Property.publish).then(PropertyPublished())
    given(Property, DRAFT, PropertyPublished()).when(Property.publish).refused(PropertyNotDraft)


@for_all(
    remarks=st.text(st.characters(categories=["L", "N"]), max_size=20).map(
        partial(normalize, "NFC")
    ),
    details=property_details(),
    address=property_addresses(),
    point=st.none() | property_points(),
)
def test_corrections_record_news_only_even_of_a_sold_home(
    remarks: str, details: PropertyDetails, address: Address, point: GeoPoint | None
) -> None:
    decisions: list[tuple[Callable[[Property], Sequence[Fact]], Fact]] = [
        (lambda home: home.describe(remarks), PropertyDescribed(public_remarks=remarks)),
        (lambda home: home.correct_details(details), PropertyDetailsCorrected(details=details)),
        (
            lambda home: home.correct_address(address, point),
            PropertyAddressCorrected(address=address, point=point),
        ),
        (
            lambda home: home.correct_listing_id("NW-1"),
            PropertyListingIdCorrected(listing_id="NW-1"),
        ),
        (
            lambda home: home.correct_owners((HOUSE,)),
            PropertyOwnersCorrected(owner_ids=(HOUSE,)),
        ),
    ]
    before = LISTED.but(public_remarks="Not this!", address=ADDRESS.but(unit="not this"))
    for decide, fact in decisions:
        if fact != PropertyDetailsCorrected(details=HOME):
            given(Property, before, SOLD).when(decide).then(fact)
        given(Property, before, SOLD, fact).when(decide).then()


def test_an_owner_is_named_once() -> None:
    given(Property, LISTED).when(lambda home: home.correct_owners((DEAL, DEAL))).refused(
        OwnerNamedTwice
    )


def test_a_photo_is_known_by_its_bytes() -> None:
    added, renamed = PropertyPhotoAdded(photo=PHOTO), PHOTO.but(url="https://example.com/b.jpg")
    given(Property, LISTED).when(lambda home: home.add_photo(PHOTO)).then(added)
    given(Property, LISTED, added).when(lambda home: home.add_photo(renamed)).refused(
        PhotoAlreadyAdded
    )
    given(Property, LISTED, added).when(lambda home: home.remove_photo(PHOTO.sha256)).then(
        PropertyPhotoRemoved(sha256=PHOTO.sha256)
    )
    given(Property, LISTED).when(lambda home: home.remove_photo(PHOTO.sha256)).refused(
        PhotoNotThere
    )


def test_photos_are_limited() -> None:
    many = tuple(PHOTO.but(sha256=f"{n:064x}") for n in range(MOST_PHOTOS))
    given(Property, LISTED.but(photos=many)).when(lambda home: home.add_photo(PHOTO)).refused(
        TooManyPhotos
    )


def test_one_deal_at_a_time_holds_a_property() -> None:
    given(Property, LISTED).when(lambda home: home.reserve(DEAL)).then(HELD)
    given(Property, LISTED, HELD).when(lambda home: home.reserve(DEAL)).then()
    given(Property, LISTED, HELD).when(lambda home: home.reserve(OTHER_DEAL)).refused(
        PropertyAlreadyUnderOffer
    )


@pytest.mark.parametrize("facts", [(DRAFT,), (LISTED, SOLD), (LISTED, WITHDRAWN)])
def test_only_an_active_property_is_held(facts: tuple[Fact, ...]) -> None:
    given(Property, *facts).when(lambda home: home.reserve(DEAL)).refused(PropertyNotListed)


@pytest.mark.parametrize("also", [(), (PENDING,)])
def test_only_the_holding_deal_releases_or_closes(also: tuple[Fact, ...]) -> None:
    held = (LISTED, HELD, *also)
    sold = SOLD.but(deal_id=DEAL)
    given(Property, *held).when(lambda home: home.release(DEAL)).then(
        PropertyReleased(deal_id=DEAL)
    )
    given(Property, *held).when(lambda home: home.close(DEAL, Status.SOLD, PRICE, DAY)).then(sold)
    given(Property, *held).when(lambda home: home.release(OTHER_DEAL)).refused(
        PropertyReservedByOtherDeal
    )
    given(Property, *held).when(
        lambda home: home.close(OTHER_DEAL, Status.SOLD, PRICE, DAY)
    ).refused(PropertyReservedByOtherDeal)


def test_nothing_to_release_or_close_without_an_accepted_offer() -> None:
    given(Property, LISTED).when(lambda home: home.release(DEAL)).refused(PropertyNotUnderOffer)
    given(Property, LISTED).when(lambda home: home.close(DEAL, Status.SOLD, PRICE, DAY)).refused(
        PropertyNotUnderOffer
    )
    given(Property, LISTED).when(Property.mark_pending).refused(PropertyNotUnderOffer)


def test_a_property_under_offer_goes_pending_once() -> None:
    given(Property, LISTED, HELD).when(Property.mark_pending).then(PENDING)
    given(Property, LISTED, HELD, PENDING).when(Property.mark_pending).then()


def test_a_released_property_may_be_held_again() -> None:
    given(Property, LISTED, HELD, PropertyReleased(deal_id=DEAL)).when(
        lambda home: home.reserve(OTHER_DEAL)
    ).then(PropertyPutUnderOffer(deal_id=OTHER_DEAL))


@pytest.mark.parametrize("ending", [(), (WITHDRAWN,), (PropertyExpired(),)])
def test_a_sale_made_elsewhere_is_recorded(ending: tuple[Fact, ...]) -> None:
    given(Property, LISTED, *ending).when(
        lambda home: home.close_elsewhere(Status.SOLD, PRICE, DAY)
    ).then(SOLD)


@pytest.mark.parametrize(
    ("facts", "outcome", "price", "refusal"),
    [
        ((LISTED, HELD), Status.SOLD, PRICE, PropertyHeldByDeal),
        ((LISTED, SOLD), Status.SOLD, PRICE, PropertyAlreadyClosed),
        ((DRAFT,), Status.SOLD, PRICE, PropertyNotListed),
        ((LISTED,), Status.LET, PRICE, PropertyNotForLease),
        ((FOR_LEASE,), Status.SOLD, PRICE, PropertyNotForSale),
        ((LISTED,), Status.SOLD, EUROS, PriceInOtherCurrency),
        ((LISTED,), Status.SOLD, usd(0), PriceNotPositive),
    ],
)
def test_a_sale_made_elsewhere_is_refused(
    facts: tuple[Fact, ...], outcome: Status, price: Money, refusal: type[DomainError]
) -> None:
    given(Property, *facts).when(lambda home: home.close_elsewhere(outcome, price, DAY)).refused(
        refusal
    )


def test_leaving_the_market() -> None:
    given(Property, LISTED).when(lambda home: home.withdraw("The owner stays.")).then(WITHDRAWN)
    given(Property, LISTED).when(Property.expire).then(PropertyExpired())
    given(Property, DRAFT).when(lambda home: home.withdraw("The owner stays.")).then(WITHDRAWN)
    given(Property, DRAFT).when(Property.expire).refused(PropertyNotListed)
    given(Property, LISTED, HELD).when(Property.expire).refused(PropertyHeldByDeal)
    given(Property, LISTED, HELD).when(lambda home: home.withdraw("No")).refused(PropertyHeldByDeal)


@pytest.mark.parametrize("ending", [SOLD, WITHDRAWN, PropertyExpired()])
def test_homes_come_back(ending: Fact) -> None:
    relisted = PropertyRelisted(list_price=usd(700_000))
    given(Property, LISTED, ending).when(lambda home: home.relist(usd(700_000))).then(relisted)
    given(Property, LISTED, ending).when(lambda home: home.relist(EUROS)).refused(
        PriceInOtherCurrency
    )


@pytest.mark.parametrize("facts", [(DRAFT,), (LISTED,), (LISTED, HELD), (LISTED, HELD, PENDING)])
def test_what_is_on_the_market_is_not_relisted(facts: tuple[Fact, ...]) -> None:
    given(Property, *facts).when(lambda home: home.relist(PRICE)).refused(PropertyStillListed)


def test_one_property_an_mls_number() -> None:
    claimed = ListingIdClaimed(property_id=HOUSE)
    released = ListingIdReleased(property_id=HOUSE)
    given(ListingIdClaim).when(lambda claim: claim.claim(HOUSE)).then(claimed)
    given(ListingIdClaim, claimed).when(lambda claim: claim.claim(HOUSE)).then()
    given(ListingIdClaim, claimed).when(lambda claim: claim.claim(OTHER_HOUSE)).refused(
        ListingIdTaken
    )
    given(ListingIdClaim, claimed).when(lambda claim: claim.release(HOUSE)).then(released)
    given(ListingIdClaim, claimed, released).when(lambda claim: claim.release(HOUSE)).refused(
        ListingIdNotHeld
    )


Decision = Callable[[Property], Sequence[Fact]]

deals = st.sampled_from([DEAL, OTHER_DEAL])
outcomes = st.sampled_from([Status.SOLD, Status.LET])
decisions: st.SearchStrategy[Decision] = st.one_of(
    st.sampled_from([Property.publish, Property.expire, Property.mark_pending]),
    st.builds(lambda price: lambda home: home.reprice(price), property_prices()),
    st.builds(lambda price: lambda home: home.relist(price), property_prices() | st.just(EUROS)),
    st.builds(lambda deal: lambda home: home.reserve(deal), deals),
    st.builds(lambda deal: lambda home: home.release(deal), deals),
    st.builds(lambda d, o: lambda home: home.close(d, o, PRICE, DAY), deals, outcomes),
    st.builds(lambda o: lambda home: home.close_elsewhere(o, PRICE, DAY), outcomes),
    st.builds(lambda reason: lambda home: home.withdraw(reason), st.just("Moved in again")),
    st.builds(lambda photo: lambda home: home.add_photo(photo), property_photos()),
    st.builds(lambda photo: lambda home: home.remove_photo(photo.sha256), property_photos()),
    st.builds(lambda details: lambda home: home.correct_details(details), property_details()),
    st.builds(lambda listing: lambda home: home.list(listing), property_listings()),
)


@for_all(listing=property_listings(), wishes=st.lists(decisions, max_size=30))
def test_whatever_is_asked_the_status_follows_the_machine(
    listing: PropertyListed, wishes: list[Decision]
) -> None:
    home: Aggregate = given(Property).state
    for wish in (lambda blank: blank.list(listing), *wishes):
        assert isinstance(home, Property)
        before = home
        try:
            facts = wish(before)
        except DomainError:
            continue
        for fact in facts:
            home = home.evolve(fact)
            assert home.status == before.status or home.status in TRANSITIONS[before.status]
        assert (home.deal_id is not None) == (home.status in RESERVED)
        assert home.list_price is not None
        assert home.list_price.currency == listing.list_price.currency
        assert len({photo.sha256 for photo in home.photos}) == len(home.photos)


def test_every_status_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS) == {None, *Status}
    assert {to for following in TRANSITIONS.values() for to in following} == set(Status)
