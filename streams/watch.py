"""Has what the relay sent arrived? What Kafka owes is fetched; a reader that stands still ends."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from time import monotonic

from streams.checkpoints import LOG, Place
from streams.projector import Pool, Projector

FETCH_AFTER = 5.0
STALLED_AFTER = 60.0

Key = tuple[str, Place]

log = logging.getLogger("deedbook.watch")


class Stalled(RuntimeError):
    """Kafka has brought nothing for a minute although facts were waiting: start the worker anew."""


class Watch:
    """Looks at the partitions assigned to this worker, every second or so."""

    def __init__(self, projectors: Sequence[Projector], pool: Pool) -> None:
        self.projectors = projectors
        self.pool = pool
        self._stuck: dict[Key, tuple[int, float]] = {}
        self._owed: dict[Place, float] = {}

    def delivered(self, places: Iterable[Place]) -> None:
        """Kafka has brought something of these partitions."""
        for place in places:
            self._owed.pop(place, None)

    async def next_offsets(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where to read on: where the projection stands that has come least far."""
        _, found = await self._read("next_offset")
        return {
            place: min(
                (
                    found.get((each.name, place), 0)
                    for each in self.projectors
                    if place[0] in each.topics
                ),
                default=0,
            )
            for place in places
        }

    async def look(self, assigned: Collection[Place]) -> None:
        """Fetches what has been due for some seconds. Raises Stalled if Kafka brings nothing."""
        heads, reached = await self._read("last_position")
        now = monotonic()
        for projector in self.projectors:
            for place in assigned:
                head = heads.get(f"{place[0]}/{place[1]}", 0)
                if place[0] in projector.topics and self._due(
                    (projector.name, place), reached, head, now
                ):
                    await projector.catch_up(place, head)
                    self._owed.setdefault(place, now)
        self._owed = {place: since for place, since in self._owed.items() if place in assigned}
        if late := [place for place, since in self._owed.items() if now - since > STALLED_AFTER]:
            raise Stalled(f"nothing came of {late}")

    def _due(self, key: Key, reached: Mapping[Key, int], head: int, now: float) -> bool:
        """True if the projection is behind what was sent, and has not moved for a while."""
        last = reached.get(key, 0)
        if last >= head:
            self._stuck.pop(key, None)
            return False
        before, since = self._stuck.setdefault(key, (last, now))
        if before != last:
            self._stuck[key] = (last, now)
        return before == last and now - since > FETCH_AFTER

    async def _read(self, column: str) -> tuple[dict[str, int], dict[Key, int]]:
        """The last position sent to each partition, and a column of all checkpoints."""
        names = [each.name for each in self.projectors]
        async with self.pool.connection() as conn:
            sent = await (await conn.execute(SENT)).fetchone()
            rows = await (await conn.execute(READ[column], (names, LOG[0]))).fetchall()
        return (sent[0] if sent else {}), {(name, (t, p)): value for name, t, p, value in rows}


SENT = "select partitions from relay_checkpoints where name = 'relay'"
READ = {
    column: f"""
        select projection, topic, partition, {column} from checkpoints
        where projection = any(%s) and topic <> %s
    """
    for column in ("next_offset", "last_position")
}
