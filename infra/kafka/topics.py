"""What is asked of a broker before work begins: is it ready, and are the topics there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, closing

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

PAUSE = 0.05
LEADERS_WITHIN = 20.0
CONFIG = {"max.message.bytes": "8388608"}


class TopicRefused(RuntimeError):
    """A topic could not be created, or exists with another number of partitions."""


async def create_topics(bootstrap: str, topics: Mapping[str, int]) -> None:
    """Create `{name: partitions}`; returns when each partition has a leader. Idempotent."""
    async with _admin(bootstrap) as admin:
        wanted = [
            NewTopic(name, partitions, 1, topic_configs=CONFIG)
            for name, partitions in topics.items()
        ]
        answer = await admin.create_topics(wanted)
        for name, code, *_ in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise TopicRefused(f"{name}: {for_code(code).__name__}")
        async with asyncio.timeout(LEADERS_WITHIN):
            while not await _led(admin, topics):
                await asyncio.sleep(PAUSE)


async def delete_topics(bootstrap: str, topics: Iterable[str]) -> None:
    """Returns when none of them is there any more."""
    async with _admin(bootstrap) as admin:
        there = set(topics) & set(await admin.list_topics())
        if there:
            await admin.delete_topics(sorted(there))
        async with asyncio.timeout(LEADERS_WITHIN):
            while there & set(await admin.list_topics()):
                await asyncio.sleep(PAUSE)


async def until_ready(bootstrap: str, alive: Callable[[], bool], within: float) -> bool:
    """True once metadata and the group coordinator answer; False if the broker has died.

    TimeoutError after `within` seconds.
    """
    async with asyncio.timeout(within):
        while alive():
            if await _listening(bootstrap) and await _serving(bootstrap):
                return True
            await asyncio.sleep(PAUSE)
    return False


async def _led(admin: AIOKafkaAdminClient, topics: Mapping[str, int]) -> bool:
    found = {topic["topic"]: topic for topic in await admin.describe_topics(list(topics))}
    if any(found[name]["error_code"] for name in topics):
        return False
    for name, partitions in topics.items():
        if len(found[name]["partitions"]) != partitions:
            has = len(found[name]["partitions"])
            raise TopicRefused(f"{name} has {has} partitions, not {partitions}: fixed for life")
    return all(part["leader"] >= 0 for name in topics for part in found[name]["partitions"])


async def _listening(bootstrap: str) -> bool:
    host, port = bootstrap.rsplit(":", 1)
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    with closing(writer):
        return True


async def _serving(bootstrap: str) -> bool:
    try:
        async with _admin(bootstrap) as admin:
            await admin.find_coordinator("readiness")
    except KafkaError:
        return False
    return True


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
