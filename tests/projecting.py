"""Bring the read tables to the end of the store's log, the way the in-process runner does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from commands.ledger import Deedbook
from infra.log import StoreLog
from infra.postgres import open_writers
from projections.base import Projection
from projections.catalogue import PROJECTIONS
from streams.projector import Projector


def project_all(dsn: str, store: Deedbook, names: Iterable[str] = tuple(PROJECTIONS)) -> None:
    """Projects everything stored so far into the named projections; a parked stream is an error."""
    asyncio.run(_project_all(dsn, store, [PROJECTIONS[name] for name in names]))


async def _project_all(dsn: str, store: Deedbook, projections: list[Projection]) -> None:
    async with open_writers(dsn, 1) as pool, open_writers(dsn, 1) as log_pool:
        reader = StoreLog(store, log_pool)
        for projection in projections:
            projector = Projector(projection, pool, reader)
            while await projector.take_log() > 0:
                pass
        async with pool.connection() as conn:
            row = await (await conn.execute("select projection, error from parked")).fetchone()
            assert row is None, row
