"""Homes and contacts to ask about."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from commands.contacts import RegisterContact
from commands.ledger import Receipt
from commands.properties import ListProperty
from tests.queries.conftest import Graph

CITIES = ("Seattle", "Bellevue", "Kent")


def a_home(number: int = 0, **changes: Any) -> ListProperty:
    """The same number gives the same home; prices and rooms repeat, so that sorts have ties."""
    details: dict[str, Any] = {
        "property_type": ("single_family_residence", "condominium")[number % 2],
        "bedrooms_total": None if number % 5 == 4 else number % 4,
        "year_built": None if number % 3 == 2 else 1950 + number % 7,
        "living_area": {"value": str(1000 + 100 * (number % 6)), "units": "square_feet"},
        "features": ["view", "garage"][: number % 3],
    }
    point = {"latitude": 47.5 + number / 100, "longitude": -122.3}
    home: dict[str, Any] = {
        "address": {"street": f"{number} Main St", "city": CITIES[number % 3]},
        "point": point,
        "list_price": {"amount": Decimal(400_000 + 50_000 * (number % 4)), "currency": "USD"},
        "details": details,
    }
    return ListProperty.model_validate(home | changes)


async def list_homes(graph: Graph, count: int, **changes: Any) -> list[Receipt]:
    homes = [graph.hand_in(a_home(number, **changes)) for number in range(count)]
    return list(await asyncio.gather(*homes))


async def register(graph: Graph, name: str, *roles: str) -> UUID:
    details = {"given_name": name, "family_name": "Doe", "roles": roles or ("buyer",)}
    details["email"] = f"{name.lower()}@example.com"
    receipt = await graph.hand_in(RegisterContact.model_validate({"details": details}))
    return receipt.id
