"""The graph as a client sees it, on real read tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from strawberry.types.execution import ExecutionResult

from commands.base import Command, Role
from commands.desk import handle
from commands.ledger import Deedbook, Receipt, Signature
from infra.auth import Identity
from infra.graphql import Context, Parts, make_schema
from infra.hub import PostgresHub
from infra.postgres import open_readers, reading
from queries.reads import Reads, Row, Sources
from tests.projecting import project_all

SCHEMA = make_schema()


@dataclass
class Graph:
    """Asks, commands and projects for one agency; counts the statements that its reads take."""

    dsn: str
    parts: Parts
    agency: UUID
    roles: frozenset[Role] = frozenset({Role.AGENT, Role.MANAGER})
    patience: float = 2.0
    statements: int = 0

    async def execute(self, query: str, **variables: Any) -> ExecutionResult:
        found = await SCHEMA.execute(query, variables, context_value=self.context())
        assert isinstance(found, ExecutionResult)
        return found

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        found = await self.execute(query, **variables)
        assert found.errors is None, found.errors
        assert found.data is not None
        return found.data

    async def refused(self, query: str, **variables: Any) -> dict[str, Any]:
        """The extensions of the only error, with its message."""
        found = await self.execute(query, **variables)
        assert found.errors is not None
        [error] = found.errors
        return {**(error.extensions or {}), "message": error.message}

    def context(self) -> Context:
        context = Context(self.parts, Identity(self.agency, "anna", self.roles), uuid4())
        context._reads = Reads(context.identity, self._counting(), self.patience)
        return context

    async def hand_in(self, command: Command) -> Receipt:
        signed = Signature(self.agency, "anna", uuid4(), uuid4(), frozenset(Role))
        return await asyncio.to_thread(handle, command, self.parts.store, signed)

    async def project(self) -> None:
        await asyncio.to_thread(project_all, self.dsn, self.parts.store)

    def _counting(self) -> Sources:
        sources = self.parts.sources

        @asynccontextmanager
        async def connect(agency: UUID) -> AsyncIterator[AsyncConnection[Row]]:
            self.statements += 1
            async with reading(self.parts.readers, agency) as conn:
                yield conn

        return Sources(connect, sources.hub, sources.place)


@pytest.fixture
async def graph(dsn: str, store: Deedbook, agency: UUID) -> AsyncIterator[Graph]:
    async with open_readers(dsn, 5) as readers, PostgresHub(dsn) as hub:
        await hub.listening.wait()
        yield Graph(dsn, Parts(store, readers, hub), agency)
