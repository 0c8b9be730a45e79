"""How far each projection has come, in every partition and in the store's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

Place = tuple[str, int]
LOG: Place = ("*log*", 0)


@dataclass
class Checkpoint:
    """`next_offset` is Kafka's and only says where to read on; `last_position` is the truth."""

    next_offset: int = 0
    last_position: int = 0


async def lock(
    conn: AsyncConnection[Any], projection: str, places: Sequence[Place]
) -> dict[Place, Checkpoint]:
    """The checkpoints of these places, ours until the transaction ends.

    Rows are always locked in the same order, the log's first, so that two workers cannot block
    each other.
    """
    if not places:
        return {}
    keys = (projection, [topic for topic, _ in places], [number for _, number in places])
    rows = await (await conn.execute(LOCK, keys)).fetchall()
    if len(rows) < len(set(places)):
        await conn.execute(BEGIN, keys)
        rows = await (await conn.execute(LOCK, keys)).fetchall()
    return {(topic, number): Checkpoint(offset, last) for topic, number, offset, last in rows}


async def save(
    conn: AsyncConnection[Any], projection: str, marks: Mapping[Place, Checkpoint]
) -> None:
    rows = [(*place, mark.next_offset, mark.last_position) for place, mark in marks.items()]
    columns = map(list, zip(*rows, strict=True))
    await conn.execute(SAVE, (*columns, projection), prepare=True)


async def behind(conn: AsyncConnection[Any], projection: str) -> tuple[int, int]:
    """The position in the log that the projection has read up to, and the log's end."""
    row = await (await conn.execute(BEHIND, (projection, *LOG), prepare=True)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


async def skip(conn: AsyncConnection[Any], projection: str, reached: int, end: int) -> bool:
    """Moves on in the log where nothing concerns the projection; False if that is not so simple."""
    moved = await conn.execute(SKIP, (end, projection, *LOG, reached), prepare=True)
    return moved.rowcount == 1


async def fed_by_kafka(conn: AsyncConnection[Any], projection: str) -> bool:
    """Whether the projection has ever read from Kafka."""
    row = await (await conn.execute(FED, (projection,))).fetchone()
    return bool(row and row[0])


LOCK = """
    select topic, partition, next_offset, last_position from checkpoints
    where projection = %s and (topic, partition) in (select * from unnest(%s::text[], %s::int[]))
    order by topic collate "C", partition for update
"""
BEGIN = """
    insert into checkpoints (projection, topic, partition)
    select %s, t, p from unnest(%s::text[], %s::int[]) as place (t, p)
    order by t collate "C", p on conflict do nothing
"""
SAVE = """
    update checkpoints set next_offset = new.o, last_position = new.l, at = now()
    from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) as new (t, p, o, l)
    where projection = %s and topic = new.t and partition = new.p
"""
SKIP = """
    update checkpoints set last_position = %s, at = now()
    where projection = %s and topic = %s and partition = %s and last_position = %s
"""
BEHIND = """
    select
        coalesce((select last_position from checkpoints
            where projection = %s and topic = %s and partition = %s), 0),
        (select coalesce(max(notification_id), 0) from deedbook_events)
"""
FED = "select exists (select from checkpoints where projection = %s and next_offset > 0)"
