"""The event store's promises: one writer's view, races, lost answers, and the law of the tail."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest

from commands.ledger import (
    AlreadyDone,
    CommandIdReused,
    Deedbook,
    Raced,
    Receipt,
    StoreUnavailable,
    Unit,
)
from domain.kernel import Recorded
from domain.properties import Property, PropertyRepriced
from domain.values import Money
from infra.postgres import open_store
from tests.conftest import Desk

EVENTS = 20_000
WRITERS = 8
DELAYS = """
    create function late() returns trigger language plpgsql as $$ begin
        if random() < 0.03 then perform pg_sleep(random() * 0.01); end if;
        return null;
    end $$;
    create constraint trigger late after insert on deedbook_events
        deferrable initially deferred for each row execute function late()
"""
NO_DELAYS = "drop trigger if exists late on deedbook_events; drop function if exists late"


def price(amount: int) -> PropertyRepriced:
    return PropertyRepriced(list_price=Money(amount=Decimal(amount), currency="USD"))


def append(store: Deedbook, stream: UUID, version: int, facts: int, agency: UUID) -> list[int]:
    """Appends some facts to a stream last seen at this version. Gives their positions."""
    ledger = Desk(store, Desk.signature(agency))
    steps = list(ledger._steps(Property(id=stream, version=version), [price(1)] * facts))
    receipt = Receipt(id=stream, version=version + facts, position=0)
    unit = Unit(agency, ledger.signed.command_id, b"", receipt, ((stream, version),))
    return [each.notification.id for each in store.save(*steps, unit=unit)]


@contextmanager
def late_commits(dsn: str) -> Iterator[None]:
    """Every transaction may wait a little between its insert and its commit."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(NO_DELAYS)
        conn.execute(DELAYS)
        try:
            yield
        finally:
            conn.execute(NO_DELAYS)


class Tail(threading.Thread):
    """Reads `position > last` again and again, as every reader of the log does."""

    def __init__(self, store: Deedbook) -> None:
        super().__init__(daemon=True)
        self.store = store
        self.seen: list[tuple[int, UUID, int]] = []
        self.upto = 2**62

    def run(self) -> None:
        last = 0
        while last < self.upto:
            for each in self.store.recorder.select_notifications(last + 1, 500):
                last = each.id
                self.seen.append((last, each.originator_id, each.originator_version))  # type: ignore[arg-type]


def write(store: Deedbook, streams: list[UUID], share: int, seed: int) -> Counter[UUID]:
    """Appends `share` facts to random streams that others write to too; counts what it stored."""
    chance, stored, agency = random.Random(seed), Counter[UUID](), uuid4()
    versions: dict[UUID, int] = {}
    while stored.total() < share:
        stream, facts = chance.choice(streams), chance.randint(1, 5)
        try:
            append(store, stream, versions.get(stream, 0), facts, agency)
        except Raced as raced:
            versions[stream] = raced.details["current_version"]
        else:
            versions[stream] = versions.get(stream, 0) + facts
            stored[stream] += facts
    return stored


def test_a_tailing_reader_misses_nothing_while_writers_commit_late(
    dsn: str, store: Deedbook
) -> None:
    tail = Tail(store)
    streams = [uuid5(UUID(int=7), str(n)) for n in range(200)]
    stores = [open_store(dsn) for _ in range(WRITERS)]
    tail.start()
    with late_commits(dsn), ThreadPoolExecutor(WRITERS * 4) as pool:
        jobs = [
            pool.submit(write, stores[n % WRITERS], streams, EVENTS // (WRITERS * 4) + 1, n)
            for n in range(WRITERS * 4)
        ]
        stored = sum((job.result() for job in jobs), Counter[UUID]())
    with psycopg.connect(dsn) as conn:
        row = conn.execute("select max(notification_id), count(*) from deedbook_events").fetchone()
    assert row is not None
    tail.upto = row[0]
    tail.join(60)
    for each in stores:
        each.close()
    assert stored.total() == row[1] >= EVENTS
    assert [position for position, _, _ in tail.seen] == list(range(1, row[1] + 1))
    by_stream: dict[UUID, list[int]] = {}
    for _, stream, version in tail.seen:
        by_stream.setdefault(stream, []).append(version)
    for stream, versions in by_stream.items():
        assert versions == list(range(1, stored[stream] + 1))


def test_of_two_commands_on_one_version_one_wins_and_neighbours_are_stored(
    store: Deedbook, agency: UUID
) -> None:
    contested, others = uuid4(), [uuid4() for _ in range(30)]
    with ThreadPoolExecutor(40) as pool:
        fights = [pool.submit(append, store, contested, 0, 2, agency) for _ in range(10)]
        calm = [pool.submit(append, store, other, 0, 1, agency) for other in others]
    assert sum(job.exception() is None for job in fights) == 1
    assert {type(job.exception()) for job in fights} == {type(None), Raced}
    assert all(job.result() for job in calm)


def test_all_streams_of_a_unit_stand_or_fall_together(store: Deedbook, ledger: Desk) -> None:
    held, fresh = uuid4(), uuid4()
    append(store, held, 0, 1, ledger.agency)
    with pytest.raises(Raced):
        ledger.append(Property(id=fresh), [price(1)], (Property(id=held), [price(2)]))
    assert list(ledger.history(fresh)) == []
    assert len(list(ledger.history(held))) == 1


def test_the_same_command_id_gives_the_same_receipt_and_no_second_fact(ledger: Desk) -> None:
    home = Property(id=uuid4())
    first = ledger.append(home, [price(1), price(2)])
    assert (first.version, ledger.append(home, [price(1), price(2)])) == (2, first)
    assert ledger.done() == first
    assert len(list(ledger.history(home.id))) == 2
    with pytest.raises(CommandIdReused):
        Desk(ledger.store, ledger.signed, fingerprint=b"another").done()


def test_a_command_that_changes_nothing_still_has_one_receipt_for_ever(ledger: Desk) -> None:
    home = Property(id=uuid4())
    stored = ledger.append(home, [price(1)])
    quiet = ledger.next()
    seen = home.but(version=1, position=stored.position)
    receipt = quiet.append(seen, [])
    assert receipt == stored
    assert quiet.append(seen, [price(9)]) == receipt
    assert len(list(ledger.history(home.id))) == 1


def test_a_commit_whose_answer_was_lost_is_recognised_and_not_doubled(
    dsn: str, store: Deedbook, agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_store(dsn)
    recorder = writer.recorder
    honest = recorder.writer._store  # type: ignore[attr-defined]
    lies = iter([True])

    def lossy(batch: object) -> object:
        rows = honest(batch)
        if next(lies, False):
            raise psycopg.OperationalError("the line went dead after the commit")
        return rows

    recorder.writer._store = lossy  # type: ignore[attr-defined]
    stream = uuid4()
    with pytest.raises(AlreadyDone) as known:
        append(writer, stream, 0, 3, agency)
    assert (known.value.receipt.id, known.value.receipt.version) == (stream, 3)
    assert len(list(writer.events.get(stream))) == 3
    writer.close()


def test_a_writer_whose_connection_was_killed_goes_on_by_itself(
    dsn: str, store: Deedbook, agency: UUID
) -> None:
    everyone = "select array_agg(pid) from pg_stat_activity where datname = current_database()"
    with psycopg.connect(dsn, autocommit=True) as conn:
        others = conn.execute(everyone).fetchone()
        writer = open_store(dsn)
        append(writer, uuid4(), 0, 1, agency)
        ours = "select pg_terminate_backend(pid) from unnest(({})) pid where pid <> all(%s)"
        conn.execute(ours.format(everyone).encode(), others)
    stream = uuid4()
    append(writer, stream, 0, 2, agency)
    assert [step.originator_version for step in writer.events.get(stream)] == [1, 2]
    writer.close()


def test_a_store_that_cannot_be_reached_fails_within_its_limit(
    dsn: str, store: Deedbook, agency: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.recorder.PATIENCE_SECONDS", 0.5)
    lost = open_store(dsn)
    lost.recorder.datastore.pool.kwargs["port"] = "1"  # type: ignore[attr-defined]
    lost.recorder.datastore.pool.kwargs["host"] = "127.0.0.1"  # type: ignore[attr-defined]
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        append(lost, uuid4(), 0, 1, agency)
    assert time.monotonic() - began < 5
    lost.close()


def test_facts_come_back_as_they_were_signed(ledger: Desk) -> None:
    home = Property(id=uuid4())
    receipt = ledger.append(home, [price(450_000)])
    (step,) = ledger.history(home.id)
    assert step == Recorded(
        stream=home.id,
        version=1,
        position=receipt.position,
        agency=ledger.agency,
        at=ledger.now,
        by="anna",
        command_id=ledger.signed.command_id,
        correlation=ledger.signed.correlation,
        fact=price(450_000),
    )
