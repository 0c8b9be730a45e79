"""How a client says in which order it wants a list. The values of a sort enum are columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry

from queries.boards import Term
from queries.refusals import Invalid

Field = TypeVar("Field")


@strawberry.enum
class Direction(Enum):
    ASC = "asc"
    DESC = "desc"


@strawberry.input(description="Records without a value come last in both directions.")
class Order(Generic[Field]):
    field: Field
    direction: Direction = Direction.ASC


def terms(wish: Sequence[Order[Any]] | None) -> Iterator[Term]:
    """Raises Invalid if a field is named twice."""
    named = [each.field for each in wish or ()]
    if len(named) != len(set(named)):
        raise Invalid("orderBy names a field twice.", field="orderBy")
    for each in wish or ():
        yield Term(each.field.value, each.direction is Direction.DESC)
