"""The property board, fed by real facts from the real store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all

from domain.kernel import FACTS, Fact
from domain.properties import (
    Photo,
    Property,
    PropertyAddressCorrected,
    PropertyDescribed,
    PropertyDetails,
    PropertyDetailsCorrected,
    PropertyExpired,
    PropertyLet,
    PropertyListed,
    PropertyListingIdCorrected,
    PropertyOwnersCorrected,
    PropertyPhotoAdded,
    PropertyPhotoRemoved,
    PropertyPublished,
    PropertyPutUnderOffer,
    PropertyReleased,
    PropertyRelisted,
    PropertyRepriced,
    PropertySold,
    PropertyWentPending,
    PropertyWithdrawn,
)
from domain.terms import Condition, PropertyType, Purpose, Tenure
from domain.values import Address, AreaUnits, GeoPoint, Money, Size
from projections.properties import FACTS as WANTED
from tests.conftest import Desk
from tests.projecting import project_all
from tests.strategies import property_details, property_listings

Row = dict[str, Any]
Board = Callable[..., Row]
DEAL, OWNER = UUID(int=1), UUID(int=2)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


DETAILS = PropertyDetails(
    property_type=PropertyType.SINGLE_FAMILY_RESIDENCE,
    tenure=Tenure.FREEHOLD,
    living_area=Size(value=Decimal(1790)),
    lot_size=Size(value=Decimal("0.5"), units=AreaUnits.ACRES),
    bedrooms_total=33,
    bathrooms_total=Decimal("0.75"),
    stories=Decimal("1.5"),
    year_built=1926,
    year_renovated=2004,
    condition=Condition.GOOD,
    features=("basement", "view"),
)
FRONT = Photo(url="front.jpg", sha256="a" * 64)
BACK = Photo(url="back.jpg", sha256="b" * 64, caption="Back")
LISTED = PropertyListed(
    address=Address(street="4302 Evanston Ave N", city="Seattle", postal_code="98103"),
    point=GeoPoint(latitude=47.6596, longitude=-122.3522),
    purpose=Purpose.SALE,
    list_price=usd(645_000),
    details=DETAILS,
    listing_id="NW-1",
    photos=(FRONT,),
    owner_ids=(OWNER,),
    public_remarks="Two blocks from the zoo.",
    listed_on=date(2015, 5, 1),
)
DRAFT = LISTED.but(as_draft=True)
HELD = PropertyPutUnderOffer(deal_id=DEAL)
CLOSED = {"close_price": usd(640_000), "close_date": date(2015, 5, 27)}


@pytest.fixture
def board(ledger: Desk, dsn: str, reads: psycopg.Connection[Row]) -> Board:
    """The row of a new property after these facts."""

    def row_after(*facts: Fact) -> Row:
        home = Property(id=uuid4(), agency=ledger.agency)
        receipt = ledger.next().append(home, facts)
        project_all(dsn, ledger.store, ["property_board"])
        query = "select * from property_board where id = %s"
        row = reads.execute(query, [home.id]).fetchone()
        assert row is not None
        place = (row["agency"], row["version"], row["position"])
        assert place == (ledger.agency, receipt.version, receipt.position)
        return row

    return row_after


def test_every_fact_of_a_property_is_wanted() -> None:
    assert {each.NAME for each in WANTED} == {
        name for name in FACTS if name.startswith("property.")
    }


def test_a_listing_becomes_a_row(board: Board) -> None:
    row = board(LISTED)
    assert row["address"] == "4302 Evanston Ave N, Seattle, 98103"
    assert (row["city"], row["postal_code"], row["country"]) == ("Seattle", "98103", "US")
    assert (row["latitude"], row["longitude"]) == (47.6596, -122.3522)
    assert (row["status"], row["purpose"], row["tenure"]) == ("active", "sale", "freehold")
    assert (row["property_type"], row["condition"]) == ("single_family_residence", "good")
    assert (row["list_price"], row["currency"]) == (645_000, "USD")
    assert (row["original_list_price"], row["previous_list_price"]) == (645_000, None)
    assert (row["living_area"], row["living_area_units"]) == (1790, "square_feet")
    assert row["living_area_sqm"] == Decimal("166.30")
    assert (row["lot_size_units"], row["lot_size_sqm"]) == ("acres", Decimal("2023.43"))
    assert (row["bedrooms_total"], row["bathrooms_total"]) == (33, Decimal("0.75"))
    assert (row["year_built"], row["year_renovated"]) == (1926, 2004)
    assert (row["features"], row["owner_ids"]) == (["basement", "view"], [OWNER])
    assert row["photos"] == [FRONT.model_dump()]
    assert (row["listing_id"], row["on_market_date"]) == ("NW-1", date(2015, 5, 1))
    assert row["listed_at"] == row["status_changed_at"] == row["updated_at"]


def test_price_changes_are_counted_from_the_first_day_on_the_market(board: Board) -> None:
    lower = PropertyRepriced(list_price=usd(600_000))
    names = ("original_list_price", "previous_list_price", "list_price", "price_changes")
    row = board(LISTED, lower, PropertyRepriced(list_price=usd(590_000)))
    assert [row[name] for name in names] == [645_000, 600_000, 590_000, 2]
    row = board(DRAFT, lower, PropertyPublished())
    assert [row[name] for name in names] == [600_000, None, 600_000, 0]
    row = board(LISTED, PropertyExpired(), PropertyRelisted(list_price=usd(600_000)))
    assert [row[name] for name in names] == [600_000, 645_000, 600_000, 0]


def test_corrections_replace_what_was_there(board: Board) -> None:
    row = board(
        LISTED,
        PropertyDescribed(public_remarks="New"),
        PropertyDetailsCorrected(details=PropertyDetails(property_type=PropertyType.LAND)),
        PropertyAddressCorrected(address=Address(city="Zürich", country="CH")),
        PropertyListingIdCorrected(listing_id=None),
        PropertyOwnersCorrected(owner_ids=()),
    )
    assert (row["public_remarks"], row["property_type"]) == ("New", "land")
    assert (row["living_area"], row["living_area_sqm"], row["features"]) == (None, None, [])
    assert (row["street"], row["address"], row["country"]) == (None, "Zürich", "CH")
    assert (row["latitude"], row["listing_id"], row["owner_ids"]) == (None, None, [])


def test_photos_keep_their_order(board: Board) -> None:
    third = FRONT.but(sha256="c" * 64)
    row = board(
        LISTED,
        PropertyPhotoAdded(photo=BACK),
        PropertyPhotoAdded(photo=third),
        PropertyPhotoRemoved(sha256=BACK.sha256),
    )
    assert row["photos"] == [FRONT.model_dump(), third.model_dump()]
    row = board(LISTED, PropertyPhotoRemoved(sha256=FRONT.sha256))
    assert row["photos"] == []


@pytest.mark.parametrize(
    ("facts", "status", "told"),
    [
        ([DRAFT], "draft", {"on_market_date": None}),
        ([DRAFT, PropertyPublished()], "active", {}),
        ([LISTED, HELD], "under_offer", {"deal_id": DEAL}),
        ([LISTED, HELD, PropertyWentPending()], "pending", {"deal_id": DEAL}),
        ([LISTED, HELD, PropertyReleased(deal_id=DEAL)], "active", {"deal_id": None}),
        (
            [LISTED, HELD, PropertySold(deal_id=DEAL, **CLOSED)],
            "sold",
            {"deal_id": None, "close_price": 640_000, "close_date": date(2015, 5, 27)},
        ),
        ([LISTED, PropertyLet(**CLOSED)], "let", {"close_price": 640_000}),
        ([LISTED, PropertyWithdrawn(reason="Stays")], "withdrawn", {"withdrawal_reason": "Stays"}),
        ([LISTED, PropertyExpired()], "expired", {}),
        (
            [LISTED, PropertySold(**CLOSED), PropertyRelisted(list_price=usd(1))],
            "active",
            {"close_price": None, "close_date": None, "list_price": 1},
        ),
    ],
)
def test_the_status_moves_with_what_belongs_to_it(
    facts: list[Fact], status: str, told: Row, board: Board
) -> None:
    row = board(*facts)
    assert row["status"] == status
    assert {name: row[name] for name in told} == told


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@for_all(listing=property_listings(), details=property_details())
def test_whatever_may_be_listed_fits_the_board(
    listing: PropertyListed, details: PropertyDetails, board: Board
) -> None:
    row = board(listing, PropertyDetailsCorrected(details=details))
    assert row["list_price"] == listing.list_price.amount
    assert row["bathrooms_total"] == details.bathrooms_total
    assert row["features"] == list(details.features)
