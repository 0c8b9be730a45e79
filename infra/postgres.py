"""The database's shape: store, checkpoints, read tables, and the reader's role behind its wall."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from commands.ledger import Deedbook
from infra.recorder import RECONNECT_SECONDS
from infra.settings import library_environment
from projections.catalogue import PROJECTIONS

READER = "deedbook_reader"
SETUP_LOCK = 0x6465656463
WRITER_OPTIONS = (
    "-c synchronous_commit=off -c idle_in_transaction_session_timeout=5min "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)

ROLE = f"""
    do $$ begin
        if not exists (select from pg_roles where rolname = '{READER}') then
            create role {READER} nologin;
        end if;
    exception
        when duplicate_object or unique_violation then null;
        when insufficient_privilege then
            raise insufficient_privilege using message = format(
                'An administrator must run once: create role {READER}; grant {READER} to %I',
                current_user);
    end $$;
    do $$ begin
        execute format('grant {READER} to %I', current_user);
    exception when others then
        if not pg_has_role(current_user, '{READER}', 'member') then raise; end if;
    end $$
"""
TENANT_TABLES = """
    select c.relname from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'agency' and not a.attisdropped
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relrowsecurity
"""
STORE_TABLES = """
    select relname from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        and relname in ('deedbook_events', 'deedbook_commands')
"""
WALL = """
    alter table {table} enable row level security;
    create policy agency_wall on {table} for select to {reader}
        using (agency = nullif(current_setting('deedbook.agency', true), '')::uuid);
    grant select on {table} to {reader}
"""


def open_store(dsn: str) -> Deedbook:
    """The event store on this database; its tables are made if they are missing."""
    with psycopg.connect(dsn, autocommit=True) as conn, conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", (SETUP_LOCK,))
        return Deedbook(library_environment(dsn))


def create_tables(dsn: str) -> None:
    """Makes what is missing: checkpoints, all read tables, the reader's role and its policies."""
    with psycopg.connect(dsn, autocommit=True) as conn, conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", (SETUP_LOCK,))
        conn.execute("set local client_min_messages = warning")
        _run(conn, (Path(__file__).parent / "streams.sql").read_text("utf-8"))
        for projection in PROJECTIONS.values():
            _run(conn, projection.sql)
        _run(conn, ROLE)
        for (table,) in conn.execute(TENANT_TABLES).fetchall():
            conn.execute(SQL(WALL).format(table=Identifier(table), reader=Identifier(READER)))
        for (table,) in conn.execute(STORE_TABLES).fetchall():
            conn.execute(
                SQL("revoke select on {} from {}").format(Identifier(table), Identifier(READER))
            )
        for table in ("checkpoints", "parked"):
            conn.execute(
                SQL("grant select on {} to {}").format(Identifier(table), Identifier(READER))
            )


def open_readers(dsn: str, size: int) -> AsyncConnectionPool[AsyncConnection[dict[str, Any]]]:
    """A pool whose connections may only read, and only rows of the agency they are set to."""
    return AsyncConnectionPool(
        dsn,
        min_size=2,
        max_size=size,
        open=False,
        timeout=5,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={"row_factory": dict_row, "autocommit": True},
        configure=_become_reader,
        check=AsyncConnectionPool.check_connection,
    )


@asynccontextmanager
async def reading(
    pool: AsyncConnectionPool[AsyncConnection[dict[str, Any]]], agency: UUID
) -> AsyncIterator[AsyncConnection[dict[str, Any]]]:
    """A connection in one transaction, behind the wall of this agency."""
    async with pool.connection() as conn, conn.transaction():
        await conn.execute("select set_config('deedbook.agency', %s, true)", (str(agency),))
        yield conn


def open_writers(dsn: str, size: int) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """The projector's pool: it owns the read tables and sees all agencies.

    A commit does not wait for the disk: rows and checkpoint are lost together at worst, and what
    is lost is projected again from the store. A worker that hangs or whose machine is gone frees
    the checkpoints it has locked.
    """
    options = f"{conninfo_to_dict(dsn).get('options') or ''} {WRITER_OPTIONS}"
    kwargs = {"autocommit": True, "options": options}
    return AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=size,
        open=False,
        timeout=5,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs=kwargs,
        check=AsyncConnectionPool.check_connection,
    )


async def _become_reader(conn: AsyncConnection[Any]) -> None:
    await conn.execute(f"set role {READER}")
    await conn.execute("set statement_timeout = '15s'")


def _run(conn: psycopg.Connection[Any], script: str) -> None:
    conn.execute(script.encode())
