"""The recorder: commands queue while the last batch commits, then go in as one statement.

One advisory lock is held from insert to commit, so positions are in commit order and without
gaps, and a reader that tails the log can simply read `position > last`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, PersistenceError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from eventsourcing.utils import Environment, EnvType
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from commands.ledger import AlreadyDone, Receipt, StoreUnavailable, Unit
from infra.group_commit import GroupCommit, Wish

PATIENCE_SECONDS = 10.0
RECONNECT_SECONDS = 2.0
"""Then a pool gives up, and the next who asks it tries at once: its pauses double for minutes."""

TABLES = """
    create table if not exists deedbook_events (
        originator_id uuid not null,
        originator_version bigint not null,
        topic text not null,
        state bytea not null,
        notification_id bigint not null,
        agency uuid not null,
        primary key (originator_id, originator_version)
    ) with (autovacuum_vacuum_insert_threshold = 100000);
    create unique index if not exists deedbook_events_notification_id_idx
        on deedbook_events (notification_id);
    create table if not exists deedbook_commands (
        agency uuid not null,
        command_id uuid not null,
        fingerprint bytea not null,
        stream uuid not null,
        version bigint not null,
        position bigint not null,
        at timestamptz not null default now(),
        primary key (agency, command_id)
    )
"""
READ_STREAM = """
    select originator_id, originator_version, topic, state, notification_id as id
    from deedbook_events
    where originator_id = %(stream)s
        and originator_version > %(gt)s and originator_version <= %(lte)s
    order by originator_version
"""
READ_LOG = """
    select originator_id, originator_version, topic, state, notification_id as id
    from deedbook_events
    where notification_id >= %(start)s and notification_id <= %(stop)s
        and (%(topics)s::text[] is null or topic = any(%(topics)s))
    order by notification_id limit %(limit)s
"""
FIND_DONE = """
    select stream as id, version, position, fingerprint from deedbook_commands
    where agency = %s and command_id = %s
"""
FAR = 2**62
LIVELY = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


class GroupCommitRecorder(PostgresApplicationRecorder):
    """The library's recorder with our tables, our append, and positions on what it reads."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str) -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.sql_create_statements = [SQL(TABLES).format()]
        self._again = Retrying(
            retry=retry_if_exception_type(PersistenceError),
            stop=stop_after_delay(PATIENCE_SECONDS),
            wait=wait_exponential_jitter(multiplier=0.05, max=1, jitter=0.1),
            before_sleep=lambda _: self.datastore.pool.check(),
            reraise=True,
        )
        self.writer = GroupCommit(lambda: psycopg.connect(**self.conninfo), self.channel_name)

    @property
    def conninfo(self) -> dict[str, Any]:
        """What the writer's connection is made with: as the pool's, and quick to tell a dead line.

        Short keepalives on both ends: a writer whose machine is gone frees the lock in seconds.
        """
        known = LIVELY | _made_with(self.datastore)
        return {key: value for key, value in known.items() if value and key != "row_factory"}

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, unit: Unit | None = None, **_: Any
    ) -> Sequence[int] | None:
        """Positions of the events, in their order. Raises Raced, AlreadyDone, StoreUnavailable."""
        if unit is None:
            raise TypeError("facts are appended by a command: save(..., unit=Unit(...))")
        answer: Future[list[int]] = Future()
        self.writer.ask(Wish(unit, tuple(stored_events), answer), within=PATIENCE_SECONDS)
        try:
            return answer.result(timeout=PATIENCE_SECONDS * 1.5)
        except Late as error:
            raise StoreUnavailable("The event store did not answer in time.") from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        bounds = {"stream": originator_id, "gt": gt or 0, "lte": FAR if lte is None else lte}
        rows = self._read(READ_STREAM, bounds)
        rows = rows[::-1] if desc else rows
        return rows if limit is None else rows[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = (start or 0) + (0 if inclusive_of_start else 1)
        last = FAR if stop is None else stop
        bounds = {"start": first, "stop": last, "topics": list(topics) or None, "limit": limit}
        return self._read(READ_LOG, bounds)

    def find_done(self, agency: UUID, command_id: UUID) -> AlreadyDone | None:
        """What became of a command id, if it was carried out."""
        row = self._again(self._one, FIND_DONE, (agency, command_id))
        if row is None:
            return None
        fingerprint = bytes(row.pop("fingerprint"))
        return AlreadyDone(Receipt(**row), fingerprint)

    def close(self) -> None:
        self.writer.close()

    def _one(self, sql: str, params: Any) -> dict[str, Any] | None:
        with self.datastore.get_connection() as conn:
            return conn.execute(sql, params, prepare=True).fetchone()

    def _read(self, sql: str, params: Any) -> list[Notification]:
        return self._again(self._read_once, sql, params)

    def _read_once(self, sql: str, params: Any) -> list[Notification]:
        with self.datastore.get_connection() as conn:
            rows = conn.execute(sql, params, prepare=True)
            return [Notification(**row) for row in rows]


class Factory(PostgresFactory):
    """Named by the PERSISTENCE_MODULE setting of the library's application."""

    application_recorder_class = GroupCommitRecorder  # type: ignore[assignment]

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Connects with all that the connection string says; the library knows five parts of it."""
        super().__init__(env)
        said = conninfo_to_dict(self.env.get("POSTGRES_DSN") or "")
        self.datastore.pool.kwargs = {**_made_with(self.datastore), **said}
        self.datastore.pool.reconnect_timeout = RECONNECT_SECONDS

    def close(self) -> None:
        recorder = getattr(self, "_recorder", None)
        if recorder is not None:
            recorder.close()
        super().close()

    def application_recorder(self) -> GroupCommitRecorder:
        recorder = super().application_recorder()
        if not isinstance(recorder, GroupCommitRecorder):
            raise TypeError(f"the store needs our recorder, not {type(recorder).__name__}")
        self._recorder = recorder
        return recorder


def _made_with(datastore: PostgresDatastore) -> dict[str, Any]:
    kwargs = datastore.pool.kwargs
    return dict(kwargs() if callable(kwargs) else kwargs or {})
