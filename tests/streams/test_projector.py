"""What the projector does with facts it cannot take, with company, and with what never came."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from infra.log import StoreLog
from streams import watch
from streams.checkpoints import Place
from streams.projector import Projector
from streams.watch import Stalled, Watch
from tests.streams.chaos import STREAMS, Arena, Fuse, Kafka, boards

HOME, CLIENT = 0, 1
FEW_PHOTOS = """
    alter table wild.property_board add constraint few check (jsonb_array_length(photos) < 2)
"""
ANY_PHOTOS = "alter table wild.property_board drop constraint few"


def run(arena: Arena, story: Coroutine[Any, Any, None]) -> None:
    arena.loop.run(story)


async def sent(arena: Arena, *streams: int) -> Kafka:
    kafka = Kafka()
    kafka.relay(await arena.begin(streams), 1, set())
    return kafka


async def take_all(projector: Projector, kafka: Kafka) -> None:
    for messages in kafka.messages.values():
        await projector.take(messages)


async def clean(arena: Arena) -> None:
    assert await arena.tables("wild") == await arena.tables("clean")


def test_a_stream_whose_fact_fails_is_parked_while_others_go_on(arena: Arena) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, HOME, HOME, HOME, CLIENT, 2, CLIENT)
        execute(arena.dsn, FEW_PHOTOS)
        try:
            await take_all(arena.projector, kafka)
            [parked] = await arena.odd()
            assert parked[:2] == ("boards", STREAMS[HOME])
            assert parked[3:5] == (3, "property.photo_added")
            assert "CheckViolation" in parked[5] and parked[6] == 1
            wild, right = await arena.tables("wild"), await arena.tables("clean")
            assert wild[1:] == right[1:] and len(wild[0]) == len(right[0])
            assert not await arena.projector.unpark(STREAMS[HOME])
            assert (await arena.odd())[0][3:7] == parked[3:7]
        finally:
            execute(arena.dsn, ANY_PHOTOS)
        assert await arena.projector.unpark(STREAMS[HOME])
        assert await arena.projector.unpark(STREAMS[HOME])
        assert await arena.odd() == []
        await clean(arena)

    run(arena, story())


def test_what_comes_for_a_parked_stream_waits_for_it(arena: Arena) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, HOME, HOME, HOME, HOME)
        execute(arena.dsn, FEW_PHOTOS)
        try:
            for message in next(iter(kafka.messages.values())):
                await arena.projector.take([message])
            [parked] = await arena.odd()
            assert (parked[3], parked[6]) == (3, 2)
        finally:
            execute(arena.dsn, ANY_PHOTOS)
        assert await arena.projector.unpark(STREAMS[HOME])
        await clean(arena)

    run(arena, story())


def test_a_table_that_is_missing_parks_nothing(arena: Arena) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, HOME)
        execute(arena.dsn, "alter table wild.property_board rename to gone")
        execute(arena.dsn, "alter table public.property_board rename to gone")
        try:
            with pytest.raises(psycopg.errors.UndefinedTable):
                await take_all(arena.projector, kafka)
        finally:
            execute(arena.dsn, "alter table public.gone rename to property_board")
            execute(arena.dsn, "alter table wild.gone rename to property_board")
        assert await arena.odd() == []
        await take_all(arena.projector, kafka)
        await clean(arena)

    run(arena, story())


def test_two_workers_with_the_same_messages_write_each_fact_once(arena: Arena) -> None:
    """As after a rebalance, when the old owner of a partition has not noticed yet."""

    async def story() -> None:
        kafka = await sent(arena, *(list(range(6)) * 8))
        reader = StoreLog(arena.store, arena.log)
        twins = [Projector(boards(Fuse()), arena.wild, reader) for _ in range(2)]
        places = sorted(kafka.messages)
        await asyncio.gather(
            *(one_by_one(twins[0], kafka, places)), *(one_by_one(twins[1], kafka, places[::-1]))
        )
        assert await arena.odd() == []
        await clean(arena)

    run(arena, story())


def one_by_one(projector: Projector, kafka: Kafka, places: list[Place]) -> list[Any]:
    every = [message for place in places for message in kafka.messages[place]]
    return [projector.take(every[at : at + 7]) for at in range(0, len(every), 7)]


def test_a_projection_new_to_kafka_takes_the_log_and_reads_on_at_the_end(arena: Arena) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, CLIENT, HOME, 2, 3)
        ends = {place: len(messages) for place, messages in kafka.messages.items()}
        await arena.projector.begin(ends | {("deedbook.deals.v1", 0): 9})
        found = await Watch([arena.projector], arena.wild).next_offsets(list(ends))
        assert found == ends
        await clean(arena)
        await arena.projector.begin(dict.fromkeys(ends, 99))
        assert await Watch([arena.projector], arena.wild).next_offsets(list(ends)) == ends

    run(arena, story())


def test_what_kafka_owes_is_fetched_and_a_silent_kafka_ends_the_worker(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, HOME, CLIENT)
        places = list(kafka.heads)
        async with arena.wild.connection() as conn:
            heads = {f"{topic}/{number}": head for (topic, number), head in kafka.heads.items()}
            await conn.execute("delete from relay_checkpoints")
            await conn.execute(
                "insert into relay_checkpoints (name, partitions) values ('relay', %s)",
                (Jsonb(heads),),
            )
        monkeypatch.setattr(watch, "FETCH_AFTER", 0)
        watching = Watch([arena.projector], arena.wild)
        await watching.look(places)
        assert await arena.tables("wild") == [[], [], []]
        await watching.look(places)
        await clean(arena)
        monkeypatch.setattr(watch, "STALLED_AFTER", -1)
        with pytest.raises(Stalled):
            await watching.look(places)
        watching.delivered(places)
        await watching.look(places)

    run(arena, story())


def test_news_name_what_changed_for_whom(arena: Arena) -> None:
    async def story() -> None:
        kafka = await sent(arena, HOME, CLIENT)
        async with await psycopg.AsyncConnection.connect(arena.dsn, autocommit=True) as conn:
            await conn.execute("listen deedbook_changed")
            await take_all(arena.projector, kafka)
            news = [one.payload async for one in conn.notifies(timeout=5, stop_after=2)]
        assert len(news) == 2
        assert all('"projection": "boards"' in payload for payload in news)
        assert any(str(STREAMS[HOME]) in payload for payload in news)

    run(arena, story())


def test_no_message_is_no_work(arena: Arena) -> None:
    assert arena.loop.run(arena.projector.take([])) == 0


def execute(dsn: str, sql: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.encode())
