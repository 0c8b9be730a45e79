"""Values that several contexts share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from domain.values import (
    Area,
    AreaUnits,
    Day,
    Email,
    GeoPoint,
    Instant,
    Money,
    Period,
    Phone,
    Size,
)

SEATTLE = GeoPoint(latitude=47.6062, longitude=-122.3321)
TACOMA = GeoPoint(latitude=47.2529, longitude=-122.4443)
SQUARE = tuple(
    GeoPoint(latitude=latitude, longitude=longitude)
    for latitude, longitude in [(47, -123), (48, -123), (48, -122), (47, -122)]
)


def test_distances_are_great_circles() -> None:
    assert SEATTLE.km_to(TACOMA) == pytest.approx(40.2, abs=0.2)
    assert SEATTLE.km_to(SEATTLE) == 0


@for_all(
    latitude=some.floats(46.5, 48.5),
    longitude=some.floats(-123.5, -121.5),
)
def test_a_polygon_holds_what_lies_inside(latitude: float, longitude: float) -> None:
    inside = 47 < latitude < 48 and -123 < longitude < -122
    edge = latitude in (47, 48) or longitude in (-123, -122)
    holds = Area(place="Square", polygon=SQUARE).holds(
        GeoPoint(latitude=latitude, longitude=longitude)
    )
    assert edge or holds == inside


def test_a_circle_holds_its_radius() -> None:
    area = Area(place="Seattle", center=SEATTLE, radius_km=41)
    assert area.holds(TACOMA)
    assert not area.but(radius_km=40.0).holds(TACOMA)
    assert area.middle == SEATTLE


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"center": SEATTLE},
        {"radius_km": 2},
        {"center": SEATTLE, "radius_km": 2, "polygon": SQUARE},
        {"polygon": SQUARE[:2]},
        {"polygon": (SEATTLE, SEATTLE, SEATTLE)},
    ],
)
def test_an_area_has_one_whole_shape(shape: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Area(place="Nowhere", **shape)


def test_sizes_compare_in_square_meters() -> None:
    assert Size(value=Decimal(1), units=AreaUnits.ACRES).square_meters == Decimal("4046.8564224")
    assert Size(value=Decimal(1000)).square_meters == Decimal("92.90304")


def test_money_reads_as_people_write_it() -> None:
    assert str(Money(amount=Decimal("1250000.00"), currency="USD")) == "USD 1,250,000"
    assert str(Money(amount=Decimal("99.50"), currency="EUR")) == "EUR 99.50"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e30", "0.001", 10**40])
def test_money_is_a_sane_amount(amount: Any) -> None:
    with pytest.raises(ValidationError):
        Money(amount=amount, currency="USD")


@pytest.mark.parametrize("currency", ["usd", "XXX", "", "DOLLAR", "ZZZ"])
def test_money_has_a_real_currency(currency: str) -> None:
    with pytest.raises(ValidationError, match="ISO 4217"):
        Money(amount=Decimal(1), currency=currency)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Phone, "+12065550100", ["2065550100", "+0123456789", "+1 206 555 0100", "+1"]),
        (Email, "Ada@Example.com", ["ada", "ada@", "@example.com", "a b@example.com", "a@b"]),
        (Day, "2025-02-28", ["2025-02-30", "1066-10-14", "9999-12-31"]),
        (Instant, "2025-02-28T10:00:00+01:00", ["2025-02-28T10:00:00", "99999-01-01T00:00:00Z"]),
    ],
)
def test_what_people_type_is_checked(kind: Any, good: str, bad: list[str]) -> None:
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(good)
    for each in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(each)


def test_emails_and_times_have_one_form() -> None:
    assert TypeAdapter(Email).validate_python("Ada@Example.com") == "ada@example.com"
    when = TypeAdapter(Instant).validate_python("2025-02-28T10:00:00+01:00")
    assert when.isoformat() == "2025-02-28T09:00:00+00:00"


def test_a_period_runs_forward() -> None:
    with pytest.raises(ValidationError, match="must not end before"):
        Period.model_validate({"start": "2025-02-02", "end": "2025-02-01"})
