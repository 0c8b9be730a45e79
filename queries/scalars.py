"""Scalars of our own."""

from __future__ import annotations

from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig

Position = NewType("Position", int)
LONGEST = 2**63 - 1


def _position(value: Any) -> Position:
    """From a whole number, or its digits as a string."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"a position is a whole number, not {value!r}")
    if not 0 <= (number := int(value)) <= LONGEST:
        raise ValueError(f"a position lies between 0 and {LONGEST}")
    return Position(number)


SCALARS: dict[object, Any] = {
    Position: strawberry.scalar(
        name="Position",
        description="A place in the log of all facts: a whole number, counted from 1 without gaps.",
        serialize=int,
        parse_value=_position,
    )
}


def config() -> StrawberryConfig:
    """What every schema of ours is made with."""
    return StrawberryConfig(scalar_map=SCALARS)
