"""Values that several contexts share. Units and codes are part of the value, never implied."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from domain.currencies import ISO_4217
from domain.kernel import Value

EARLIEST, LATEST = date(1600, 1, 1), date(2200, 1, 1)


def _in_range(day: date) -> date:
    if not EARLIEST <= day < LATEST:
        raise ValueError(f"the date must lie between {EARLIEST} and {LATEST}")
    return day


def _utc(time: datetime) -> datetime:
    _in_range(time.date())
    return time.astimezone(UTC)


def _currency(code: str) -> str:
    if code not in ISO_4217:
        raise ValueError(f"{code!r} is not an ISO 4217 currency code such as USD or EUR")
    return code


def _e164(number: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValueError("a phone number must be in E.164 form, such as +12065550100")
    return number


def _email(address: str) -> str:
    if not re.fullmatch(r"[^@\s,;<>()\[\]\\\"]{1,64}@([^@\s.]+\.)+[^@\s.]{2,}", address):
        raise ValueError("an e-mail address must look like name@example.com")
    return address.lower()


Day = Annotated[date, AfterValidator(_in_range)]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Currency = Annotated[str, AfterValidator(_currency)]
Phone = Annotated[str, AfterValidator(_e164)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=1000)]
Baths = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Year = Annotated[int, Field(ge=1000, le=2200)]


class Money(Value):
    """An amount of a currency: at most 14 digits, two of them behind the point."""

    amount: Amount
    currency: Currency

    def __str__(self) -> str:
        digits = f"{self.amount:,.2f}".removesuffix(".00")
        return f"{self.currency} {digits}"


class AreaUnits(StrEnum):
    """RESO LivingAreaUnits and LotSizeUnits."""

    SQUARE_FEET = "square_feet"
    SQUARE_METERS = "square_meters"
    ACRES = "acres"


SQUARE_METERS = {
    AreaUnits.SQUARE_FEET: Decimal("0.09290304"),
    AreaUnits.SQUARE_METERS: Decimal(1),
    AreaUnits.ACRES: Decimal("4046.8564224"),
}


class Size(Value):
    """An area of floor or ground with its unit."""

    value: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
    units: AreaUnits = AreaUnits.SQUARE_FEET

    @property
    def square_meters(self) -> Decimal:
        return self.value * SQUARE_METERS[self.units]

    def __str__(self) -> str:
        return f"{self.value.normalize():,f} {self.units.value.replace('_', ' ')}"


class GeoPoint(Value):
    """WGS 84, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]

    def km_to(self, other: GeoPoint) -> float:
        """Great-circle distance in kilometres on a sphere of 6371.0088 km."""
        a, b = radians(self.latitude), radians(other.latitude)
        half = sin((b - a) / 2) ** 2
        half += cos(a) * cos(b) * sin(radians(other.longitude - self.longitude) / 2) ** 2
        return 2 * 6371.0088 * asin(min(1.0, sqrt(half)))


class Address(Value):
    """RESO Address fields; `country` is ISO 3166-1 alpha-2."""

    street: Annotated[Line | None, Field(description="RESO StreetNumber and StreetName")] = None
    unit: Line | None = None
    city: Line
    state_or_province: Line | None = None
    postal_code: Line | None = None
    country: Country = "US"

    def __str__(self) -> str:
        last = " ".join(filter(None, (self.state_or_province, self.postal_code)))
        return ", ".join(filter(None, (self.street, self.unit, self.city, last)))


class Area(Value):
    """A wanted place: a name, and either a centre with radius or a polygon of 3 to 500 corners."""

    place: Line
    center: GeoPoint | None = None
    radius_km: Annotated[float, Field(gt=0, le=500)] | None = None
    polygon: Annotated[tuple[GeoPoint, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        circle = self.center is not None and self.radius_km is not None
        if circle == bool(self.polygon) or (self.center is None) != (self.radius_km is None):
            raise ValueError("an area needs either center and radius_km, or a polygon, not both")
        if self.polygon and len(set(self.polygon)) < 3:
            raise ValueError("a polygon needs at least 3 different corners")
        return self

    def holds(self, point: GeoPoint) -> bool:
        if self.center is not None and self.radius_km is not None:
            return self.center.km_to(point) <= self.radius_km
        return _inside(point, self.polygon)

    @property
    def middle(self) -> GeoPoint:
        """The centre, or the mean of the corners."""
        if self.center is not None:
            return self.center
        n = len(self.polygon)
        return GeoPoint(
            latitude=sum(corner.latitude for corner in self.polygon) / n,
            longitude=sum(corner.longitude for corner in self.polygon) / n,
        )


class Period(Value):
    """From the first to the last day, both included; an open end is None."""

    start: Day | None = None
    end: Day | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError("a period must not end before it starts")
        return self


def _inside(point: GeoPoint, corners: tuple[GeoPoint, ...]) -> bool:
    """Even-odd rule on the plane of degrees, which serves for areas of a city's size."""
    odd = False
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        if (a.latitude > point.latitude) != (b.latitude > point.latitude):
            share = (point.latitude - a.latitude) / (b.latitude - a.latitude)
            odd ^= point.longitude < a.longitude + share * (b.longitude - a.longitude)
    return odd
