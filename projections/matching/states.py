"""The homes and wishes as they stand, in the columns by which candidates are found."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians
from typing import Any

from psycopg.types.json import Jsonb

from domain.contacts import (
    ContactArchived,
    ContactReactivated,
    ContactsMerged,
    ContactsUnmerged,
    Requirements,
    RequirementsStated,
)
from domain.kernel import Fact, Recorded
from domain.matching import dated, tags
from domain.properties import (
    PropertyAddressCorrected,
    PropertyDetails,
    PropertyDetailsCorrected,
    PropertyExpired,
    PropertyLet,
    PropertyListed,
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
from domain.values import Area, GeoPoint, Money, Size
from projections.base import Write

STATUS_AFTER: dict[type[Fact], Status] = {
    PropertyPublished: Status.ACTIVE,
    PropertyPutUnderOffer: Status.UNDER_OFFER,
    PropertyReleased: Status.ACTIVE,
    PropertyWentPending: Status.PENDING,
    PropertySold: Status.SOLD,
    PropertyLet: Status.LET,
    PropertyWithdrawn: Status.WITHDRAWN,
    PropertyExpired: Status.EXPIRED,
    PropertyRelisted: Status.ACTIVE,
}
FACTS: tuple[type[Fact], ...] = (
    PropertyListed,
    PropertyRepriced,
    PropertyDetailsCorrected,
    PropertyAddressCorrected,
    *STATUS_AFTER,
    RequirementsStated,
    ContactArchived,
    ContactReactivated,
    ContactsMerged,
    ContactsUnmerged,
)
Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-90.0, 90.0, -180.0, 180.0)
KM_A_DEGREE = 111.0


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
            yield LIST, row | _listed(step.fact)
        case PropertyRelisted(list_price=price):
            yield RELIST, row | _priced(price)
        case PropertyRepriced(list_price=price):
            yield REPRICE, row | _priced(price)
        case PropertyDetailsCorrected(details=details):
            yield DETAIL, row | _detailed(details)
        case PropertyAddressCorrected(point=point):
            yield MOVE, row | _located(point)
        case RequirementsStated(requirements=requirements):
            yield WISH, row | _wished(requirements)
        case ContactArchived():
            yield REST, row | {"status": "archived"}
        case ContactReactivated():
            yield REST, row | {"status": "active"}
        case ContactsMerged(duplicate_id=duplicate):
            yield (REST, row | {"status": "merged"}) if duplicate == step.stream else (TOUCH, row)
        case ContactsUnmerged(duplicate_id=duplicate):
            yield (REST, row | {"status": "active"}) if duplicate == step.stream else (TOUCH, row)
        case fact if status := STATUS_AFTER.get(type(fact)):
            yield TURN, row | {"status": status}


def _listed(fact: PropertyListed) -> dict[str, Any]:
    return {
        "status": Status.DRAFT if fact.as_draft else Status.ACTIVE,
        "purpose": fact.purpose,
        **_priced(fact.list_price),
        **_located(fact.point),
        **_detailed(fact.details),
    }


def _priced(price: Money) -> dict[str, Any]:
    return {"price": price.amount, "currency": price.currency}


def _located(point: GeoPoint | None) -> dict[str, Any]:
    """A home without a known point is filed at 0, 0, where only "anywhere" is sure to find it."""
    return {
        "located": point is not None,
        "latitude": point.latitude if point else 0.0,
        "longitude": point.longitude if point else 0.0,
    }


def _detailed(details: PropertyDetails) -> dict[str, Any]:
    return {
        "property_type": details.property_type,
        "bedrooms": details.bedrooms_total,
        "bathrooms": details.bathrooms_total,
        "living_sqm": _sqm(details.living_area),
        "tags": tags(details),
        "details": Jsonb(details.model_dump(mode="json", exclude_defaults=True)),
    }


def _wished(asks: Requirements) -> dict[str, Any]:
    boxes = [_box(area) for area in asks.areas] or [EVERYWHERE]
    souths, norths, wests, easts = (list(side) for side in zip(*boxes, strict=True))
    return {
        "requirements": Jsonb(asks.model_dump(mode="json", exclude_defaults=True)),
        "purpose": asks.purpose.purpose,
        "currency": asks.currency,
        "price_to": asks.budget_to.amount if asks.budget_to else None,
        "bedrooms_min": asks.bedrooms_min,
        "bedrooms_max": asks.bedrooms_max,
        "bathrooms_min": asks.bathrooms_min,
        "living_min_sqm": _sqm(asks.living_area_min),
        "living_max_sqm": _sqm(asks.living_area_max),
        "types": [kind.value for kind in asks.property_types],
        "must_tags": [feature for feature in asks.must_haves if dated(feature) is None],
        "south": min(souths),
        "north": max(norths),
        "west": min(wests),
        "east": max(easts),
        "souths": souths,
        "norths": norths,
        "wests": wests,
        "easts": easts,
    }


def _box(area: Area) -> Box:
    """South, north, west, east of a box that holds all of the area."""
    if area.center is None or area.radius_km is None:
        lats = [corner.latitude for corner in area.polygon]
        lons = [corner.longitude for corner in area.polygon]
        return min(lats), max(lats), min(lons), max(lons)
    high = area.radius_km / KM_A_DEGREE
    south, north = area.center.latitude - high, area.center.latitude + high
    outermost = max(abs(south), abs(north))
    wide = high / cos(radians(outermost)) if outermost < 89 else 180.0
    west, east = area.center.longitude - wide, area.center.longitude + wide
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return south, north, west, east


def _sqm(size: Size | None) -> Any:
    return size.square_meters if size else None


TOUCHED = "updated_at = %(at)s, version = %(version)s, position = %(position)s"
OF_HOME = f"{TOUCHED} where id = %(id)s"
LIST = """
    insert into match_homes (
        id, agency, status, purpose, price, currency, located, latitude, longitude, property_type,
        bedrooms, bathrooms, living_sqm, tags, details, updated_at, version, position
    ) values (
        %(id)s, %(agency)s, %(status)s, %(purpose)s, %(price)s, %(currency)s, %(located)s,
        %(latitude)s, %(longitude)s, %(property_type)s, %(bedrooms)s, %(bathrooms)s,
        %(living_sqm)s, %(tags)s, %(details)s, %(at)s, %(version)s, %(position)s
    )
"""
REPRICE = f"update match_homes set price = %(price)s, currency = %(currency)s, {OF_HOME}"
RELIST = f"""
    update match_homes set status = 'active', price = %(price)s, currency = %(currency)s, {OF_HOME}
"""
DETAIL = f"""
    update match_homes set property_type = %(property_type)s, bedrooms = %(bedrooms)s,
        bathrooms = %(bathrooms)s, living_sqm = %(living_sqm)s, tags = %(tags)s,
        details = %(details)s, {OF_HOME}
"""
MOVE = f"""
    update match_homes set located = %(located)s, latitude = %(latitude)s,
        longitude = %(longitude)s, {OF_HOME}
"""
TURN = f"update match_homes set status = %(status)s, {OF_HOME}"
WISH = f"""
    insert into match_wishes as wish (
        id, agency, status, requirements, purpose, currency, price_to, bedrooms_min, bedrooms_max,
        bathrooms_min, living_min_sqm, living_max_sqm, types, must_tags, south, north, west,
        east, souths, norths, wests, easts, updated_at, version, position
    ) values (
        %(id)s, %(agency)s, 'active', %(requirements)s, %(purpose)s, %(currency)s, %(price_to)s,
        %(bedrooms_min)s, %(bedrooms_max)s, %(bathrooms_min)s, %(living_min_sqm)s,
        %(living_max_sqm)s, %(types)s, %(must_tags)s, %(south)s, %(north)s, %(west)s, %(east)s,
        %(souths)s, %(norths)s, %(wests)s, %(easts)s, %(at)s, %(version)s, %(position)s
    ) on conflict (id) do update set
        requirements = excluded.requirements, purpose = excluded.purpose,
        currency = excluded.currency, price_to = excluded.price_to,
        bedrooms_min = excluded.bedrooms_min, bedrooms_max = excluded.bedrooms_max,
        bathrooms_min = excluded.bathrooms_min, living_min_sqm = excluded.living_min_sqm,
        living_max_sqm = excluded.living_max_sqm, types = excluded.types,
        must_tags = excluded.must_tags, south = excluded.south, north = excluded.north,
        west = excluded.west, east = excluded.east,
        souths = excluded.souths, norths = excluded.norths,
        wests = excluded.wests, easts = excluded.easts, {TOUCHED}
"""
REST = f"""
    insert into match_wishes (id, agency, status, updated_at, version, position)
    values (%(id)s, %(agency)s, %(status)s, %(at)s, %(version)s, %(position)s)
    on conflict (id) do update set status = %(status)s, {TOUCHED}
"""
TOUCH = f"update match_wishes set {TOUCHED} where id = %(id)s"
