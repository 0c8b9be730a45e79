"""A projection: facts in, rows out. It returns what to write; the projector writes it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

from psycopg import AsyncConnection

from domain.kernel import Fact, Recorded

Write = tuple[LiteralString, dict[str, Any]]
Settle = Callable[[AsyncConnection[Any], Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True)
class Projection:
    """`settle`, where given, runs once per batch in the same transaction after its writes."""

    name: str
    facts: tuple[type[Fact], ...]
    project: Callable[[Recorded], Iterator[Write]]
    tables: str
    version: int = 1
    settle: Settle | None = None

    @property
    def sql(self) -> str:
        """The statements that make its tables, from the file of its context."""
        return (Path(__file__).parent / self.tables).read_text("utf-8")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(fact.NAME for fact in self.facts)

    @property
    def contexts(self) -> frozenset[str]:
        return frozenset(fact.context() for fact in self.facts)
