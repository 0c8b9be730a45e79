"""Scalars that GraphQL does not bring along."""

from __future__ import annotations

from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Position = NewType("Position", int)
LARGEST = 2**63 - 1


def _position(value: Any) -> Position:
    """A JSON integer; GraphQL's own Int ends at 32 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError(f"a Position is a whole number from 0 to {LARGEST}")
    return Position(value)


SCALARS: dict[object, ScalarDefinition] = {
    Position: strawberry.scalar(
        name="Position",
        description="A place in the log or a version: a whole number of up to 63 bits.",
        serialize=int,
        parse_value=_position,
    )
}
