"""The relay: the store's log, in order, onto Kafka. One leads at a time, others wait their turn.

At least once: what was sent before its checkpoint was written is sent again by the next leader,
with the same positions, by which every reader knows it.
"""

from __future__ import annotations

import asyncio
import logging
import operator
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import UnknownTopicOrPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb
from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception_type,
    retry_if_result,
    wait_fixed,
    wait_random,
)

from domain.kernel import Recorded
from infra.kafka.topics import create_topics
from infra.lifetime import run_until_stopped
from infra.log import StoreLog
from infra.postgres import open_store, open_writers
from streams.checkpoints import Place
from streams.envelope import TOPICS, Envelope, partition_of, topic_of
from streams.unread import Unread, UnreadableFact

LOCK_KEY = 0x6465656472
MOST_FACTS = 500
BATCH_BYTES = 1024 * 1024
ACKNOWLEDGED_WITHIN = 10.0
POLL_SECONDS = 1.0
WAIT_FOR_THE_LOCK = AsyncRetrying(retry=retry_if_result(operator.not_), wait=wait_fixed(0.5))

log = logging.getLogger("deedbook.relay")


class Fenced(RuntimeError):
    """A newer leader has taken over the checkpoint."""


async def relay(dsn: str, bootstrap: str, stop: asyncio.Event) -> None:
    """Relays until stopped. A broker or database that is gone is waited for."""
    await run_until_stopped(_relay_for_ever(dsn, bootstrap), stop)


async def _relay_for_ever(dsn: str, bootstrap: str) -> None:
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(Exception),
        wait=wait_random(0.2, 1.0),
        before_sleep=before_sleep_log(log, logging.WARNING),
    ):
        with attempt:
            await _lead(dsn, bootstrap)


async def _lead(dsn: str, bootstrap: str) -> None:
    """Waits for the lock, then relays until something breaks. Raises what broke."""
    async with _session(dsn) as session:
        await WAIT_FOR_THE_LOCK(_lock, session)
        await create_topics(bootstrap, TOPICS)
        store = await asyncio.to_thread(open_store, dsn)
        try:
            async with open_writers(dsn, 1) as pool, _producing(bootstrap) as producer:
                leader = await Leader.elected(session, producer, StoreLog(store, pool))
                await leader.run()
        finally:
            await asyncio.to_thread(store.close)


class Leader:
    """Owns the checkpoint row as long as nobody has a later epoch."""

    def __init__(
        self, session: AsyncConnection[Any], producer: AIOKafkaProducer, store: StoreLog
    ) -> None:
        self.session = session
        self.producer = producer
        self.store = store
        self.epoch = 0
        self.last = 0
        self.heads: dict[str, int] = {}

    @classmethod
    async def elected(
        cls, session: AsyncConnection[Any], producer: AIOKafkaProducer, store: StoreLog
    ) -> Leader:
        leader = cls(session, producer, store)
        async for epoch, last, heads in await session.execute(ELECT):
            leader.epoch, leader.last, leader.heads = epoch, last, heads
        await session.execute("listen deedbook_events")
        log.info("leading in epoch %s from position %s", leader.epoch, leader.last)
        return leader

    async def run(self) -> None:
        while True:
            end = await self._end()
            while self.last < end:
                steps = await self.store.facts(self.last, end, limit=MOST_FACTS)
                await self._send(steps)
            async for _ in self.session.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    async def _end(self) -> int:
        row = await (await self.session.execute(END, prepare=True)).fetchone()
        return int(row[0]) if row else 0

    async def _send(self, steps: Sequence[Recorded]) -> None:
        """One batch per partition, all acknowledged, then the checkpoint.

        One at a time, since the producer goes on with a partition's next batch when one failed.
        """
        if isinstance(steps[0], Unread):
            raise UnreadableFact(f"the relay must be updated: {steps[0].fact.reason}")
        batches: dict[Place, BatchBuilder] = {}
        heads, last = dict(self.heads), self.last
        for step in steps:
            if isinstance(step, Unread):
                break
            place = topic_of(step), partition_of(step.stream)
            if place not in batches:
                batches[place] = self.producer.create_batch()
            if not self._append(batches[place], step, heads.get(_key(place), 0)):
                break
            heads[_key(place)] = last = step.position
        async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
            await asyncio.gather(*[await self._dispatch(*each) for each in batches.items()])
        await self._save(last, heads)

    def _append(self, batch: BatchBuilder, step: Recorded, prev: int) -> bool:
        """False if the batch is full."""
        headers = {
            "position": str(step.position),
            "prev": str(prev),
            "name": step.fact.NAME,
            "epoch": str(self.epoch),
        }
        appended = batch.append(
            timestamp=None,
            key=str(step.stream).encode(),
            value=Envelope.of(step).model_dump_json().encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )
        return appended is not None

    async def _dispatch(self, place: Place, batch: BatchBuilder) -> asyncio.Future[Any]:
        """Refuses a topic that is gone, for which the producer would ask without a pause."""
        if self.producer.client.cluster.partitions_for_topic(place[0]) is None:
            raise UnknownTopicOrPartitionError(place[0])
        batch.close()
        sent: asyncio.Future[Any] = await self.producer.send_batch(
            batch, place[0], partition=place[1]
        )
        return sent

    async def _save(self, last: int, heads: dict[str, int]) -> None:
        params = (last, Jsonb(heads), self.epoch, self.last)
        saved = await self.session.execute(SAVE, params, prepare=True)
        if saved.rowcount != 1:
            raise Fenced(f"epoch {self.epoch} is over")
        self.last, self.heads = last, heads


@asynccontextmanager
async def _session(dsn: str) -> AsyncIterator[AsyncConnection[Any]]:
    """The one connection that holds the lock, listens and writes the checkpoint.

    Short keepalives on both ends: a session whose machine is gone frees the lock within seconds.
    """
    patient = make_conninfo(dsn, keepalives_idle=5, keepalives_interval=2, keepalives_count=3)
    async with await AsyncConnection.connect(patient, autocommit=True) as session:
        for setting in SETTINGS:
            await session.execute(setting)
        yield session


async def _lock(session: AsyncConnection[Any]) -> bool:
    row = await (await session.execute("select pg_try_advisory_lock(%s)", (LOCK_KEY,))).fetchone()
    return bool(row and row[0])


@asynccontextmanager
async def _producing(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        retry_backoff_ms=250,
        max_batch_size=BATCH_BYTES,
        max_request_size=8 * BATCH_BYTES,
        request_timeout_ms=int(ACKNOWLEDGED_WITHIN * 1000),
    )
    try:
        await producer.start()
        for name in TOPICS:
            await producer.partitions_for(name)
        yield producer
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await producer.stop()


def _key(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


SETTINGS = (
    "set statement_timeout = '10s'",
    "set synchronous_commit = off",
    "set tcp_keepalives_idle = 5",
    "set tcp_keepalives_interval = 2",
    "set tcp_keepalives_count = 3",
)
ELECT = """
    insert into relay_checkpoints (name, epoch) values ('relay', 1)
    on conflict (name) do update set epoch = relay_checkpoints.epoch + 1
    returning epoch, last_position, partitions
"""
SAVE = """
    update relay_checkpoints set last_position = %s, partitions = %s, at = now()
    where name = 'relay' and epoch = %s and last_position = %s
"""
END = "select coalesce(max(notification_id), 0) from deedbook_events"
