"""A row as a client: who they are, and what they look for where the file tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from commands.base import Command
from commands.contacts import RegisterContact, StateRequirements
from domain.values import GeoPoint
from infra.importing import cells
from infra.importing.columns import Columns, Field
from infra.importing.places import name_of
from infra.importing.source import Source, Values, build
from infra.importing.trouble import BadCell, BadFile

PLACEHOLDER_DOMAIN = "import.invalid"


def _lower(value: Any) -> str:
    return cells.text(value).lower()


def _areas(value: Any) -> tuple[dict[str, Any], ...]:
    """Circles as `{lat, lon, radius_km}` with an optional `place`, or areas in our own shape."""
    return tuple(_area(each) for each in cells.structure(value))


def _area(each: Any) -> dict[str, Any]:
    if not isinstance(each, dict):
        raise ValueError("an area needs lat, lon and radius_km")  # noqa: TRY004
    if "center" in each or "polygon" in each:
        return each
    flat = {_plain(name): value for name, value in each.items()}
    if not {"latitude", "longitude", "radius_km"} <= set(flat):
        raise ValueError("an area needs lat, lon and radius_km")
    center = {name: cells.degrees(flat[name]) for name in ("latitude", "longitude")}
    place = flat.get("place") or name_of(GeoPoint(**center))
    return {"place": place, "center": center, "radius_km": cells.degrees(flat["radius_km"])}


def _plain(name: str) -> str:
    return {"lat": "latitude", "lon": "longitude", "lng": "longitude"}.get(name.lower(), name)


FIELDS = (
    Field("contact_id", names=("id", "client_id", "ContactKey")),
    Field("kind", cells.word),
    Field("name", names=("full_name", "ContactFullName")),
    Field("given_name", names=("first_name", "ContactFirstName")),
    Field("family_name", names=("last_name", "surname", "ContactLastName")),
    Field("organization_name", names=("company", "organisation", "organization")),
    Field("roles", cells.words, ("role", "ContactType")),
    Field("email", _lower, ("e_mail", "email_address", "ContactEmail")),
    Field("phone", cells.phone, ("phone_number", "mobile", "ContactPhone")),
    Field("language"),
    Field("purpose", cells.word),
    Field("budget_from", cells.number, ("budget_min", "budget_min_usd")),
    Field("budget_to", cells.number, ("budget_max", "budget_max_usd", "budget")),
    Field("currency"),
    Field("areas", _areas),
    Field("area_place"),
    Field("area_latitude", cells.degrees, ("area_lat",)),
    Field("area_longitude", cells.degrees, ("area_lon",)),
    Field("area_radius_km", cells.degrees),
    Field("bedrooms_min", cells.whole, ("bedrooms",)),
    Field("bedrooms_max", cells.whole),
    Field("bathrooms_min", cells.number, ("bathrooms",)),
    Field("living_area_min", cells.number, ("living_sqft_min", "living_sqm_min")),
    Field("living_area_max", cells.number, ("living_sqft_max", "living_sqm_max")),
    Field("living_area_units", cells.word),
    Field("property_types", cells.words, ("property_type",)),
    Field("must_haves", cells.words),
    Field("nice_to_haves", cells.words),
    Field("move_in_from", cells.day),
    Field("move_in_to", cells.day),
    Field("financing", cells.word),
)
PERSON = ("kind", "given_name", "family_name", "organization_name", "email", "phone", "language")
WISHES = (
    "purpose",
    "bedrooms_min",
    "bedrooms_max",
    "bathrooms_min",
    "property_types",
    "must_haves",
    "nice_to_haves",
)
NAMES = frozenset({"name", "given_name", "family_name", "organization_name"})


def contacts(name_prefix: str = "") -> Source:
    """With a prefix, clients without a name are called by it and their key: Client 17."""
    return Source(
        kind="contact",
        plural="contacts",
        fields=FIELDS,
        key=lambda values: values.get("contact_id") or values.get("email"),
        usual_keys=(),
        check=lambda columns: _check(columns, name_prefix),
        commands=lambda values, key, id: _commands(_named(values, key, name_prefix), id),
        blames={
            "contact_already_registered": "contact_id",
            "contact_nameless": "name",
            "contact_unreachable": "email",
            "email_taken": "email",
        },
    )


def _check(columns: Columns, name_prefix: str) -> tuple[str, ...]:
    known = {*columns.columns, *columns.constants}
    if not known & NAMES and not name_prefix:
        raise BadFile(
            "No column holds a name. Name it: --map name=COLUMN, or give names to all: "
            "--name-prefix Client."
        )
    taken = []
    if not known & {"email", "phone"} and name_prefix:
        taken.append(f"no column for e-mail or phone: addresses at {PLACEHOLDER_DOMAIN} are made")
    if known & {"budget_from", "budget_to"} and "currency" not in known:
        taken.append("no column for currency: USD is taken")
    return tuple(taken)


def _named(values: Values, key: str, name_prefix: str) -> dict[str, Any]:
    """Split at the last space if the name is in one piece; made up where none is known."""
    found = dict(values)
    if name_prefix and not found.keys() & NAMES:
        found |= {"given_name": name_prefix, "family_name": key[:40]}
        if not found.keys() & {"email", "phone"}:
            local = re.sub(r"[^a-z0-9]+", "-", f"{name_prefix}-{key}".lower())[:64].strip("-")
            found["email"] = f"{local}@{PLACEHOLDER_DOMAIN}"
    if whole := found.pop("name", None):
        given, _, family = whole.rpartition(" ")
        found = {"given_name": given or None, "family_name": family} | found
    return found


def _commands(values: Values, id: UUID) -> tuple[Command, ...]:
    details = {name: values[name] for name in PERSON if values.get(name) is not None}
    if "organization_name" in details and not details.keys() & {"given_name", "family_name"}:
        details.setdefault("kind", "company")
    wishes = dict(_wishes(values))
    roles = values.get("roles") or (("tenant" if _rents(wishes) else "buyer",) if wishes else ())
    register = build(RegisterContact, {"contact_id": id, "details": details | {"roles": roles}})
    if not wishes:
        return (register,)
    return register, build(StateRequirements, {"contact_id": id, "requirements": wishes})


def _rents(wishes: dict[str, Any]) -> bool:
    return wishes.get("purpose") == "rent"


def _wishes(values: Values) -> Iterator[tuple[str, Any]]:
    yield from ((name, values[name]) for name in WISHES if name in values)
    for name in ("budget_from", "budget_to"):
        if name in values:
            yield name, {"amount": values[name], "currency": values.get("currency", "USD")}
    for name in ("living_area_min", "living_area_max"):
        if name in values:
            units = values.get("living_area_units", "square_feet")
            yield name, {"value": values[name], "units": units}
    if areas := (*values.get("areas", ()), *_flat_area(values)):
        yield "areas", areas
    if "financing" in values:
        yield "financing", {"means": values["financing"]}
    if "move_in_from" in values or "move_in_to" in values:
        yield "move_in", {"start": values.get("move_in_from"), "end": values.get("move_in_to")}


def _flat_area(values: Values) -> Iterator[dict[str, Any]]:
    flat = {name: values.get(f"area_{name}") for name in ("latitude", "longitude", "radius_km")}
    if all(each is None for each in flat.values()):
        return
    if any(each is None for each in flat.values()):
        raise BadCell("area_radius_km", "an area needs latitude, longitude and radius_km")
    yield _area(flat | {"place": values.get("area_place")})
