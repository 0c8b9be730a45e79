"""The Faust app: one agent per projection. What Kafka brings goes to the projector in batches."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from faust import Stream
from faust.types import TP, ChannelT, EventT, StreamT

from domain.kernel import Recorded
from streams.checkpoints import Place
from streams.envelope import Envelope
from streams.guard import GuardedApp, install
from streams.patience import for_ever
from streams.projector import Delivery, Projector
from streams.watch import Stalled, Watch

GROUP = "deedbook-projections"
MOST_EVENTS = 500
LOOK_SECONDS = 1.0

log = logging.getLogger("deedbook.worker")


def projecting_app(bootstrap: str, projectors: Sequence[Projector], watch: Watch) -> GuardedApp:
    """Every worker with this app joins one group, which shares the partitions of all topics."""
    install()
    app = GuardedApp(
        GROUP,
        broker=[f"guarded://{address}" for address in bootstrap.split(",")],
        datadir=Path(tempfile.gettempdir()) / GROUP,
        value_serializer="raw",
        key_serializer="raw",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=5_000,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=1.0,
        broker_request_timeout=20.0,
        broker_commit_interval=1.0,
    )
    app.next_offsets = _by_partition(watch)
    for projector in projectors:
        topics = app.topic(*sorted(projector.topics), key_type=bytes, value_type=bytes)
        app.agent(topics, name=f"project_{projector.name}")(_agent(projector, watch))
    app.timer(LOOK_SECONDS)(_looking(app, watch))
    return app


def _agent(projector: Projector, watch: Watch) -> Callable[[StreamT[bytes]], Any]:
    async def project(stream: StreamT[bytes]) -> None:
        async for events in _batches(stream):
            deliveries = [each for event in events if (each := delivery(event)) is not None]
            async for attempt in for_ever(log):
                with attempt:
                    await projector.take(deliveries)
            watch.delivered({each.place for each in deliveries})
            for event in events:
                await stream.ack(event)

    return project


async def _batches(stream: StreamT[bytes]) -> AsyncIterator[list[EventT[bytes]]]:
    """What has queued while the last batch was projected; nothing waits for a batch to fill."""
    events: list[EventT[bytes]] = []
    reading = cast(Stream[bytes], stream).noack()
    async for event in reading.events():
        events.append(event)
        if len(events) >= MOST_EVENTS or cast(ChannelT[bytes], reading.channel).queue.empty():
            yield events
            events = []


def delivery(event: EventT[bytes]) -> Delivery | None:
    """The message as the projector wants it; nothing if it cannot be read.

    Then the next message's `prev` shows the gap, and the store fills it.
    """
    message = event.message
    try:
        step = _recorded(event.value)
        prev = int(dict(message.headers or ())["prev"])
    except Exception:
        log.exception("unreadable: %s/%s@%s", message.topic, message.partition, message.offset)
        return None
    return Delivery(step, message.topic, message.partition, message.offset, prev)


@lru_cache(maxsize=2 * MOST_EVENTS)
def _recorded(value: bytes) -> Recorded:
    """Read once for all agents."""
    message = Envelope.model_validate_json(value)
    try:
        return message.recorded()
    except Exception as error:  # noqa: BLE001
        return message.unread(error)


def _by_partition(watch: Watch) -> Callable[[set[TP]], Any]:
    async def next_offsets(places: set[TP]) -> Mapping[TP, int]:
        found = await watch.next_offsets([(place.topic, place.partition) for place in places])
        return {TP(*place): offset for place, offset in found.items()}

    return next_offsets


def _looking(app: GuardedApp, watch: Watch) -> Callable[[], Any]:
    async def look() -> None:
        if app.rebalancing:
            return
        assigned: list[Place] = [(tp.topic, tp.partition) for tp in app.consumer.assignment()]
        try:
            await watch.look(assigned)
        except Stalled:
            raise
        except Exception as error:  # noqa: BLE001
            log.warning("could not look what is due: %r", error)

    return look
