"""Homes, as the property board shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info
from strawberry.utils.str_converters import to_camel_case

from domain import terms as trade
from domain import values
from domain.properties import Status
from domain.values import AreaUnits
from queries import enums  # noqa: F401
from queries.boards import Board, Column, Condition, Row, Selection, Term, conditions, words
from queries.connections import connection, linked_many, linked_page, one
from queries.fields import field, pushed
from queries.pushes import Change, changes
from queries.reads import reads
from queries.refusals import Invalid
from queries.scalars import Position
from queries.sorting import Order, terms
from queries.values import Address, GeoPoint, Money, Size

FARTHEST_KM, KM_PER_DEGREE = 20_000, 111.19


@strawberry.type(description="A picture kept elsewhere; the SHA-256 of its bytes is its name here.")
class Photo:
    url: str
    sha256: str
    caption: str | None


@strawberry.type(description="A home in the book, as it stands now.")
class Property:
    id: UUID
    listing_id: str | None
    address: Address
    point: GeoPoint | None
    property_type: trade.PropertyType
    tenure: trade.Tenure | None
    purpose: trade.Purpose
    status: Status
    list_price: Money
    original_list_price: Money
    previous_list_price: Money | None
    price_changes: int
    living_area: Size | None
    lot_size: Size | None
    rooms_total: int | None
    bedrooms_total: int | None
    bathrooms_total: Decimal | None
    stories: Decimal | None
    year_built: int | None
    year_renovated: int | None
    condition: trade.Condition | None
    features: list[str]
    photos: list[Photo]
    public_remarks: str
    owner_ids: list[UUID]
    deal_id: UUID | None
    close_price: Money | None
    close_date: date | None
    withdrawal_reason: str | None
    listed_at: datetime
    on_market_date: date | None
    status_changed_at: datetime
    updated_at: datetime
    version: Position
    position: Position

    owners = linked_many("contacts.Contact", "owner_ids", "Whose home it is, in the order given.")
    deals = linked_page("deals.Deal", "property", "The deals about it, the latest first.")
    history = linked_page("history.Fact", "stream", "What happened to it, the latest first.")
    matches = linked_page("matching.Match", "property", "Clients it suits, the best first.")

    @classmethod
    def of(cls, row: Row) -> Property:
        plain = {name: row[name] for name in PLAIN}
        prices = {name: Money.of(row[name], row["currency"]) for name in PRICES}
        words = {
            "property_type": trade.PropertyType(row["property_type"]),
            "tenure": trade.Tenure(row["tenure"]) if row["tenure"] else None,
            "purpose": trade.Purpose(row["purpose"]),
            "status": Status(row["status"]),
            "condition": trade.Condition(row["condition"]) if row["condition"] else None,
        }
        made: dict[str, Any] = plain | prices | words
        return cls(
            address=Address.of(row),
            point=GeoPoint.of(row["latitude"], row["longitude"]),
            living_area=Size.of(row["living_area"], row["living_area_units"]),
            lot_size=Size.of(row["lot_size"], row["lot_size_units"]),
            photos=[Photo(**photo) for photo in row["photos"]],
            **made,
        )


PLAIN = (
    *("id", "listing_id", "price_changes", "rooms_total", "bedrooms_total", "bathrooms_total"),
    *("stories", "year_built", "year_renovated", "features", "public_remarks", "owner_ids"),
    *("deal_id", "close_date", "withdrawal_reason", "listed_at", "on_market_date"),
    *("status_changed_at", "updated_at", "version", "position"),
)
PRICES = ("list_price", "original_list_price", "previous_list_price", "close_price")


@strawberry.enum
class PropertySort(Enum):
    LIST_PRICE = Column("list_price", Decimal)
    LISTED_AT = Column("listed_at", datetime)
    UPDATED_AT = Column("updated_at", datetime)
    ON_MARKET_DATE = Column("on_market_date", date, nullable=True)
    LIVING_AREA = Column("living_area_sqm", Decimal, nullable=True)
    LOT_SIZE = Column("lot_size_sqm", Decimal, nullable=True)
    BEDROOMS_TOTAL = Column("bedrooms_total", int, nullable=True)
    BATHROOMS_TOTAL = Column("bathrooms_total", Decimal, nullable=True)
    YEAR_BUILT = Column("year_built", int, nullable=True)
    CITY = Column("city", str)
    STATUS = Column("status", str)
    LISTING_ID = Column("listing_id", str, nullable=True)


PROPERTIES = Board(
    "property_board",
    Property.of,
    order=(Term(PropertySort.LISTED_AT.value, descending=True),),
    links={"owner": "t.owner_ids @> array[parent.id]"},
).named("Property")


@strawberry.input(description="A floor area; in square metres if no unit is given.")
class AreaAtLeast:
    value: Decimal
    units: AreaUnits = AreaUnits.SQUARE_METERS

    def condition(self) -> Condition:
        """Rounded as the board keeps it."""
        try:
            size = values.Size(value=self.value, units=self.units)
        except ValueError as error:
            raise Invalid("livingAreaMin is not an area.", field="livingAreaMin") from error
        return "t.living_area_sqm >= %(meters)s", {"meters": round(size.square_meters, 2)}


@strawberry.input(description="Within so many kilometres of a point.")
class Near:
    latitude: float
    longitude: float
    radius_km: float

    def condition(self) -> Condition:
        """A band of latitude, which the index serves, and the great circle of `GeoPoint.km_to`."""
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 180):
            raise Invalid("near is not a place on earth.", field="near")
        if not 0 < self.radius_km <= FARTHEST_KM:
            raise Invalid(f"radiusKm must lie above 0 and up to {FARTHEST_KM}.", field="radiusKm")
        band = self.radius_km / KM_PER_DEGREE
        return NEAR, {
            "south": self.latitude - band,
            "north": self.latitude + band,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "radius": self.radius_km,
        }


@strawberry.input(description="What is given must all hold. Lists: any of them; features: all.")
class PropertyFilter:
    status: list[Status] | None = None
    city: str | None = None
    postal_code: str | None = None
    property_type: list[trade.PropertyType] | None = None
    purpose: trade.Purpose | None = None
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    currency: str | None = None
    bedrooms_min: int | None = None
    bathrooms_min: Decimal | None = None
    living_area_min: AreaAtLeast | None = None
    features: list[str] | None = None
    near: Near | None = None
    listing_id: str | None = None
    text: str | None = None

    def conditions(self) -> Iterator[Condition]:
        self._refuse_no_numbers()
        yield from conditions(self, FILTERS)
        if self.near is not None:
            yield self.near.condition()
        if self.text is not None:
            yield from words(self.text, SEARCHED)
        if self.living_area_min is not None:
            yield self.living_area_min.condition()

    def _refuse_no_numbers(self) -> None:
        for name in ("price_from", "price_to", "bathrooms_min"):
            value = getattr(self, name)
            if value is not None and not value.is_finite():
                raise Invalid(f"{to_camel_case(name)} is not a number.", field=to_camel_case(name))


FILTERS = {
    "status": "t.status = any(%(status)s)",
    "city": "lower(t.city) = lower(%(city)s)",
    "postal_code": "t.postal_code = %(postal_code)s",
    "property_type": "t.property_type = any(%(property_type)s)",
    "purpose": "t.purpose = %(purpose)s",
    "price_from": "t.list_price >= %(price_from)s",
    "price_to": "t.list_price <= %(price_to)s",
    "currency": "t.currency = upper(%(currency)s)",
    "bedrooms_min": "t.bedrooms_total >= %(bedrooms_min)s",
    "bathrooms_min": "t.bathrooms_total >= %(bathrooms_min)s",
    "features": "t.features @> %(features)s",
    "listing_id": "lower(t.listing_id) = lower(%(listing_id)s)",
}
SEARCHED = "concat_ws(' ', t.address, t.listing_id, t.public_remarks)"
NEAR = """
    t.latitude between %(south)s and %(north)s
    and 2 * 6371.0088 * asin(least(1, sqrt(
        power(sin(radians(t.latitude - %(latitude)s) / 2), 2)
        + cos(radians(%(latitude)s)) * cos(radians(t.latitude))
        * power(sin(radians(t.longitude - %(longitude)s) / 2), 2)
    ))) <= %(radius)s
"""


@strawberry.type
class PropertyQueries:
    @field("One home, or null. `atLeast` waits for your own write: its position, or later.")
    async def property(
        self, info: Info[Any, Any], id: UUID, at_least: Position | None = None
    ) -> Property | None:
        view = reads(info)
        await view.reach("property_board", "properties", id, at_least)
        found: Property | None = await one(view, PROPERTIES, id)
        return found

    @connection(Property, "The homes in the book, the latest listing first.")
    def properties(
        self,
        filter: PropertyFilter | None = None,
        order_by: list[Order[PropertySort]] | None = None,
    ) -> Selection:
        wanted = filter.conditions() if filter else ()
        return PROPERTIES.all.where(wanted).sorted(terms(order_by))


@strawberry.type
class PropertySubscriptions:
    @pushed("One property, or every one of the agency, whenever it changes.")
    def property_changed(
        self, info: Info[Any, Any], id: UUID | None = None
    ) -> AsyncIterator[Change[Property]]:
        return changes(reads(info), PROPERTIES, id)
