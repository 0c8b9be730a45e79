"""King County by ZIP code: its post office, what people call the place, and its middle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domain.values import GeoPoint

NEAR_KM = 12.0


@dataclass(frozen=True)
class Place:
    postal_code: str
    city: str
    name: str
    middle: GeoPoint


@lru_cache
def king_county() -> tuple[Place, ...]:
    lines = (Path(__file__).parent / "king_county.txt").read_text("utf-8").splitlines()
    return tuple(_place(*line.split("|")) for line in lines)


@lru_cache
def _by_code() -> dict[str, Place]:
    return {place.postal_code: place for place in king_county()}


def by_postal_code(code: str) -> Place | None:
    return _by_code().get(code)


def name_of(point: GeoPoint) -> str:
    """What to call the surroundings of a point: the nearest known place, or its degrees."""
    nearest = min(king_county(), key=lambda place: place.middle.km_to(point))
    if nearest.middle.km_to(point) <= NEAR_KM:
        return nearest.name
    return f"{point.latitude:.3f}, {point.longitude:.3f}"


def _place(postal_code: str, city: str, name: str, latitude: str, longitude: str) -> Place:
    middle = GeoPoint(latitude=float(latitude), longitude=float(longitude))
    return Place(postal_code, city, name, middle)
