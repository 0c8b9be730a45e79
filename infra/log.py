"""The store's log as the streams read it: facts in order of position."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from eventsourcing.persistence import Notification
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from pydantic_core import from_json

from commands.ledger import Deedbook
from domain.catalogue import FACTS
from domain.kernel import Recorded
from streams.unread import Unread

FACTS_BETWEEN = """
    select originator_id, originator_version, topic, state, notification_id
    from deedbook_events
    where notification_id > %s and notification_id <= %s
        and (%s::text[] is null or topic = any(%s) or topic <> all(%s))
    order by notification_id limit %s
"""
FACTS_OF_STREAM = """
    select originator_id, originator_version, topic, state, notification_id
    from deedbook_events
    where originator_id = %s and notification_id > %s and notification_id <= %s
    order by originator_version
"""
MOST_SHARED = 100
KNOWN = sorted(FACTS)


class StoreLog:
    """Reads facts through the store's own mapper, on a pool of its user.

    Not the projectors' pool: they hold a connection of theirs while they wait for facts.
    """

    def __init__(self, store: Deedbook, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self.store = store
        self.pool = pool

    async def facts(
        self, after: int, upto: int, names: Sequence[str] | None = None, limit: int | None = None
    ) -> list[Recorded]:
        """Facts at positions above `after` up to `upto`, in order; of these names, or all.

        Names that nobody here knows are always among them.
        """
        wanted = None if names is None else list(names)
        return await self._select(FACTS_BETWEEN, after, upto, wanted, wanted, KNOWN, limit)

    async def history(self, stream: UUID, after: int, upto: int) -> list[Recorded]:
        """The facts of one stream at positions above `after` up to `upto`."""
        return await self._select(FACTS_OF_STREAM, stream, after, upto)

    async def _select(self, sql: LiteralString, *params: Any) -> list[Recorded]:
        async with self.pool.connection() as conn:
            rows = await conn.execute(sql, params, prepare=True, binary=True)
            return [self._read(row) for row in await rows.fetchall()]

    def _read(self, row: tuple[Any, ...]) -> Recorded:
        stored = Notification(*row[:4], id=row[4])  # type: ignore[misc]
        try:
            step = self.store.mapper.to_domain_event(stored)
        except Exception as error:  # noqa: BLE001
            return _unread(stored, error)
        if not isinstance(step, Recorded):
            raise TypeError(f"the store's mapper gave a {type(step).__name__}")
        return step


def _unread(stored: Notification, error: Exception) -> Unread:
    state = from_json(stored.state)
    place = {name: state[name] for name in Recorded.model_fields if name in state}
    at = {
        "stream": stored.originator_id,
        "version": stored.originator_version,
        "position": stored.id,
    }
    return Unread.placed(place | at, stored.topic, error)


class SharedLog(StoreLog):
    """For many who follow the log at once: what came last is read once for all of them."""

    def __init__(self, store: Deedbook, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        super().__init__(store, pool)
        self._reading = asyncio.Lock()
        self._read_last: tuple[int, int] = (0, 0)
        self._last: list[Recorded] = []

    async def facts(
        self, after: int, upto: int, names: Sequence[str] | None = None, limit: int | None = None
    ) -> list[Recorded]:
        if upto - after > min(limit or MOST_SHARED, MOST_SHARED):
            return await super().facts(after, upto, names, limit)
        async with self._reading:
            if self._read_last != (after, upto):
                self._last = await super().facts(after, upto)
                self._read_last = (after, upto)
            last = self._last
        wanted = None if names is None else set(names)
        return [
            step
            for step in last
            if wanted is None or step.fact.NAME in wanted or step.fact.NAME not in FACTS
        ]
