"""How the book is doing: what lags, what is parked, which gaps were filled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from projections.catalogue import PROJECTIONS
from streams.checkpoints import LOG, Place
from streams.envelope import names_in, partition_of, topic
from streams.unread import context_of

MOST_COUNTED = 20_000

END = "select coalesce(max(notification_id), 0) from deedbook_events"
CHECKPOINTS = "select projection, topic, partition, last_position from checkpoints"
RELAYED = "select last_position, partitions from relay_checkpoints order by epoch desc limit 1"
LATEST = """
    select originator_id, topic, notification_id from deedbook_events
    where notification_id > %s order by notification_id desc limit %s
"""
PARKED = "select projection, count(*) from parked group by projection"
GAPS = "select projection, count(*) from gaps group by projection"

Fact = tuple[UUID, str, int]


@dataclass(frozen=True)
class Vitals:
    """By projection: facts not seen yet (among the latest 20,000), parked streams, filled gaps."""

    position: int
    lag: Mapping[str, int]
    parked: Mapping[str, int]
    gaps: Mapping[str, int]


@dataclass
class Reach:
    """How far a projection has come: in the log, and beyond that in partitions."""

    topics: frozenset[str]
    log: int = 0
    places: dict[Place, int] = field(default_factory=dict)

    def has_seen(self, place: Place, position: int) -> bool:
        return position <= max(self.log, self.places.get(place, 0))

    def all_seen_up_to(self, relayed: int, heads: Mapping[Place, int]) -> int:
        """No fact at or below this position is unseen."""
        owed = [
            self.places.get(place, 0)
            for place, head in heads.items()
            if place[0] in self.topics and not self.has_seen(place, head)
        ]
        return max(self.log, min(owed, default=relayed))


async def vitals(conn: AsyncConnection[Any]) -> Vitals:
    """Asked as the owner of the tables: the wall hides parked streams from readers."""
    [(position,)] = await _rows(conn, END)
    reached = _reached(await _rows(conn, CHECKPOINTS))
    relayed, heads = _heads(await _rows(conn, RELAYED))
    low = min(reach.all_seen_up_to(relayed, heads) for reach in reached.values())
    latest = await _rows(conn, LATEST, low, MOST_COUNTED) if low < position else []
    lag = await asyncio.to_thread(_unseen, latest, reached)
    none = dict.fromkeys(PROJECTIONS, 0)
    parked, gaps = dict(await _rows(conn, PARKED)), dict(await _rows(conn, GAPS))
    return Vitals(position, none | lag, none | parked, none | gaps)


def _reached(rows: Sequence[tuple[str, str, int, int]]) -> dict[str, Reach]:
    reached = {
        name: Reach(frozenset(topic(context) for context in projection.contexts))
        for name, projection in PROJECTIONS.items()
    }
    for name, of_topic, partition, position in rows:
        if name in reached and (of_topic, partition) == LOG:
            reached[name].log = position
        elif name in reached:
            reached[name].places[of_topic, partition] = position
    return reached


def _heads(rows: Sequence[tuple[int, dict[str, int]]]) -> tuple[int, dict[Place, int]]:
    """What the relay has sent: up to which position, and the last one of each partition."""
    if not rows:
        return 0, {}
    [(relayed, partitions)] = rows
    places = {key.rpartition("/")[::2]: head for key, head in partitions.items()}
    return relayed, {(name, int(number)): head for (name, number), head in places.items()}


def _unseen(latest: Sequence[Fact], reached: Mapping[str, Reach]) -> Counter[str]:
    wanted = {name: set(names_in(each.contexts)) for name, each in PROJECTIONS.items()}
    unseen: Counter[str] = Counter()
    for stream, fact, position in latest:
        place = topic(context_of(fact)), _partition(stream)
        for name, reach in reached.items():
            unseen[name] += fact in wanted[name] and not reach.has_seen(place, position)
    return unseen


_partition = lru_cache(maxsize=100_000)(partition_of)


async def _rows(conn: AsyncConnection[Any], sql: str, *params: Any) -> list[Any]:
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(sql.encode(), params)
        return await cursor.fetchall()
