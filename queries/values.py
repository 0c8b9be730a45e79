"""Values as GraphQL shows them. Units and codes are part of the value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from domain import values
from domain.values import AreaUnits
from queries.fields import field


@strawberry.type(description="An amount of a currency, with its ISO 4217 code.")
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | None, currency: str | None) -> Money | None:
        if amount is None or currency is None:
            return None
        return cls(amount=amount, currency=currency)

    @field("As a person reads it.")
    def text(self) -> str:
        return str(values.Money(amount=self.amount, currency=self.currency))


@strawberry.type(description="An area of floor or ground, as it was stated and in square metres.")
class Size:
    value: Decimal
    units: AreaUnits
    square_meters: Decimal

    @classmethod
    def of(cls, value: Decimal | None, units: str | None) -> Size | None:
        if value is None or units is None:
            return None
        size = values.Size(value=value, units=AreaUnits(units))
        return cls(
            value=_plain(size.value),
            units=size.units,
            square_meters=_plain(round(size.square_meters, 2)),
        )


def _plain(number: Decimal) -> Decimal:
    """Without zeros at the end, and never with an exponent."""
    return (
        number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    )


@strawberry.type(description="WGS 84, in degrees.")
class GeoPoint:
    latitude: float
    longitude: float

    @classmethod
    def of(cls, latitude: float | None, longitude: float | None) -> GeoPoint | None:
        if latitude is None or longitude is None:
            return None
        return cls(latitude=latitude, longitude=longitude)


@strawberry.type(description="RESO address fields; `country` is ISO 3166-1 alpha-2.")
class Address:
    street: str | None
    unit: str | None
    city: str
    state_or_province: str | None
    postal_code: str | None
    country: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Address:
        known = ("street", "unit", "city", "state_or_province", "postal_code", "country")
        return cls(**{name: row[name] for name in known})

    @field("On one line.")
    def text(self) -> str:
        last = " ".join(filter(None, (self.state_or_province, self.postal_code)))
        return ", ".join(filter(None, (self.street, self.unit, self.city, last)))
