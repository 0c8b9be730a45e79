"""The projector: every fact exactly once, in its stream's order, into one projection.

Kafka and the in-process runner feed the same one. Rows and checkpoint go in one transaction.
The store is the truth: a gap in what Kafka brought is filled from it.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from domain.catalogue import FACTS
from domain.kernel import Recorded
from projections.base import Projection, Write
from streams.envelope import names_in, partition_of, topic, topic_of

CHANGED = "deedbook_changed"
LOG = ("*log*", 0)
MOST_NAMED = 120

log = logging.getLogger("deedbook.projector")


class Store(Protocol):
    """Where missing facts are fetched: positions (after, upto], these names, in order."""

    async def facts(
        self, after: int, upto: int, names: Sequence[str], limit: int | None = None
    ) -> list[Recorded]: ...


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


@dataclass
class Checkpoint:
    next_offset: int = 0
    last_position: int = 0


class Projector:
    """Feeds one projection. Safe with several processes at once: the checkpoint rows are locked."""

    def __init__(self, projection: Projection, pool: Pool, store: Store) -> None:
        self.projection = projection
        self.pool = pool
        self.store = store
        self.names = names_in(projection.contexts)

    async def take(self, deliveries: Sequence[Delivery]) -> int:
        """Projects what Kafka brought; older is skipped, a gap is filled. Gives how many were new."""
        async with self.pool.connection() as conn, conn.transaction():
            places = sorted({(each.topic, each.partition) for each in deliveries})
            marks = await self._lock(conn, places)
            steps: list[Recorded] = []
            for place in places:
                mine = [each for each in deliveries if (each.topic, each.partition) == place]
                steps += await self._fresh(conn, mine, marks[place])
            await self._project(conn, sorted(steps, key=lambda step: step.position))
            await self._save(conn, marks)
            return len(steps)

    async def take_log(self, limit: int = 500) -> int:
        """Projects the next facts of the store's log. Gives how far behind the log's end it is."""
        async with self.pool.connection() as conn, conn.transaction():
            mark = (await self._lock(conn, [LOG]))[LOG]
            end = await _log_end(conn)
            steps = await self.store.facts(mark.last_position, end, self.names, limit)
            mark.last_position = steps[-1].position if len(steps) == limit else end
            places = sorted({_place(step) for step in steps})
            marks = await self._lock(conn, places)
            fresh = [step for step in steps if step.position > marks[_place(step)].last_position]
            for step in fresh:
                marks[_place(step)].last_position = step.position
            await self._project(conn, fresh)
            await self._save(conn, marks | {LOG: mark})
            return end - mark.last_position

    async def _fresh(
        self, conn: AsyncConnection[Any], deliveries: list[Delivery], mark: Checkpoint
    ) -> list[Recorded]:
        steps: list[Recorded] = []
        for each in deliveries:
            mark.next_offset = max(mark.next_offset, each.offset + 1)
            if each.step.position <= mark.last_position:
                continue
            if each.prev != mark.last_position:
                steps += await self._fill(conn, each, mark.last_position)
            steps.append(each.step)
            mark.last_position = each.step.position
        return steps

    async def _fill(self, conn: AsyncConnection[Any], each: Delivery, last: int) -> list[Recorded]:
        """What the partition should have brought between the last fact and this one."""
        between = await self.store.facts(last, each.step.position - 1, self.names)
        missing = [step for step in between if _place(step) == (each.topic, each.partition)]
        place = (self.projection.name, each.topic, each.partition)
        if missing:
            log.warning("gap in %s %s/%s: %s facts fetched from the store", *place, len(missing))
            await conn.execute(GAP, (*place, last, each.step.position, len(missing)))
        return missing

    async def _project(self, conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        wanted = [step for step in steps if step.fact.NAME in self.projection.names]
        if not wanted:
            return
        parked = await self._parked(conn, wanted)
        ready = [step for step in wanted if step.stream not in parked]
        try:
            await self._write(conn, ready)
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001
            log.warning("%s: a batch failed, one by one now: %r", self.projection.name, error)
            for step in ready:
                await self._write_or_park(conn, step, parked)
        for step in wanted:
            if step.stream in parked:
                await conn.execute(WAIT, (self.projection.name, step.stream, step.position))
        await conn.execute("select pg_notify(%s, %s)", (CHANGED, self._news(wanted)))

    async def _write_or_park(
        self, conn: AsyncConnection[Any], step: Recorded, parked: set[UUID]
    ) -> None:
        if step.stream in parked:
            return
        try:
            await self._write(conn, [step])
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.exception("%s: stream %s is parked", self.projection.name, step.stream)
            parked.add(step.stream)
            reason = f"{type(error).__name__}: {error}"[:2000]
            place = (self.projection.name, step.stream, step.agency, step.position)
            await conn.execute(PARK, (*place, step.fact.NAME, reason))

    async def _write(self, conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        """All or nothing: a savepoint around the writes of these steps."""
        if not steps:
            return
        writes = [write for step in steps for write in self.projection.project(step)]
        async with conn.transaction():
            await _execute(conn, writes)
            if self.projection.settle is not None:
                await self.projection.settle(conn, steps)

    async def unpark(self, stream: UUID) -> bool:
        """Tries a parked stream again from the fact that failed; True if it is whole again."""
        async with self.pool.connection() as conn, conn.transaction():
            row = await (await conn.execute(PARKED_ROW, (self.projection.name, stream))).fetchone()
            if row is None:
                return True
            position, name = row
            place = (topic(FACTS[name].context()), partition_of(stream))
            reached = (await self._lock(conn, [LOG, place]))[place].last_position
            facts = await self.store.facts(position - 1, reached, self.names)
            mine = [step for step in facts if step.stream == stream]
            wanted = [step for step in mine if step.fact.NAME in self.projection.names]
            await conn.execute(UNPARK, (self.projection.name, stream))
            parked: set[UUID] = set()
            for step in wanted:
                await self._write_or_park(conn, step, parked)
            return not parked

    async def _parked(self, conn: AsyncConnection[Any], steps: Iterable[Recorded]) -> set[UUID]:
        streams = list({step.stream for step in steps})
        rows = await conn.execute(PARKED, (self.projection.name, streams))
        return {stream for (stream,) in await rows.fetchall()}

    async def _lock(
        self, conn: AsyncConnection[Any], places: Sequence[tuple[str, int]]
    ) -> dict[tuple[str, int], Checkpoint]:
        if not places:
            return {}
        topics, partitions = [t for t, _ in places], [p for _, p in places]
        keys = (self.projection.name, topics, partitions)
        await conn.execute(BEGIN, keys)
        rows = await (await conn.execute(LOCK, keys)).fetchall()
        return {(t, p): Checkpoint(offset, last) for t, p, offset, last in rows}

    async def _save(
        self, conn: AsyncConnection[Any], marks: dict[tuple[str, int], Checkpoint]
    ) -> None:
        columns = [(t, p, m.next_offset, m.last_position) for (t, p), m in marks.items()]
        await conn.execute(SAVE, (*map(list, zip(*columns, strict=True)), self.projection.name))

    def _news(self, steps: Sequence[Recorded]) -> str:
        """Which streams changed, by agency; none named when they are too many for one message."""
        changed: dict[str, set[str]] = defaultdict(set)
        for step in steps:
            changed[str(step.agency)].add(str(step.stream))
        few = sum(map(len, changed.values())) <= MOST_NAMED and len(changed) <= 30
        named = {agency: sorted(streams) if few else [] for agency, streams in changed.items()}
        news = {"projection": self.projection.name, "changed": named, "all": len(changed) > 150}
        return json.dumps(news if not news["all"] else news | {"changed": {}})


async def _execute(conn: AsyncConnection[Any], writes: Sequence[Write]) -> None:
    async with conn.pipeline(), conn.cursor() as cursor:
        for sql, group in itertools.groupby(writes, key=lambda write: write[0]):
            rows = [params for _, params in group]
            if len(rows) == 1:
                await cursor.execute(sql, rows[0], prepare=True)
            else:
                await cursor.executemany(sql, rows)


async def _log_end(conn: AsyncConnection[Any]) -> int:
    row = await (await conn.execute(END)).fetchone()
    return int(row[0]) if row else 0


def _place(step: Recorded) -> tuple[str, int]:
    return topic_of(step), partition_of(step.stream)


END = "select coalesce(max(notification_id), 0) from deedbook_events"
BEGIN = """
    insert into checkpoints (projection, topic, partition)
    select %s, t, p from unnest(%s::text[], %s::int[]) as place (t, p) on conflict do nothing
"""
LOCK = """
    select topic, partition, next_offset, last_position from checkpoints
    where projection = %s and (topic, partition) in (select * from unnest(%s::text[], %s::int[]))
    order by topic, partition for update
"""
SAVE = """
    update checkpoints set next_offset = new.o, last_position = new.l, at = now()
    from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) as new (t, p, o, l)
    where projection = %s and topic = new.t and partition = new.p
"""
GAP = """
    insert into gaps (projection, topic, partition, after_position, before_position, fetched)
    values (%s, %s, %s, %s, %s, %s)
"""
PARK = """
    insert into parked (projection, stream, agency, position, name, error)
    values (%s, %s, %s, %s, %s, %s)
"""
WAIT = """
    update parked set waiting = waiting + 1
    where projection = %s and stream = %s and position < %s
"""
PARKED = "select stream from parked where projection = %s and stream = any(%s)"
PARKED_ROW = "select position, name from parked where projection = %s and stream = %s for update"
UNPARK = "delete from parked where projection = %s and stream = %s"
