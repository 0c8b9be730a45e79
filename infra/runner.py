"""The in-process runner: one task a projection follows the store's log and feeds the projector."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from commands.ledger import Deedbook
from infra.lifetime import cancelled, end
from infra.log import SharedLog
from infra.postgres import open_writers
from projections.base import Projection
from streams.patience import for_ever
from streams.projector import Projector

POLL_SECONDS = 1.0

log = logging.getLogger("deedbook.runner")


class Runner:
    """Wakes at each commit, or after a second, and brings every projection to the log's end."""

    def __init__(self, dsn: str, projectors: Iterable[Projector], channel: str) -> None:
        self.dsn = dsn
        self.projectors = list(projectors)
        self.channel = channel
        self.task: asyncio.Task[None] | None = None
        self._bells = {each.projection.name: asyncio.Event() for each in self.projectors}

    async def run(self) -> None:
        """Until cancelled. A database that is gone is waited for."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            for projector in self.projectors:
                tasks.create_task(self._follow(projector))

    async def _listen(self) -> None:
        async for attempt in for_ever(log):
            with attempt:
                async with await AsyncConnection.connect(self.dsn, autocommit=True) as conn:
                    await conn.execute(f"listen {self.channel}")
                    self._ring()
                    async for _ in conn.notifies():
                        self._ring()
                raise psycopg.OperationalError("the connection to the store's log ended")

    async def _follow(self, projector: Projector) -> None:
        bell = self._bells[projector.projection.name]
        async for attempt in for_ever(log):
            with attempt:
                await projector.resume()
        while not cancelled():
            bell.clear()
            async for attempt in for_ever(log):
                with attempt:
                    while await projector.take_log() > 0:
                        pass
            await _rung(bell)

    def _ring(self) -> None:
        for bell in self._bells.values():
            bell.set()


async def _rung(bell: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await bell.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def running(
    dsn: str, store: Deedbook, projections: Iterable[Projection]
) -> AsyncIterator[Runner]:
    """The runner in the background while the context is open."""
    async with open_writers(dsn, 8) as pool, open_writers(dsn, 4) as log_pool:
        reader = SharedLog(store, log_pool)
        runner = Runner(
            dsn, [Projector(each, pool, reader) for each in projections], "deedbook_events"
        )
        runner.task = asyncio.create_task(runner.run(), name="runner")
        try:
            yield runner
        finally:
            await end(runner.task)
