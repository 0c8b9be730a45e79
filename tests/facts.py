"""Any fact of any context, drawn from the shape of its class, for laws about all facts."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt
from hypothesis import reject
from hypothesis import strategies as some
from pydantic import AfterValidator, AwareDatetime, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from domain.contacts import ContactDetails, Requirements
from domain.kernel import Fact, Recorded, Value
from domain.properties import PropertyDetails
from domain.values import Address, Area, GeoPoint
from tests import strategies

Strategy = some.SearchStrategy[Any]

WHOLE: dict[type, Callable[[], Strategy]] = {
    Area: strategies.contact_areas,
    Requirements: strategies.contact_requirements,
    ContactDetails: strategies.contact_details,
    PropertyDetails: strategies.property_details,
    Address: strategies.property_addresses,
    GeoPoint: strategies.property_points,
}
VALIDATED: dict[str, Strategy] = {
    "_currency": some.sampled_from(["USD", "EUR", "JPY"]),
    "_e164": strategies.contact_phones(),
    "_email": strategies.contact_emails(),
}
TEXTS = some.text(
    some.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), min_size=1, max_size=30
).map(lambda text: f"x{text}")


def facts(kind: type[Fact]) -> Strategy:
    """Valid facts of this kind."""
    return _model(kind)


def recorded(kind: type[Fact]) -> Strategy:
    """Facts of this kind as the store would give them."""
    return some.builds(
        Recorded,
        stream=some.uuids(),
        version=some.integers(1, 2**40),
        position=some.integers(1, 2**50),
        agency=some.uuids(),
        at=INSTANTS,
        by=TEXTS,
        command_id=some.uuids(),
        cause=some.none() | some.uuids(),
        correlation=some.uuids(),
        fact=facts(kind),
    )


INSTANTS = some.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=some.just(UTC),
)


def _model(kind: type[Value]) -> Strategy:
    fields = {name: _field(info) for name, info in kind.model_fields.items()}

    @some.composite
    def built(draw: some.DrawFn) -> Value:
        drawn = {name: draw(field) for name, field in fields.items()}
        try:
            return kind(**drawn)
        except ValidationError:
            reject()

    return built()


def _field(info: FieldInfo) -> Strategy:
    return _any(info.annotation, list(info.metadata))


def _any(annotation: Any, meta: list[Any]) -> Strategy:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _any(arguments[0], meta + list(arguments[1:]))
    if origin in (Union, types.UnionType):
        return some.one_of(*(_any(each, meta) for each in arguments))
    if annotation is types.NoneType:
        return some.none()
    if origin is tuple:
        return some.lists(_any(arguments[0], []), min_size=1, max_size=3, unique=True).map(tuple)
    if annotation in WHOLE:
        return WHOLE[annotation]()
    if issubclass(annotation, Enum):
        return some.sampled_from(list(annotation))
    if issubclass(annotation, Value):
        return _model(annotation)
    return PLAIN[annotation](_flat(meta))


def _flat(meta: list[Any]) -> list[Any]:
    nested = [each for info in meta if isinstance(info, FieldInfo) for each in info.metadata]
    return meta + nested


def _bounds(meta: list[Any], low: Any, high: Any) -> tuple[Any, Any]:
    for each in meta:
        low = each.ge if isinstance(each, Ge) else each.gt if isinstance(each, Gt) else low
        high = each.le if isinstance(each, Le) else each.lt if isinstance(each, Lt) else high
    return low, max(low, high)


def _places(meta: list[Any]) -> int:
    found = (getattr(each, "decimal_places", None) for each in meta)
    return next((places for places in found if places is not None), 2)


def _text(meta: list[Any]) -> Strategy:
    for each in meta:
        name = each.func.__name__ if isinstance(each, AfterValidator) else ""
        if name in VALIDATED:
            return VALIDATED[name]
        pattern = each.pattern if isinstance(each, StringConstraints) else None
        pattern = pattern or getattr(each, "pattern", None)
        if pattern is not None:
            return some.from_regex(pattern, fullmatch=True)
    return TEXTS


PLAIN: dict[type, Callable[[list[Any]], Strategy]] = {
    bool: lambda _: some.booleans(),
    UUID: lambda _: some.uuids(),
    datetime: lambda _: INSTANTS,
    AwareDatetime: lambda _: INSTANTS,
    date: lambda _: some.dates(date(1900, 1, 1), date(2100, 1, 1)),
    int: lambda meta: some.integers(*_bounds(meta, 0, 2**31 - 1)),
    float: lambda meta: some.floats(*_bounds(meta, 0.5, 1e6)),
    Decimal: lambda meta: some.decimals(*_bounds(meta, 0, 99), places=_places(meta)),
    str: _text,
}
