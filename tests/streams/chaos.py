"""A book of a few streams, a Kafka that misbehaves, a projector that is killed at any moment."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from commands.ledger import Deedbook, Receipt, Unit
from domain.contacts import (
    ContactDetails,
    ContactKind,
    ContactRegistered,
    Direction,
    Interaction,
    InteractionKind,
    InteractionNoted,
    Outcome,
)
from domain.kernel import Fact, Recorded
from domain.properties import Photo, PropertyDetails, PropertyListed, PropertyPhotoAdded
from domain.terms import PropertyType, Purpose
from domain.values import Address, Money
from infra.log import StoreLog
from infra.postgres import open_writers
from projections import contacts, properties
from projections.base import Projection, Write
from streams.checkpoints import Place
from streams.envelope import partition_of, topic_of
from streams.projector import Delivery, Projector

AGENCY = UUID("5d2c3a34-6a6e-4a53-9d0d-2f6c1a5b9e01")
NOW = datetime(2025, 3, 1, tzinfo=UTC)
STREAMS = [uuid5(AGENCY, str(number)) for number in range(6)]
TABLES = ("property_board", "contact_board", "contact_interactions")
FEEDING = ("checkpoints", "parked", "gaps")


class Killed(BaseException):
    """kill -9 of the process that projects."""


@dataclass
class Fuse:
    """Kills at the n-th chance: before a fact's writes, after all, or between commit and ack."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


def boards(fuse: Fuse) -> Projection:
    """The property and the contact board as one projection of two contexts."""

    def project(step: Recorded) -> Iterator[Write]:
        fuse.burn()
        kind = properties if step.fact.context() == "properties" else contacts
        yield from kind.project(step)

    async def settle(conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        fuse.burn()

    facts = (*properties.FACTS, *contacts.FACTS)
    return Projection("boards", facts, project, "properties.sql", settle=settle)


@dataclass
class Fragile:
    """A pool after whose use the process may be killed: committed, but not acknowledged."""

    pool: AsyncConnectionPool[AsyncConnection[Any]]
    fuse: Fuse

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        async with self.pool.connection() as conn:
            yield conn
        self.fuse.burn()


def fact(stream: UUID, version: int) -> Fact:
    """Facts that show if one is missing, doubled or out of order: photos and counters grow."""
    if STREAMS.index(stream) % 2:
        return _of_contact(version)
    if version == 1:
        return PropertyListed(
            address=Address(city="Seattle", country="US"),
            purpose=Purpose.SALE,
            list_price=Money(amount=Decimal(500_000), currency="USD"),
            details=PropertyDetails(property_type=PropertyType.TOWNHOUSE),
        )
    sha = f"{version:064x}"
    return PropertyPhotoAdded(photo=Photo(url=f"photos/{version}.jpg", sha256=sha))


def _of_contact(version: int) -> Fact:
    if version == 1:
        details = ContactDetails(kind=ContactKind.PERSON, family_name="Weber")
        return ContactRegistered(details=details)
    called = Interaction(
        kind=InteractionKind.CALL, direction=Direction.INBOUND, outcome=Outcome.REACHED, at=NOW
    )
    return InteractionNoted(interaction=called)


@dataclass
class Kafka:
    """What each partition holds, with the relay's re-sent rounds and without what was lost."""

    messages: dict[Place, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[Place, int] = field(default_factory=dict)

    def relay(self, steps: Sequence[Recorded], times: int, lost: set[int]) -> None:
        """One round, sent again if the checkpoint after it was not written."""
        for _ in range(times):
            heads = dict(self.heads)
            for step in steps:
                place = topic_of(step), partition_of(step.stream)
                prev, heads[place] = heads.get(place, 0), step.position
                if step.position not in lost:
                    queue = self.messages[place]
                    queue.append(Delivery(step, *place, len(queue), prev))
        self.heads = heads

    def swap(self, index: int) -> None:
        """Two neighbours in one partition change places, as Kafka never should."""
        places = sorted(self.messages)
        queue = self.messages[places[index % len(places)]] if places else []
        if len(queue) > 1:
            at = index % (len(queue) - 1)
            first, second = queue[at], queue[at + 1]
            queue[at] = replace(second, offset=first.offset)
            queue[at + 1] = replace(first, offset=second.offset)


class Arena:
    """Two schemas beside one store: a clean pass writes one, the chaos the other."""

    def __init__(self, dsn: str, store: Deedbook) -> None:
        self.dsn, self.store = dsn, store
        self.fuse = Fuse()
        self.loop = asyncio.Runner()
        self._make_schemas()
        self.clean = self._pool("clean")
        self.wild = self._pool("wild")
        self.log = self._pool("public")
        self.loop.run(self._open())
        self.fresh_projector()

    def _make_schemas(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            for schema in ("clean", "wild"):
                conn.execute(f"drop schema if exists {schema} cascade".encode())
                conn.execute(f"create schema {schema}".encode())
                for table in TABLES + FEEDING:
                    made = f"create table {schema}.{table} (like public.{table} including all)"
                    conn.execute(made.encode())

    def _pool(self, schema: str) -> AsyncConnectionPool[AsyncConnection[Any]]:
        options = f"-c search_path={schema},public -c synchronous_commit=off"
        pool = open_writers(make_conninfo(self.dsn), 2)
        pool.kwargs = {"autocommit": True, "options": options}
        return pool

    async def _open(self) -> None:
        for pool in (self.clean, self.wild, self.log):
            await pool.open(wait=True)

    def close(self) -> None:
        async def close() -> None:
            for pool in (self.clean, self.wild, self.log):
                await pool.close()

        self.loop.run(close())
        self.loop.close()
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            conn.execute("drop schema clean cascade")
            conn.execute("drop schema wild cascade")

    def fresh_projector(self) -> Projector:
        """A process started after a kill."""
        reader = StoreLog(self.store, self.log)
        self.projector = Projector(boards(self.fuse), Fragile(self.wild, self.fuse), reader)
        return self.projector

    async def begin(self, streams: Sequence[int]) -> list[Recorded]:
        """A new book with one fact after the other on these streams."""
        for pool, tables in ((self.wild, TABLES + FEEDING), (self.clean, TABLES)):
            async with pool.connection() as conn, conn.pipeline():
                for table in (*tables, "deedbook_events", "deedbook_commands"):
                    await conn.execute(f"delete from {table}".encode())
        self.fuse.left = None
        self._append([STREAMS[each] for each in streams])
        history = await StoreLog(self.store, self.log).facts(0, len(streams))
        writes = [write for step in history for write in boards(Fuse()).project(step)]
        async with self.clean.connection() as conn, conn.pipeline():
            for sql, params in writes:
                await conn.execute(sql, params)
        return history

    def _append(self, streams: Sequence[UUID]) -> None:
        versions: dict[UUID, int] = defaultdict(int)
        steps: list[Recorded] = []
        command = uuid4()
        for stream in streams:
            versions[stream] += 1
            steps.append(
                Recorded(
                    stream=stream,
                    version=versions[stream],
                    agency=AGENCY,
                    at=NOW,
                    by="anna",
                    command_id=command,
                    correlation=command,
                    fact=fact(stream, versions[stream]),
                )
            )
        receipt = Receipt(id=streams[0], version=versions[streams[0]], position=0)
        heads = tuple((stream, 0) for stream in versions)
        self.store.save(*steps, unit=Unit(AGENCY, command, b"", receipt, heads))

    async def tables(self, schema: str) -> list[list[tuple[Any, ...]]]:
        async with self.log.connection() as conn:
            return [
                await (
                    await conn.execute(f"select * from {schema}.{table} order by id".encode())
                ).fetchall()
                for table in TABLES
            ]

    async def odd(self) -> list[tuple[Any, ...]]:
        """Parked streams, of which there should be none."""
        async with self.wild.connection() as conn:
            return await (await conn.execute("select * from parked")).fetchall()
