"""How the book is doing: what lags, what is parked, which gaps were filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from projections.catalogue import PROJECTIONS
from streams.envelope import names_in

MOST_COUNTED = 100_000

END = "select coalesce(max(notification_id), 0) from deedbook_events"
BEHIND = """
    select count(*) from (
        select 1 from deedbook_events
        where topic = any(%(names)s) and notification_id > (
            select coalesce(max(last_position), 0) from checkpoints
            where projection = %(projection)s
        )
        limit %(most)s
    ) as waiting
"""
PARKED = "select projection, count(*) from parked group by projection"
GAPS = "select projection, count(*) from gaps group by projection"


@dataclass(frozen=True)
class Vitals:
    """By projection: facts not seen yet (counted to 100,000), parked streams, filled gaps."""

    position: int
    lag: Mapping[str, int]
    parked: Mapping[str, int]
    gaps: Mapping[str, int]


async def vitals(conn: AsyncConnection[Any]) -> Vitals:
    """Asked as the owner of the tables: the wall hides parked streams from readers."""
    lag = {
        name: await _number(
            conn,
            BEHIND,
            names=list(names_in(projection.contexts)),
            projection=name,
            most=MOST_COUNTED,
        )
        for name, projection in PROJECTIONS.items()
    }
    none = dict.fromkeys(PROJECTIONS, 0)
    parked = none | await _counts(conn, PARKED)
    return Vitals(await _number(conn, END), lag, parked, none | await _counts(conn, GAPS))


async def _number(conn: AsyncConnection[Any], sql: str, **params: Any) -> int:
    row = await (await conn.execute(sql.encode(), params)).fetchone()
    return int(row[0]) if row else 0


async def _counts(conn: AsyncConnection[Any], sql: str) -> dict[str, int]:
    return dict(await (await conn.execute(sql.encode())).fetchall())
