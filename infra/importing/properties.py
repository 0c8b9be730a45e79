"""A row as a listing. Names of columns: ours, those of RESO, and those of King County's sales."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from commands.base import Command
from commands.properties import (
    ExpireListing,
    ListProperty,
    MarkPropertyLet,
    MarkPropertySold,
    WithdrawProperty,
)
from domain.terms import Condition, PropertyType, Purpose
from infra.importing import cells
from infra.importing.columns import Columns, Field
from infra.importing.places import by_postal_code
from infra.importing.source import Source, Values, build
from infra.importing.trouble import BadCell, BadFile

HIGH_GRADE = 10
"""Of the King County Assessor's 1 to 13: 'very good' and better."""


def _condition(value: Any) -> str:
    """The word, or King County's 1 to 5."""
    written = cells.word(value)
    return Condition.graded(cells.whole(value)) if written.isdigit() else written


def _year(value: Any) -> int | None:
    """Zero says that it never was or is not known."""
    return cells.whole(value) or None


def _there(value: Any) -> bool:
    """Yes, a number above zero, or any words about it."""
    try:
        return cells.number(value) > 0 if not isinstance(value, bool) else value
    except ValueError:
        return cells.text(value).lower() not in cells.NO


FIELDS = (
    Field("listing_id", names=("mls_number", "mls_id", "property_id")),
    Field("street", names=("UnparsedAddress", "address", "street_address")),
    Field("unit", names=("UnitNumber",)),
    Field("city", names=("town",)),
    Field("state_or_province", names=("state", "province")),
    Field("postal_code", names=("zipcode", "zip", "zip_code", "postcode")),
    Field("country"),
    Field("latitude", cells.degrees, ("lat",)),
    Field("longitude", cells.degrees, ("lon", "long", "lng")),
    Field("purpose", cells.word),
    Field("list_price", cells.number, ("asking_price", "ask_price_usd", "price", "price_usd")),
    Field("currency"),
    Field("property_type", cells.word, ("PropertySubType",)),
    Field("tenure", cells.word),
    Field(
        "living_area",
        cells.number,
        ("sqft_living", "living_sqft", "living_area_sqft", "living_area_sqm", "living_sqm"),
    ),
    Field("living_area_units", cells.word),
    Field(
        "lot_size",
        cells.number,
        ("LotSizeArea", "LotSizeSquareFeet", "LotSizeAcres", "sqft_lot", "lot_sqft", "lot_sqm"),
    ),
    Field("lot_size_units", cells.word),
    Field("rooms_total", cells.whole, ("rooms",)),
    Field("bedrooms_total", cells.whole, ("bedrooms", "beds")),
    Field(
        "bathrooms_total",
        cells.number,
        ("BathroomsTotalDecimal", "BathroomsTotalInteger", "bathrooms", "baths"),
    ),
    Field("stories", cells.number, ("StoriesTotal", "floors", "storeys")),
    Field("year_built", _year, ("yr_built",)),
    Field("year_renovated", _year, ("yr_renovated",)),
    Field("condition", _condition, ("PropertyCondition",)),
    Field("features", cells.words),
    Field("public_remarks", names=("description", "remarks")),
    Field("listed_on", cells.day, ("ListingContractDate", "OnMarketDate", "list_date")),
    Field("waterfront", _there, ("WaterfrontYN",)),
    Field("view", _there, ("ViewYN", "view_score")),
    Field("basement", _there, ("BasementYN", "basement_sqft", "sqft_basement")),
    Field("grade", cells.whole),
    Field("status", cells.word, ("StandardStatus", "MlsStatus")),
    Field("close_price", cells.number),
    Field("close_date", cells.day),
)
DRAFTS = frozenset({"draft", "coming_soon", "incomplete"})
CLOSED = frozenset({"closed", "sold", "let"})
WITHDRAWN = frozenset({"withdrawn", "canceled", "cancelled", "delete"})
SEEN = ("waterfront", "view", "basement")
PLAIN = ("listing_id", "purpose", "public_remarks", "listed_on")
ADDRESS = ("street", "unit", "city", "state_or_province", "postal_code", "country")
DETAILS = (
    "property_type",
    "tenure",
    "rooms_total",
    "bedrooms_total",
    "bathrooms_total",
    "stories",
    "year_built",
    "year_renovated",
    "condition",
)


def _number(values: Values) -> str | None:
    found = values.get("listing_id")
    return found.casefold() if found else None


def _check(columns: Columns) -> tuple[str, ...]:
    known = {*columns.columns, *columns.constants}
    if "list_price" not in known:
        raise BadFile("No column holds the price. Name it: --map list_price=COLUMN.")
    if not known & {"city", "postal_code"}:
        raise BadFile("No column holds the city. Name it: --map city=COLUMN, or --set city=NAME.")
    taken = []
    if "property_type" not in known:
        taken.append("no column for property_type: single_family_residence is taken")
    if "currency" not in known:
        taken.append("no column for currency: USD is taken")
    return tuple(taken)


def _commands(values: Values, _key: str, id: UUID) -> tuple[Command, ...]:
    if "list_price" not in values:
        raise BadCell("list_price", "a price is needed")
    price = {"amount": values["list_price"], "currency": values.get("currency", "USD")}
    body = {name: values[name] for name in PLAIN if name in values}
    body |= {"property_id": id, "list_price": price, "details": _details(values)}
    body |= {"address": _address(values), "point": _point(values)}
    status = values.get("status", "active")
    listed = build(ListProperty, body | {"as_draft": status in DRAFTS})
    return (listed, *_afterwards(values, status, id, listed.purpose))


def _afterwards(values: Values, status: str, id: UUID, purpose: Purpose) -> Iterator[Command]:
    """What else happened to a home that is not on the market any more. Statuses are RESO's."""
    if status in CLOSED:
        if not {"close_price", "close_date"} <= values.keys():
            raise BadCell("status", f"a {status} listing needs close_price and close_date", status)
        kind = MarkPropertySold if purpose is Purpose.SALE else MarkPropertyLet
        paid = {"amount": values["close_price"], "currency": values.get("currency", "USD")}
        closing = {"close_price": paid, "close_date": values["close_date"]}
        yield build(kind, {"property_id": id, **closing})
    elif status in WITHDRAWN:
        yield WithdrawProperty(property_id=id, reason=status.replace("_", " "))
    elif status == "expired":
        yield ExpireListing(property_id=id)
    elif status != "active" and status not in DRAFTS:
        raise BadCell("status", f"listings that are {status} cannot be imported", status)


def _details(values: Values) -> dict[str, Any]:
    details = {name: values[name] for name in DETAILS if name in values}
    details.setdefault("property_type", PropertyType.SINGLE_FAMILY_RESIDENCE)
    for name in ("living_area", "lot_size"):
        if name in values:
            units = values.get(f"{name}_units", "square_feet")
            details[name] = {"value": values[name], "units": units}
    return details | {"features": _features(values)}


def _features(values: Values) -> tuple[str, ...]:
    """What is said of the home that has no field of its own."""
    seen = [name for name in SEEN if values.get(name)]
    high = ["high_grade"] if values.get("grade", 0) >= HIGH_GRADE else []
    return (*values.get("features", ()), *seen, *high)


def _address(values: Values) -> dict[str, Any]:
    """The post office names the city where the file only has a ZIP code of King County."""
    address = {name: values[name] for name in ADDRESS if name in values}
    place = by_postal_code(address.get("postal_code", "")[:5])
    if place and address.get("country", "US") == "US":
        address = {"city": place.city, "state_or_province": "WA"} | address
    if "city" not in address:
        if "postal_code" not in address:
            raise BadCell("city", "a city is needed")
        address["city"] = f"ZIP {address['postal_code']}"
    return address


def _point(values: Values) -> dict[str, float] | None:
    both = {name: values[name] for name in ("latitude", "longitude") if name in values}
    if len(both) == 1:
        missing = "latitude" if "longitude" in both else "longitude"
        raise BadCell(missing, "latitude and longitude belong together")
    return both or None


PROPERTIES = Source(
    kind="property",
    plural="properties",
    fields=FIELDS,
    key=_number,
    usual_keys=(("id", "date"),),
    check=_check,
    commands=_commands,
    blames={
        "price_not_positive": "list_price",
        "property_already_listed": "listing_id",
        "listing_id_taken": "listing_id",
    },
)
