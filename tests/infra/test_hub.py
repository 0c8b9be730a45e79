"""The hub hears what nobody should have said, and lives."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.hub import PostgresHub
from streams.projector import CHANGED

RUBBISH = ("", "{", "7", "[]", '{"projection": "history"}', '{"changed": {}, "all": 1}')


@pytest.mark.parametrize("payload", [*RUBBISH, '{"projection":"x","all":false,"changed":{"y":1}}'])
async def test_rubbish_on_its_channel_is_a_gap_and_not_its_end(dsn: str, payload: str) -> None:
    agency = uuid4()
    async with PostgresHub(dsn) as hub:
        await asyncio.wait_for(hub.listening.wait(), 5)
        with hub.listen(agency, "history") as feed:
            await say(dsn, payload)
            news = await asyncio.wait_for(feed.take(), 5)
            assert news.gap
            stream = UUID(int=1)
            named = f'{{"projection":"history","all":false,"changed":{{"{agency}":["{stream}"]}}}}'
            await say(dsn, named)
            assert (await asyncio.wait_for(feed.take(), 5)).streams == (stream,)


async def say(dsn: str, payload: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
        await conn.execute("select pg_notify(%s, %s)", (CHANGED, payload))
