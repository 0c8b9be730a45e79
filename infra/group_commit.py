"""Group commit: one writer, one statement, one lock, one flush for all that queued meanwhile."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, Full, SimpleQueue
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import IsolationLevel
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from commands.ledger import AlreadyDone, Raced, Receipt, StoreUnavailable, Unit

LOCK_KEY = 0x6465656462
MOST_UNITS = 512
MOST_BYTES = 16 * 1024 * 1024
MOST_WAITING = 10_000

log = logging.getLogger("deedbook.writer")

LOCK = "select pg_advisory_xact_lock(%s)"
APPEND = """
with unit as (
    select * from unnest(
        %(u_no)s::int[], %(u_agency)s::uuid[], %(u_command)s::uuid[], %(u_mark)s::bytea[],
        %(u_stream)s::uuid[], %(u_version)s::bigint[], %(u_position)s::bigint[]
    ) as u (no, agency, command_id, fingerprint, stream, version, position)
), done as (
    select u.no, c.stream, c.version, c.position, c.fingerprint
    from unit u join deedbook_commands c using (agency, command_id)
), head as (
    select h.no, h.stream, h.expected, coalesce((
        select e.originator_version from deedbook_events e where e.originator_id = h.stream
        order by e.originator_version desc limit 1), 0) as found
    from unnest(%(h_no)s::int[], %(h_stream)s::uuid[], %(h_expected)s::bigint[])
        as h (no, stream, expected)
), lost as (
    select distinct on (no) no, stream, expected, found from head
    where found <> expected and no not in (select no from done)
), winner as (
    select * from unit
    where no not in (select no from done) and no not in (select no from lost)
), top as (
    select coalesce(max(notification_id), 0) as position from deedbook_events
), fact as (
    select f.*, w.agency, top.position + row_number() over (order by f.ord) as position
    from unnest(%(f_no)s::int[], %(f_stream)s::uuid[], %(f_version)s::bigint[],
        %(f_topic)s::text[], %(f_state)s::bytea[]) with ordinality
        as f (no, stream, version, topic, state, ord)
    join winner w using (no) cross join top
), stored as (
    insert into deedbook_events
        (originator_id, originator_version, topic, state, notification_id, agency)
    select stream, version, topic, state, position, agency from fact order by position
), marked as (
    insert into deedbook_commands (agency, command_id, fingerprint, stream, version, position)
    select w.agency, w.command_id, w.fingerprint, w.stream, w.version, coalesce((
        select max(f.position) from fact f where f.no = w.no and f.stream = w.stream), w.position)
    from winner w
)
select no, 'stored' as outcome, stream, version, position, null::bytea as fingerprint
    from fact
union all select no, 'done', stream, version, position, fingerprint from done
union all select no, 'lost', stream, expected, found, null from lost
order by no, position
"""


@dataclass
class Wish:
    """A unit that waits to be stored, and the promise of its positions."""

    unit: Unit
    events: tuple[StoredEvent, ...]
    answer: Future[list[int]]
    until: float = field(default=0.0)

    @property
    def keys(self) -> set[UUID]:
        """What no other unit of the same batch may touch."""
        return {self.unit.command_id, *(stream for stream, _ in self.unit.heads)}

    @property
    def size(self) -> int:
        """Bytes of its facts."""
        return sum(len(event.state) for event in self.events)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class GroupCommit:
    """Owns one connection and one thread, started at the first wish."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], channel: str) -> None:
        self._connect = connect
        self._notify = SQL("notify {}").format(Identifier(channel))
        self._conn: psycopg.Connection[Any] | None = None
        self._queue: SimpleQueue[Wish | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def waiting(self) -> int:
        """How many commands have queued for the next batch."""
        return self._queue.qsize()

    def ask(self, wish: Wish, within: float) -> None:
        """Queues the wish; it is stored or refused within about that many seconds."""
        if self._closed.is_set():
            raise StoreUnavailable("The event store is closed.")
        if self.waiting >= MOST_WAITING:
            raise StoreUnavailable("Too many commands are waiting.") from Full()
        wish.until = monotonic() + within
        self._start()
        self._queue.put(wish)

    def close(self) -> None:
        """Stores what is queued, then ends."""
        self._closed.set()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
        if self._conn is not None:
            self._conn.close()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        """Only `close` ends it: whatever breaks, those who wait are told, and the next are served.

        Whether they were stored is then unknown, so they are told to send the same id again.
        """
        waiting: list[Wish] = []
        open_end = True
        while open_end or waiting:
            try:
                open_end = self._collect(waiting)
                batch, later = _batch(waiting)
                waiting[:] = self._attempt(batch) + later
            except Exception as error:
                log.critical("the writer broke down and goes on", exc_info=error)
                for wish in waiting:
                    wish.fail(_unavailable("The event store's writer broke down.", error))
                waiting.clear()
                self._drop()

    def _collect(self, waiting: list[Wish]) -> bool:
        """Adds what has queued; waits for the first if there is nothing. False at the end."""
        try:
            while len(waiting) < MOST_UNITS:
                wish = self._queue.get() if not waiting else self._queue.get_nowait()
                if wish is None:
                    self._queue.put(None)
                    return False
                waiting.append(wish)
        except Empty:
            pass
        return not self._closed.is_set()

    def _attempt(self, batch: list[Wish]) -> list[Wish]:
        """Stores the batch; gives back what is to be tried again after a lost connection.

        A commit whose answer was lost is recognised then by its command id, not doubled.
        """
        if not batch:
            return []
        try:
            _settle(batch, self._store(batch))
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self._drop()
            self._closed.wait(0.1)
            return [wish for wish in batch if not _given_up(wish, error)]
        except Exception as error:  # noqa: BLE001
            self._single_out(batch, error)
        return []

    def _single_out(self, batch: list[Wish], error: Exception) -> None:
        """One unit broke the statement: the neighbours are stored alone, it gets its error."""
        self._drop()
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for wish in batch:
            for again in self._attempt([wish]):
                self._queue.put(again)

    def _store(self, batch: Sequence[Wish]) -> list[dict[str, Any]]:
        if self._conn is None or self._conn.closed:
            self._conn = self._connect()
            self._conn.autocommit = True
            self._conn.row_factory = dict_row
            self._conn.isolation_level = IsolationLevel.READ_COMMITTED
            self._conn.execute("set jit = off; set plan_cache_mode = force_generic_plan")
        cursor = self._conn.cursor()
        with self._conn.pipeline(), self._conn.transaction():
            self._conn.execute(LOCK, (LOCK_KEY,), prepare=True)
            cursor.execute(APPEND, _arrays(batch), prepare=True)
            self._conn.execute(self._notify)
        return cursor.fetchall()

    def _drop(self) -> None:
        if self._conn is not None:
            self._conn.close()
        self._conn = None


def _batch(wishes: Iterable[Wish]) -> tuple[list[Wish], list[Wish]]:
    """Two commands of the same stream never share a batch: the second waits for the next.

    Nor does a batch outgrow what Postgres takes in one message, unless one command does alone.
    """
    taken: set[UUID] = set()
    batch: list[Wish] = []
    later: list[Wish] = []
    room = MOST_BYTES
    for wish in wishes:
        fits = not batch or wish.size <= room
        if fits and not taken & wish.keys:
            batch.append(wish)
            room -= wish.size
        else:
            later.append(wish)
        taken |= wish.keys
    return batch, later


def _given_up(wish: Wish, error: Exception) -> bool:
    if monotonic() < wish.until:
        return False
    wish.fail(_unavailable("The event store cannot be reached.", error))
    return True


def _unavailable(sentence: str, error: Exception) -> StoreUnavailable:
    unavailable = StoreUnavailable(sentence)
    unavailable.__cause__ = error
    return unavailable


def _settle(batch: Sequence[Wish], rows: Iterable[dict[str, Any]]) -> None:
    answers = {no: list(found) for no, found in itertools.groupby(rows, lambda row: row["no"])}
    for no, wish in enumerate(batch):
        _answer(wish, answers.get(no, []))


def _answer(wish: Wish, rows: list[dict[str, Any]]) -> None:
    row = rows[0] if rows else None
    if row is None or row["outcome"] == "stored":
        wish.answer.set_result([row["position"] for row in rows])
    elif row["outcome"] == "done":
        receipt = Receipt(id=row["stream"], version=row["version"], position=row["position"])
        wish.answer.set_exception(AlreadyDone(receipt, bytes(row["fingerprint"])))
    else:
        wish.answer.set_exception(
            Raced(current_version=row["position"], expected_version=row["version"])
        )


def _arrays(batch: Sequence[Wish]) -> dict[str, list[Any]]:
    units = [(no, wish.unit) for no, wish in enumerate(batch)]
    heads = [(no, *head) for no, unit in units for head in unit.heads]
    facts = [(no, event) for no, wish in enumerate(batch) for event in wish.events]
    return {
        "u_no": [no for no, _ in units],
        "u_agency": [unit.agency for _, unit in units],
        "u_command": [unit.command_id for _, unit in units],
        "u_mark": [unit.fingerprint for _, unit in units],
        "u_stream": [unit.receipt.id for _, unit in units],
        "u_version": [unit.receipt.version for _, unit in units],
        "u_position": [unit.receipt.position for _, unit in units],
        "h_no": [no for no, _, _ in heads],
        "h_stream": [stream for _, stream, _ in heads],
        "h_expected": [expected for _, _, expected in heads],
        "f_no": [no for no, _ in facts],
        "f_stream": [event.originator_id for _, event in facts],
        "f_version": [event.originator_version for _, event in facts],
        "f_topic": [event.topic for _, event in facts],
        "f_state": [event.state for _, event in facts],
    }
