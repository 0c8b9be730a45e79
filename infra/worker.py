"""The worker: what the relay sent, from Kafka into the read tables. Any number share the work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition

from commands.ledger import Deedbook
from infra.kafka.topics import create_topics
from infra.lifetime import run_until_stopped
from infra.log import StoreLog
from infra.postgres import create_tables, open_store, open_writers
from projections.catalogue import PROJECTIONS
from streams.app import projecting_app
from streams.checkpoints import Place
from streams.envelope import PARTITIONS, TOPICS
from streams.guard import check_versions
from streams.patience import for_ever
from streams.projector import Projector
from streams.watch import Stalled, Watch

STOPPED_WITHIN = 30.0

log = logging.getLogger("deedbook.worker")


class Worker(faust.Worker):
    """Leaves signals to the process."""

    def install_signal_handlers(self) -> None:
        return


async def work(dsn: str, bootstrap: str, stop: asyncio.Event) -> None:
    """Works until stopped. Raises what broke it; start it anew then."""
    check_versions()
    await run_until_stopped(_work(dsn, bootstrap), stop)


async def _work(dsn: str, bootstrap: str) -> None:
    store = await _store(dsn)
    try:
        async with open_writers(dsn, 12) as pool, open_writers(dsn, 4) as log_pool:
            reader = StoreLog(store, log_pool)
            projectors = [Projector(each, pool, reader) for each in PROJECTIONS.values()]
            await _follow(bootstrap, projectors, Watch(projectors, pool))
    finally:
        await asyncio.to_thread(store.close)


async def _store(dsn: str) -> Deedbook:
    async for attempt in for_ever(log):
        with attempt:
            store = await asyncio.to_thread(open_store, dsn)
            await asyncio.to_thread(create_tables, dsn)
    return store


async def _follow(bootstrap: str, projectors: Sequence[Projector], watch: Watch) -> None:
    """A broker that is gone is waited for. A reader that stands still ends the process."""
    async for attempt in for_ever(log, unless=Stalled):
        with attempt:
            await _begin(bootstrap, projectors)
            await _run(projecting_app(bootstrap, projectors, watch))


async def _begin(bootstrap: str, projectors: Sequence[Projector]) -> None:
    """A projection that never read from Kafka takes the log first, then what is sent after it."""
    await create_topics(bootstrap, TOPICS)
    ends = await _ends(bootstrap)
    await asyncio.gather(*(each.begin(ends) for each in projectors))
    await asyncio.gather(*(each.resume() for each in projectors))


async def _ends(bootstrap: str) -> dict[Place, int]:
    wanted = [TopicPartition(name, number) for name in TOPICS for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        ends = await consumer.end_offsets(wanted)
    return {(place.topic, place.partition): offset for place, offset in ends.items()}


async def _run(app: faust.App) -> None:
    """Until cancelled, then leaves the group; raises what crashed the app."""
    worker = Worker(
        app,
        loop=asyncio.get_running_loop(),
        quiet=True,
        override_logging=False,
        redirect_stdouts=False,
    )
    try:
        await worker.start()
    finally:
        async with asyncio.timeout(STOPPED_WITHIN):
            await worker.stop()
    raise worker.crash_reason or RuntimeError("the Faust worker ended")
