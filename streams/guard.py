"""A Faust transport (`guarded://`) that cannot hang, and reads where the read models stand.

It reaches into internals of exact versions; `check_versions` refuses any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any, cast

import aiokafka
import faust
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport import drivers
from faust.transport.drivers import aiokafka as base
from faust.types import TP
from mode import Service

PINNED = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}
FETCH_WAIT_MS = 200
COMMIT_WITHIN = 5.0

NextOffsets = Callable[[set[TP]], Awaitable[Mapping[TP, int]]]


def check_versions() -> None:
    """Raises RuntimeError unless exactly the libraries are here that the guard was written for."""
    other = {name: found for name, want in PINNED.items() if (found := version(name)) != want}
    if other:
        raise RuntimeError(f"the Kafka guard is written for {PINNED}, but here is {other}")


class GuardedApp(faust.App):
    """`next_offsets` gives the offset at which the read models of some partitions go on."""

    next_offsets: NextOffsets


class Forgetful(dict[TP, int | None]):
    """Faust drops messages below the last offset it read; a topic that was made anew has many.

    What was read before is known by its position, so nothing needs to be dropped here.
    """

    def __getitem__(self, place: TP) -> int | None:
        return None


class Thread(base.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: base.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def coordinator_failed(self) -> KafkaError | None:
        """Why aiokafka's coordinator died, if it did.

        Faust never calls `check_errors`, without which the coordinator waits for ever after one
        unexpected answer: no heartbeats, no rejoining, no word in the log.
        """
        consumer = self._consumer
        coordinator: Any = None if consumer is None or consumer._closed else consumer._coordinator
        if not hasattr(coordinator, "_coordination_task"):
            return None
        try:
            coordinator.check_errors()
        except KafkaError as error:
            if coordinator._coordination_task.done():
                return error
            self.log.warning("the group coordinator said %r and goes on", error)
        return None

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Committed offsets are for lag dashboards, so a commit that fails stops nothing."""
        consumer = self._ensure_consumer()
        ours = {
            TopicPartition(*place): OffsetAndMetadata(offset, "")
            for place, offset in offsets.items()
            if place in self.assignment()
        }
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await consumer.commit(ours)
        except (KafkaError, TimeoutError) as error:
            self.log.warning("offsets were not committed: %r", error)
            return False
        return True


class Consumer(base.Consumer):
    _thread: Thread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = Forgetful()

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    @Service.task
    async def _watch_coordinator(self) -> None:
        async for _ in self.itertimer(1.0, name="coordinator-watch"):
            if self._thread._consumer is None:
                continue
            # Not by call_thread(): its queue may be what is blocked.
            asked = asyncio.run_coroutine_threadsafe(
                self._thread.coordinator_failed(), self._thread.thread_loop
            )
            if failure := await asyncio.wait_for(asyncio.wrap_future(asked), 10.0):
                await self.crash(failure)

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Not while the group rebalances: it would be refused and start the next rebalance."""
        if self.app.rebalancing and not self.should_stop:
            return False
        return await super().commit(topics, start_new_transaction=start_new_transaction)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """To where the read models stand; to where Kafka thinks they do if they do not answer."""
        try:
            places = await self._standing()
        except Exception as error:  # noqa: BLE001
            self.log.warning("the read models do not say where they stand: %r", error)
            return await super().seek_to_committed()
        await self._thread.seek_wait(places)
        return places

    async def _standing(self) -> dict[TP, int]:
        """An offset that Kafka does not have any more, or not yet, becomes its first one."""
        mine = set(self.assignment())
        first = await self._thread.earliest_offsets(*mine)
        end = await self._thread.highwaters(*mine)
        wanted = await cast(GuardedApp, self.app).next_offsets(mine)
        return {
            place: offset if first[place] <= offset <= end[place] else first[place]
            for place, offset in wanted.items()
        }


class Transport(base.Transport):
    Consumer = Consumer


def install() -> None:
    """Makes `guarded://host:port` a broker URL of this process."""
    check_versions()
    drivers.TRANSPORTS.aliases["guarded"] = f"{__name__}:Transport"
