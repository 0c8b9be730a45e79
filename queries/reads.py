"""One request's view of the read tables: one agency, one reader, rows loaded in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from queries.changes import Feed, Hub
from queries.refusals import Forbidden, Invalid, NotYet

Row = dict[str, Any]
Load = Callable[[list[Any]], Awaitable[Sequence[Any]]]

READERS = frozenset({"agent", "manager", "auditor", "service"})
PATIENCE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.1


class Reader(Protocol):
    """Who asks."""

    @property
    def agency(self) -> UUID: ...
    @property
    def user(self) -> str: ...
    @property
    def roles(self) -> frozenset[Any]: ...


@dataclass(frozen=True)
class Sources:
    """Where rows and news come from.

    `connect` gives a connection behind the wall of an agency. `place` tells the topic and the
    partition that carry the facts of a stream of a context.
    """

    connect: Callable[[UUID], AbstractAsyncContextManager[AsyncConnection[Row]]]
    hub: Hub
    place: Callable[[str, UUID], tuple[str, int]]


@dataclass
class Reads:
    """Passed to every resolver. Every row comes through `rows`, which knows role and agency."""

    reader: Reader
    sources: Sources
    patience: float = PATIENCE_SECONDS
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    async def rows(self, sql: str, **params: Any) -> list[Row]:
        """The rows of a statement, in which %(agency)s is the reader's agency."""
        self.must_be_reader()
        try:
            async with self.sources.connect(self.reader.agency) as conn:
                found = await conn.execute(sql.encode(), params | {"agency": self.reader.agency})
                return await found.fetchall()
        except (psycopg.DataError, UnicodeError) as error:
            said = str(error).partition("\n")[0]
            raise Invalid(f"A value is out of range: {said}") from error

    def must_be_reader(self) -> None:
        if not READERS & self.reader.roles:
            raise Forbidden

    def loader(self, key: Hashable, load: Load) -> DataLoader[Any, Any]:
        """The loader of this key: what resolvers ask for at the same time is loaded at once.

        Nothing is kept after a batch, since a subscription's rows change under it.
        """
        if key not in self._loaders:
            self._loaders[key] = DataLoader(load_fn=load, cache=False)
        return self._loaders[key]

    def forget(self) -> None:
        """Another operation begins on the same connection."""
        self._loaders.clear()

    def news(self, projection: str) -> AbstractContextManager[Feed]:
        """Every change of the projection's rows in this agency, while the context is open."""
        self.must_be_reader()
        return self.sources.hub.listen(self.reader.agency, projection)

    async def reach(
        self, projection: str, context: str, stream: UUID, position: int | None
    ) -> None:
        """Waits until the projection has taken up this stream's facts up to the position.

        Raises NotYet after the limit, or at once if the stream is parked there.
        """
        if position is None:
            return
        topic, partition = self.sources.place(context, stream)
        place = {"projection": projection, "topic": topic, "partition": partition}
        with self.sources.hub.listen(self.reader.agency, projection) as feed:
            reached = await self._reached(place, stream)
            try:
                async with asyncio.timeout(self.patience):
                    while reached < position:
                        await _news_or_soon(feed)
                        reached = await self._reached(place, stream)
            except TimeoutError:
                raise NotYet(projection=projection, reached=reached, asked=position) from None

    async def _reached(self, place: Row, stream: UUID) -> int:
        [row] = await self.rows(REACHED, stream=stream, **place)
        parked = row["parked"]
        return int(row["reached"] if parked is None else min(row["reached"], parked - 1))


def reads(info: Info[Any, Any]) -> Reads:
    view = info.context.reads
    if not isinstance(view, Reads):
        raise TypeError(f"the context holds a {type(view).__name__}, not Reads")
    return view


async def _news_or_soon(feed: Feed) -> None:
    """News come with rows; a checkpoint also moves on without any."""
    try:
        async with asyncio.timeout(LOOK_AGAIN_SECONDS):
            await feed.take()
    except TimeoutError:
        return


REACHED = """
    select
        coalesce((
            select max(last_position) from checkpoints where projection = %(projection)s
            and ((topic = '*log*' and partition = 0)
                or (topic = %(topic)s and partition = %(partition)s))
        ), 0) as reached,
        (
            select position from parked
            where agency = %(agency)s and projection = %(projection)s and stream = %(stream)s
        ) as parked
"""
