"""History: every fact of the book with who, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types import Info

from queries.boards import Board, Column, Condition, Row, Selection, Term, conditions
from queries.connections import connection, linked_one, one
from queries.fields import field
from queries.reads import reads
from queries.scalars import Position

POSITION = Column("position", int, unique=True)


@strawberry.enum
class HistoryOrder(Enum):
    NEWEST_FIRST = True
    OLDEST_FIRST = False


@strawberry.type(description="Something that happened. It never changes.")
class Fact:
    id: UUID
    position: Position
    stream: UUID
    version: Position
    context: str
    kind: str
    name: str
    at: datetime
    by: str
    command_id: UUID
    cause_id: UUID | None
    correlation_id: UUID
    schema_version: int
    about: list[UUID]
    data: JSON
    summary: str

    cause = linked_one(
        "history.Fact", "cause_id", "The fact that led to it; null if a request did."
    )

    @classmethod
    def of(cls, row: Row) -> Fact:
        return cls(
            id=row["fact_id"],
            cause_id=row["cause"],
            correlation_id=row["correlation"],
            **{name: row[name] for name in PLAIN},
        )


PLAIN = (
    *("position", "stream", "version", "context", "kind", "name", "at", "by", "command_id"),
    *("schema_version", "about", "data", "summary"),
)
HISTORY = Board(
    "history",
    Fact.of,
    order=(Term(POSITION, descending=True),),
    key=Column("fact_id", UUID),
    links={"stream": "t.stream = parent.id"},
).named("Fact")


@strawberry.input(
    description="""What is given must all hold. `stream`: the facts of one record. `contact`,
`property`, `deal`, `verification`: also the facts of other records that name it."""
)
class HistoryFilter:
    stream: UUID | None = None
    contact: UUID | None = None
    property: UUID | None = None
    deal: UUID | None = None
    verification: UUID | None = None
    since: datetime | None = strawberry.field(default=None, name="from")
    until: datetime | None = strawberry.field(
        default=None, name="to", description="This moment is no longer included."
    )
    types: list[str] | None = strawberry.field(
        default=None, description="Names of facts, `property.repriced`, or kinds, `property`."
    )
    by: str | None = None
    correlation: UUID | None = None

    def conditions(self) -> Iterator[Condition]:
        return conditions(self, FILTERS)


FILTERS = {
    "stream": "t.stream = %(stream)s",
    **{
        kind: f"t.about @> array[%({kind})s]"
        for kind in ("contact", "property", "deal", "verification")
    },
    "since": "t.at >= %(since)s",
    "until": "t.at < %(until)s",
    "types": "t.name = any(%(types)s) or t.kind = any(%(types)s)",
    "by": "t.by = %(by)s",
    "correlation": "t.correlation = %(correlation)s",
}


@strawberry.type
class HistoryQueries:
    @field("One fact by its id, or null.")
    async def fact(self, info: Info[Any, Any], id: UUID) -> Fact | None:
        found: Fact | None = await one(reads(info), HISTORY, id)
        return found

    @connection(Fact, "What happened in the book.")
    def history(
        self,
        filter: HistoryFilter | None = None,
        order: HistoryOrder = HistoryOrder.NEWEST_FIRST,
    ) -> Selection:
        wanted = filter.conditions() if filter else ()
        newest_first = order is HistoryOrder.NEWEST_FIRST
        return HISTORY.all.where(wanted).sorted([Term(POSITION, newest_first)])
