"""The hub: one connection hears what every projection changed and tells who listens in here."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception_type,
    wait_exponential_jitter,
)

from infra.lifetime import end
from queries.changes import News
from streams.projector import CHANGED

MOST_PENDING = 256
PROBE_SECONDS = 15.0

log = logging.getLogger("deedbook.hub")


class BoundedFeed:
    """Keeps each changed stream once until it is taken; the oldest falls out when it is full."""

    def __init__(self) -> None:
        self._pending: dict[UUID, None] = {}
        self._gap = False
        self._bell = asyncio.Event()

    def put(self, streams: Iterable[UUID]) -> None:
        self._pending.update(dict.fromkeys(streams))
        while len(self._pending) > MOST_PENDING:
            del self._pending[next(iter(self._pending))]
            self._gap = True
        self._bell.set()

    def miss(self) -> None:
        """Something changed, and nobody knows what."""
        self._gap = True
        self._bell.set()

    async def take(self) -> News:
        await self._bell.wait()
        news = News(tuple(self._pending), self._gap)
        self._pending, self._gap = {}, False
        self._bell.clear()
        return news


class PostgresHub:
    """Open it as a context. When the database comes back, every feed is told of a gap."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.listening = asyncio.Event()
        self._feeds: dict[tuple[str, UUID], set[BoundedFeed]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="hub")
        self._task.add_done_callback(_cry)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            await end(self._task)

    @property
    def listeners(self) -> int:
        return sum(map(len, self._feeds.values()))

    @contextmanager
    def listen(self, agency: UUID, projection: str) -> Iterator[BoundedFeed]:
        """The news of one projection for one agency, from now until the context closes."""
        feed, key = BoundedFeed(), (projection, agency)
        self._feeds[key].add(feed)
        try:
            yield feed
        finally:
            self._feeds[key].discard(feed)
            if not self._feeds[key]:
                del self._feeds[key]

    async def _run(self) -> None:
        async for attempt in _for_ever():
            with attempt:
                try:
                    await self._hear()
                finally:
                    self.listening.clear()

    async def _hear(self) -> None:
        """Until the connection breaks; a silent one is asked from time to time."""
        async with await AsyncConnection.connect(self.dsn, autocommit=True) as conn:
            await conn.execute(f"listen {CHANGED}")
            self._miss(self._feeds)
            self.listening.set()
            while True:
                async for notice in conn.notifies(timeout=PROBE_SECONDS):
                    self._heard(notice.payload)
                await conn.execute("select 1")

    def _tell(self, told: dict[str, Any]) -> None:
        projection, changed = told["projection"], told["changed"]
        if told["all"]:
            self._miss([key for key in self._feeds if key[0] == projection])
        for agency, streams in changed.items():
            for feed in self._feeds.get((projection, UUID(agency)), ()):
                feed.put(map(UUID, streams)) if streams else feed.miss()

    def _heard(self, payload: str) -> None:
        """Anybody on this database may send on the channel, so it may be anything."""
        try:
            self._tell(json.loads(payload))
        except (ValueError, LookupError, TypeError, AttributeError):
            log.warning("not understood, so everything may have changed: %.200r", payload)
            self._miss(self._feeds)

    def _miss(self, keys: Iterable[tuple[str, UUID]]) -> None:
        for key in keys:
            for feed in self._feeds[key]:
                feed.miss()


def _cry(task: asyncio.Task[None]) -> None:
    """It runs for ever, so an end that nobody asked for is told."""
    if not task.cancelled() and (error := task.exception()):
        log.critical("the hub has died: nothing is pushed any more", exc_info=error)


def _for_ever() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type((psycopg.Error, OSError)),
        wait=wait_exponential_jitter(multiplier=0.05, max=2, jitter=0.1),
        before_sleep=before_sleep_log(log, logging.WARNING),
    )
