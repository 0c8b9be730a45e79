"""The projector: every fact exactly once, in its stream's order, into one projection.

Kafka and the in-process runner feed the same one. Rows and checkpoint go in one transaction.
The store is the truth: a gap in what Kafka brought is filled from it.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from domain.catalogue import FACTS
from domain.kernel import Recorded
from projections.base import Projection, Write
from streams import checkpoints, parking
from streams.checkpoints import LOG, Checkpoint, Place
from streams.envelope import names_in, partition_of, topic, topic_of
from streams.unread import Unread, UnreadableFact, context_of

CHANGED = "deedbook_changed"
CHUNK = 1000
MOST_NAMED = 120
NOT_THE_FACTS_FAULT = (
    psycopg.OperationalError,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InsufficientPrivilege,
)

log = logging.getLogger("deedbook.projector")


class Store(Protocol):
    """Where missing facts are fetched: positions (after, upto], in order."""

    async def facts(
        self, after: int, upto: int, names: Sequence[str], limit: int | None = None
    ) -> list[Recorded]: ...

    async def history(self, stream: UUID, after: int, upto: int) -> list[Recorded]: ...


class Pool(Protocol):
    def connection(self) -> Any: ...


@dataclass(frozen=True)
class Delivery:
    """One message as Kafka brought it; `prev` is the position before it in its partition."""

    step: Recorded
    topic: str
    partition: int
    offset: int
    prev: int

    @property
    def place(self) -> Place:
        return self.topic, self.partition


class Projector:
    """Feeds one projection. Safe with several workers at once: the checkpoint rows are locked."""

    def __init__(self, projection: Projection, pool: Pool, store: Store) -> None:
        self.projection = projection
        self.name = projection.name
        self.pool = pool
        self.store = store
        self.names = names_in(projection.contexts)
        self.topics = {topic(each): names_in(frozenset({each})) for each in projection.contexts}

    async def take(self, deliveries: Sequence[Delivery]) -> int:
        """Projects what Kafka brought: skips what is old, fills gaps. Gives how many were new."""
        if not deliveries:
            return 0
        async with self.pool.connection() as conn, conn.transaction():
            places = sorted({each.place for each in deliveries})
            marks = await checkpoints.lock(conn, self.name, places)
            ready: list[Recorded] = []
            taken = 0
            for each in deliveries:
                mark = marks[each.place]
                if each.step.position <= mark.last_position:
                    mark.next_offset = max(mark.next_offset, each.offset + 1)
                    continue
                if each.prev != mark.last_position:
                    await self._project(conn, ready)
                    missing = await self._fill(conn, each.place, mark, each.step.position - 1)
                    taken, ready = taken + len(ready) + missing, []
                ready.append(each.step)
                mark.next_offset = each.offset + 1
                mark.last_position = each.step.position
            await self._project(conn, ready)
            await checkpoints.save(conn, self.name, marks)
            return taken + len(ready)

    async def take_log(self, limit: int = 500) -> int:
        """Projects the next facts of the store's log. Gives how far behind the log's end it is."""
        async with self.pool.connection() as conn:
            reached, end = await checkpoints.behind(conn, self.name)
            if reached >= end:
                return 0
            steps = await self.store.facts(reached, end, self.names, limit)
            if not steps and await checkpoints.skip(conn, self.name, reached, end):
                return 0
            upto = end if len(steps) < limit else steps[-1].position
            mine = [step for step in steps if step.fact.NAME in FACTS or self._concerns(step)]
            async with conn.transaction():
                return end - await self._take_log(conn, reached, upto, mine)

    async def _take_log(
        self, conn: AsyncConnection[Any], after: int, upto: int, steps: Sequence[Recorded]
    ) -> int:
        """Where the log is read on: unless another was faster, `upto`."""
        places = {_place(step) for step in steps}
        marks = await checkpoints.lock(conn, self.name, [LOG, *sorted(places)])
        if marks[LOG].last_position == after:
            fresh = [step for step in steps if step.position > marks[_place(step)].last_position]
            for step in fresh:
                marks[_place(step)].last_position = step.position
            marks[LOG].last_position = upto
            await self._project(conn, fresh)
            await checkpoints.save(conn, self.name, marks)
        return marks[LOG].last_position

    async def begin(self, ends: Mapping[Place, int]) -> None:
        """Before the first message ever: takes the whole log, so that Kafka is read from its end.

        `ends` are the partitions' ends as they were before: what lies below them is in the log.
        """
        async with self.pool.connection() as conn:
            if await checkpoints.fed_by_kafka(conn, self.name):
                return
        while await self.take_log() > 0:
            pass
        mine = {place: end for place, end in ends.items() if place[0] in self.topics}
        async with self.pool.connection() as conn, conn.transaction():
            marks = await checkpoints.lock(conn, self.name, sorted(mine))
            for place, mark in marks.items():
                mark.next_offset = max(mark.next_offset, mine[place])
            await checkpoints.save(conn, self.name, marks)

    async def catch_up(self, place: Place, upto: int) -> int:
        """Fetches from the store what Kafka owes this partition, up to a position that is in it."""
        async with self.pool.connection() as conn, conn.transaction():
            marks = await checkpoints.lock(conn, self.name, [place])
            mark = marks[place]
            if mark.last_position >= upto:
                return 0
            filled = await self._fill(conn, place, mark, upto)
            mark.last_position = upto
            await checkpoints.save(conn, self.name, marks)
            return filled

    async def _fill(
        self, conn: AsyncConnection[Any], place: Place, mark: Checkpoint, upto: int
    ) -> int:
        """Projects the facts of this partition after its checkpoint, up to a position."""
        after, filled = mark.last_position, 0
        while after < upto:
            steps = await self.store.facts(after, upto, self.topics[place[0]], CHUNK)
            missing = [step for step in steps if _place(step) == place]
            await self._project(conn, missing)
            filled += len(missing)
            after = steps[-1].position if len(steps) == CHUNK else upto
        if filled:
            log.warning("gap in %s %s/%s: %s facts came from the store", self.name, *place, filled)
            await conn.execute(GAP, (self.name, *place, mark.last_position, upto + 1, filled))
        return filled

    async def _project(self, conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        wanted = [step for step in steps if self._concerns(step)]
        if not wanted:
            return
        parked = await parking.parked(conn, self.name, wanted)
        await self._write_or_park(conn, wanted, parked)
        await parking.wait(conn, self.name, [step for step in wanted if step.stream in parked])
        await self._tell(conn, wanted)

    def _concerns(self, step: Recorded) -> bool:
        """Of a fact that nobody here knows one must fear that it does."""
        if step.fact.NAME in FACTS:
            return step.fact.NAME in self.projection.names
        return step.fact.context() in {"", *self.projection.contexts}

    def _writes(self, step: Recorded) -> Iterator[Write]:
        if isinstance(step, Unread):
            raise UnreadableFact(step.fact.reason)
        return self.projection.project(step)

    async def _write_or_park(
        self, conn: AsyncConnection[Any], steps: Sequence[Recorded], parked: set[UUID]
    ) -> None:
        """All at once; if that fails one by one, and a stream whose fact fails is parked."""
        ready = [step for step in steps if step.stream not in parked]
        try:
            await self._write(conn, ready)
        except NOT_THE_FACTS_FAULT:
            raise
        except Exception as error:
            if len(ready) == 1:
                log.exception("%s: stream %s is parked", self.name, ready[0].stream)
                await parking.park(conn, self.name, ready[0], error)
                parked.add(ready[0].stream)
                return
            log.warning("%s: a batch failed, one by one now: %r", self.name, error)
            for step in ready:
                await self._write_or_park(conn, [step], parked)

    async def _write(self, conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        """All or nothing: a savepoint around the writes of these steps."""
        if not steps:
            return
        writes = [write for step in steps for write in self._writes(step)]
        settle = self.projection.settle
        if settle is None:
            async with conn.pipeline(), conn.transaction():
                await _execute(conn, writes)
            return
        async with conn.transaction():
            async with conn.pipeline():
                await _execute(conn, writes)
            await settle(conn, steps)

    async def unpark(self, stream: UUID) -> bool:
        """Tries a parked stream again from the fact that failed; True if it is whole again."""
        async with self.pool.connection() as conn, conn.transaction():
            name = await parking.name_of_failed(conn, self.name, stream)
            if name is None:
                return True
            place = (topic(context_of(name)), partition_of(stream))
            marks = await checkpoints.lock(conn, self.name, [LOG, place])
            reached = max(mark.last_position for mark in marks.values())
            failed = await parking.release(conn, self.name, stream)
            if failed is None:
                return True
            facts = await self.store.history(stream, failed - 1, reached)
            marks[place].last_position = max([marks[place].last_position, *_positions(facts)])
            await checkpoints.save(conn, self.name, marks)
            wanted = [step for step in facts if self._concerns(step)]
            parked: set[UUID] = set()
            await self._write_or_park(conn, wanted, parked)
            await parking.wait(conn, self.name, wanted if parked else [])
            await self._tell(conn, wanted)
            return not parked

    async def resume(self) -> None:
        """Tries again what an older process could not read. For the start of a process."""
        async with self.pool.connection() as conn:
            streams = await parking.unread(conn, self.name, UnreadableFact.__name__)
        for stream in streams:
            await self.unpark(stream)

    async def _tell(self, conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        """Tells which streams changed, by agency; none named if too many for one message."""
        changed: dict[str, set[str]] = defaultdict(set)
        for step in steps:
            changed[str(step.agency)].add(str(step.stream))
        few = sum(map(len, changed.values())) <= MOST_NAMED and len(changed) <= 30
        named = {agency: sorted(streams) if few else [] for agency, streams in changed.items()}
        everywhere = len(changed) > 150
        news = {"projection": self.name, "changed": {} if everywhere else named, "all": everywhere}
        await conn.execute("select pg_notify(%s, %s)", (CHANGED, json.dumps(news)), prepare=True)


async def _execute(conn: AsyncConnection[Any], writes: Sequence[Write]) -> None:
    async with conn.cursor() as cursor:
        for sql, group in itertools.groupby(writes, key=lambda write: write[0]):
            rows = [params for _, params in group]
            if len(rows) == 1:
                await cursor.execute(sql, rows[0], prepare=True)
            else:
                await cursor.executemany(sql, rows)


def _positions(steps: Iterable[Recorded]) -> Iterator[int]:
    return (step.position for step in steps)


def _place(step: Recorded) -> Place:
    return topic_of(step), partition_of(step.stream)


GAP = """
    insert into gaps (projection, topic, partition, after_position, before_position, fetched)
    values (%s, %s, %s, %s, %s, %s)
"""
