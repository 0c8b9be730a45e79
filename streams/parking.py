"""Streams that a projection could not take: parked with the reason, while others go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from domain.kernel import Recorded


async def parked(
    conn: AsyncConnection[Any], projection: str, steps: Iterable[Recorded]
) -> set[UUID]:
    """Which of the streams of these facts are parked."""
    streams = list({step.stream for step in steps})
    rows = await conn.execute(PARKED, (projection, streams), prepare=True)
    return {stream for (stream,) in await rows.fetchall()}


async def park(
    conn: AsyncConnection[Any], projection: str, step: Recorded, error: Exception
) -> None:
    reason = f"{type(error).__name__}: {error}".replace("\0", "")[:2000]
    reason = reason.encode("utf-8", "replace").decode()
    place = (projection, step.stream, step.agency, step.position)
    await conn.execute(PARK, (*place, step.fact.NAME, reason))


async def wait(conn: AsyncConnection[Any], projection: str, steps: Sequence[Recorded]) -> None:
    """Counts the facts that wait behind the one that failed."""
    for step in steps:
        await conn.execute(WAIT, (projection, step.stream, step.position))


async def release(conn: AsyncConnection[Any], projection: str, stream: UUID) -> int | None:
    """Ends the parking; the position of the fact that failed, or nothing if it was not parked."""
    row = await (await conn.execute(RELEASE, (projection, stream))).fetchone()
    return int(row[0]) if row else None


async def name_of_failed(conn: AsyncConnection[Any], projection: str, stream: UUID) -> str | None:
    row = await (await conn.execute(NAME, (projection, stream))).fetchone()
    return str(row[0]) if row else None


async def unread(conn: AsyncConnection[Any], projection: str, error: str) -> list[UUID]:
    """The streams that were parked with this error, oldest first."""
    rows = await conn.execute(UNREAD, (projection, error))
    return [stream for (stream,) in await rows.fetchall()]


PARKED = "select stream from parked where projection = %s and stream = any(%s)"
PARK = """
    insert into parked (projection, stream, agency, position, name, error)
    values (%s, %s, %s, %s, %s, %s)
"""
WAIT = """
    update parked set waiting = waiting + 1
    where projection = %s and stream = %s and position < %s
"""
RELEASE = "delete from parked where projection = %s and stream = %s returning position"
UNREAD = """
    select stream from parked where projection = %s and starts_with(error, %s || ':')
    order by position
"""
NAME = "select name from parked where projection = %s and stream = %s"
