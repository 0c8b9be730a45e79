"""The property board: one row a property, as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg.types.json import Jsonb

from domain.kernel import Recorded
from domain.properties import (
    Photo,
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
    Status,
)
from domain.values import Address, GeoPoint, Size
from projections.base import Write

FACTS = (
    PropertyListed,
    PropertyPublished,
    PropertyDescribed,
    PropertyRepriced,
    PropertyDetailsCorrected,
    PropertyAddressCorrected,
    PropertyListingIdCorrected,
    PropertyOwnersCorrected,
    PropertyPhotoAdded,
    PropertyPhotoRemoved,
    PropertyPutUnderOffer,
    PropertyReleased,
    PropertyWentPending,
    PropertySold,
    PropertyLet,
    PropertyWithdrawn,
    PropertyExpired,
    PropertyRelisted,
)


def project(step: Recorded) -> Iterator[Write]:
    row = {
        "id": step.stream,
        "agency": step.agency,
        "at": step.at,
        "version": step.version,
        "position": step.position,
    }
    match step.fact:
        case PropertyListed():
            yield LIST, row | _listed(step.fact, step)
        case PropertyRepriced(list_price=price):
            yield REPRICE, row | {"price": price.amount}
        case _:
            yield from _corrected(step, row)
            yield from _moved(step, row)


def _corrected(step: Recorded, row: dict[str, Any]) -> Iterator[Write]:
    match step.fact:
        case PropertyDescribed(public_remarks=remarks):
            yield DESCRIBE, row | {"public_remarks": remarks}
        case PropertyDetailsCorrected(details=details):
            yield CORRECT, row | _detailed(details)
        case PropertyAddressCorrected(address=address, point=point):
            yield MOVE, row | _placed(address, point)
        case PropertyListingIdCorrected(listing_id=listing_id):
            yield NUMBER, row | {"listing_id": listing_id}
        case PropertyOwnersCorrected(owner_ids=owners):
            yield OWN, row | {"owner_ids": list(owners)}
        case PropertyPhotoAdded(photo=photo):
            yield SHOW, row | {"photos": _shown((photo,))}
        case PropertyPhotoRemoved(sha256=sha256):
            yield HIDE, row | {"sha256": sha256}


def _moved(step: Recorded, row: dict[str, Any]) -> Iterator[Write]:
    match step.fact:
        case PropertyPublished():
            yield PUBLISH, row | {"day": step.at.date()}
        case PropertyPutUnderOffer(deal_id=deal):
            yield HOLD, row | {"deal_id": deal}
        case PropertyReleased():
            yield END, row | _ended(Status.ACTIVE)
        case PropertyWentPending():
            yield PEND, row
        case PropertySold(close_price=price, close_date=day):
            yield END, row | _ended(Status.SOLD) | {"close_price": price.amount, "close_date": day}
        case PropertyLet(close_price=price, close_date=day):
            yield END, row | _ended(Status.LET) | {"close_price": price.amount, "close_date": day}
        case PropertyWithdrawn(reason=reason):
            yield END, row | _ended(Status.WITHDRAWN) | {"withdrawal_reason": reason}
        case PropertyExpired():
            yield END, row | _ended(Status.EXPIRED)
        case PropertyRelisted(list_price=price):
            yield RELIST, row | {"price": price.amount, "day": step.at.date()}


def _listed(fact: PropertyListed, step: Recorded) -> dict[str, Any]:
    return {
        **_placed(fact.address, fact.point),
        **_detailed(fact.details),
        "listing_id": fact.listing_id,
        "purpose": fact.purpose,
        "status": Status.DRAFT if fact.as_draft else Status.ACTIVE,
        "price": fact.list_price.amount,
        "currency": fact.list_price.currency,
        "photos": _shown(fact.photos),
        "public_remarks": fact.public_remarks,
        "owner_ids": list(fact.owner_ids),
        "on_market_date": None if fact.as_draft else fact.listed_on or step.at.date(),
    }


def _placed(address: Address, point: GeoPoint | None) -> dict[str, Any]:
    return {
        **dict(address),
        "address": str(address),
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
    }


def _detailed(details: PropertyDetails) -> dict[str, Any]:
    return {
        **dict(details),
        "features": list(details.features),
        **_sized("living_area", details.living_area),
        **_sized("lot_size", details.lot_size),
    }


def _sized(name: str, size: Size | None) -> dict[str, Any]:
    return {
        name: size.value if size else None,
        f"{name}_units": size.units if size else None,
        f"{name}_sqm": size.square_meters if size else None,
    }


def _shown(photos: tuple[Photo, ...]) -> Jsonb:
    return Jsonb([photo.model_dump(mode="json") for photo in photos])


def _ended(status: Status) -> dict[str, Any]:
    """A status that no deal holds, with nothing to say of the way there."""
    nothing = dict.fromkeys(("close_price", "close_date", "withdrawal_reason"))
    return {"status": status, **nothing}


TOUCHED = "updated_at = %(at)s, version = %(version)s, position = %(position)s where id = %(id)s"
PLACED = """
    street = %(street)s, unit = %(unit)s, city = %(city)s, country = %(country)s,
    state_or_province = %(state_or_province)s, postal_code = %(postal_code)s,
    address = %(address)s, latitude = %(latitude)s, longitude = %(longitude)s
"""
DETAILED = """
    property_type = %(property_type)s, tenure = %(tenure)s,
    living_area = %(living_area)s, living_area_units = %(living_area_units)s,
    living_area_sqm = %(living_area_sqm)s, lot_size = %(lot_size)s,
    lot_size_units = %(lot_size_units)s, lot_size_sqm = %(lot_size_sqm)s,
    rooms_total = %(rooms_total)s, bedrooms_total = %(bedrooms_total)s,
    bathrooms_total = %(bathrooms_total)s, stories = %(stories)s, year_built = %(year_built)s,
    year_renovated = %(year_renovated)s, condition = %(condition)s, features = %(features)s
"""
LIST = """
    insert into property_board (
        id, agency, listing_id, street, unit, city, state_or_province, postal_code, country,
        address, latitude, longitude, property_type, tenure, purpose, status, list_price, currency,
        original_list_price, living_area, living_area_units, living_area_sqm, lot_size,
        lot_size_units, lot_size_sqm, rooms_total, bedrooms_total, bathrooms_total, stories,
        year_built, year_renovated, condition, features, photos, public_remarks, owner_ids,
        listed_at, on_market_date, status_changed_at, updated_at, version, position
    ) values (
        %(id)s, %(agency)s, %(listing_id)s, %(street)s, %(unit)s, %(city)s,
        %(state_or_province)s, %(postal_code)s, %(country)s, %(address)s, %(latitude)s,
        %(longitude)s, %(property_type)s, %(tenure)s, %(purpose)s, %(status)s, %(price)s,
        %(currency)s, %(price)s, %(living_area)s, %(living_area_units)s, %(living_area_sqm)s,
        %(lot_size)s, %(lot_size_units)s, %(lot_size_sqm)s, %(rooms_total)s, %(bedrooms_total)s,
        %(bathrooms_total)s, %(stories)s, %(year_built)s, %(year_renovated)s, %(condition)s,
        %(features)s, %(photos)s, %(public_remarks)s, %(owner_ids)s, %(at)s, %(on_market_date)s,
        %(at)s, %(at)s, %(version)s, %(position)s
    )
"""
REPRICE = f"""
    update property_board set previous_list_price = list_price, list_price = %(price)s,
        price_changes = price_changes + 1, {TOUCHED}
"""
DESCRIBE = f"update property_board set public_remarks = %(public_remarks)s, {TOUCHED}"
CORRECT = f"update property_board set {DETAILED}, {TOUCHED}"
MOVE = f"update property_board set {PLACED}, {TOUCHED}"
NUMBER = f"update property_board set listing_id = %(listing_id)s, {TOUCHED}"
OWN = f"update property_board set owner_ids = %(owner_ids)s, {TOUCHED}"
SHOW = f"update property_board set photos = photos || %(photos)s, {TOUCHED}"
HIDE = f"""
    update property_board set photos = (
        select coalesce(jsonb_agg(photo order by place), '[]')
        from jsonb_array_elements(photos) with ordinality as shown (photo, place)
        where photo ->> 'sha256' <> %(sha256)s
    ), {TOUCHED}
"""
PUBLISH = f"""
    update property_board set status = 'active', original_list_price = list_price,
        previous_list_price = null, price_changes = 0, on_market_date = %(day)s,
        status_changed_at = %(at)s, {TOUCHED}
"""
HOLD = f"""
    update property_board set status = 'under_offer', deal_id = %(deal_id)s,
        status_changed_at = %(at)s, {TOUCHED}
"""
PEND = f"update property_board set status = 'pending', status_changed_at = %(at)s, {TOUCHED}"
END = f"""
    update property_board set status = %(status)s, deal_id = null, close_price = %(close_price)s,
        close_date = %(close_date)s, withdrawal_reason = %(withdrawal_reason)s,
        status_changed_at = %(at)s, {TOUCHED}
"""
RELIST = f"""
    update property_board set status = 'active', previous_list_price = list_price,
        list_price = %(price)s, original_list_price = %(price)s, price_changes = 0,
        deal_id = null, close_price = null, close_date = null, withdrawal_reason = null,
        on_market_date = %(day)s, status_changed_at = %(at)s, {TOUCHED}
"""
