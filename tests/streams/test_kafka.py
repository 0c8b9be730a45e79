"""The whole way over a real broker: relay, Kafka, Faust workers, tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord

from commands.ledger import Deedbook
from infra.kafka.broker import Broker
from infra.kafka.topics import create_topics, delete_topics
from streams.envelope import PARTITIONS, TOPICS, Envelope, partition_of
from tests.processes import Process, eventually
from tests.streams.cluster import Cluster, as_one_clean_pass, ask, cluster, stored


@pytest.fixture
def system(dsn: str, kafka: Broker, tmp_path: Path) -> Iterator[Cluster]:
    with cluster(dsn, kafka, tmp_path) as made:
        yield made


def test_kafka_and_the_in_process_runner_make_the_same_tables(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    ask(store, agency, range(10))
    system.start("relay")
    system.start("worker")
    ask(store, agency, range(10, 30))
    system.until_caught_up()
    check_the_chain(system.broker.bootstrap, stored(system.dsn))
    as_one_clean_pass(system.dsn, store)


def test_a_worker_that_is_killed_leaves_its_partitions_to_the_other(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    system.start("relay")
    first, second = system.start("worker"), system.start("worker")
    eventually(lambda: all(partitions_of(system, each) for each in (first, second)))
    ask(store, agency, range(10))
    first.kill()
    ask(store, agency, range(10, 20))
    system.until_caught_up()
    assert partitions_of(system, second) == len(TOPICS) * PARTITIONS
    assert second.stop() == 0
    as_one_clean_pass(system.dsn, store)


def test_the_second_relay_takes_over_when_the_first_is_killed(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    first = system.start("relay")
    eventually(lambda: epoch(system.dsn) == 1)
    second = system.start("relay")
    system.start("worker")
    ask(store, agency, range(5))
    first.kill()
    ask(store, agency, range(5, 10))
    system.until_caught_up()
    assert epoch(system.dsn) == 2
    assert second.stop() == 0
    check_the_chain(system.broker.bootstrap, stored(system.dsn))
    as_one_clean_pass(system.dsn, store)


def test_a_leader_whose_time_is_over_changes_nothing(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    relay = system.start("relay")
    eventually(lambda: epoch(system.dsn) == 1)
    with psycopg.connect(system.dsn, autocommit=True) as conn:
        conn.execute("update relay_checkpoints set epoch = 7")
    ask(store, agency, range(2))
    eventually(lambda: epoch(system.dsn) == 8)
    assert "epoch 1 is over" in system.log_of(relay)
    system.start("worker")
    system.until_caught_up()
    check_the_chain(system.broker.bootstrap, stored(system.dsn))
    as_one_clean_pass(system.dsn, store)


def test_everything_goes_on_by_itself_when_the_broker_comes_back(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    relay, worker = system.start("relay"), system.start("worker")
    ask(store, agency, range(5))
    system.until_caught_up()
    system.broker.kill()
    ask(store, agency, range(5, 10))
    system.broker.start()
    ask(store, agency, range(10, 15))
    system.until_caught_up()
    assert (relay.exited, worker.exited) == (None, None)
    as_one_clean_pass(system.dsn, store)


def test_what_kafka_has_lost_comes_from_the_store(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    """Sent and deleted before any worker could read it; the second time also at the end."""
    relay = system.start("relay")
    ask(store, agency, range(10))
    eventually(lambda: relayed(system.dsn) == stored(system.dsn))
    worker = system.start("worker")
    system.until_caught_up()
    worker.stop()
    ask(store, agency, range(10, 15))
    eventually(lambda: relayed(system.dsn) == stored(system.dsn))
    relay.stop()
    asyncio.run(delete_topics(system.broker.bootstrap, TOPICS))
    asyncio.run(create_topics(system.broker.bootstrap, TOPICS))
    system.start("relay")
    system.start("worker")
    ask(store, agency, range(15, 20))
    system.until_caught_up()
    assert stored(system.dsn, "gaps") > 0
    as_one_clean_pass(system.dsn, store)


def test_topics_deleted_under_relay_and_worker_are_made_again(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    system.start("relay")
    system.start("worker")
    ask(store, agency, range(5))
    system.until_caught_up()
    asyncio.run(delete_topics(system.broker.bootstrap, TOPICS))
    ask(store, agency, range(5, 10))
    system.until_caught_up()
    as_one_clean_pass(system.dsn, store)


def test_lost_database_connections_are_made_again(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    relay, worker = system.start("relay"), system.start("worker")
    ask(store, agency, range(2))
    system.until_caught_up()
    for number in range(2, 8):
        cut_connections(system.dsn)
        ask(store, agency, range(number, number + 1))
    system.until_caught_up()
    assert (relay.exited, worker.exited) == (None, None)
    as_one_clean_pass(system.dsn, store)


def test_messages_that_cannot_be_read_stop_nothing(
    system: Cluster, store: Deedbook, agency: UUID
) -> None:
    """Not JSON, no envelope, a fact of tomorrow, no headers: each before real ones come."""
    system.start("relay")
    worker = system.start("worker")
    ask(store, agency, range(2))
    system.until_caught_up()
    asyncio.run(send_rubbish(system.broker.bootstrap))
    ask(store, agency, range(2, 6))
    system.until_caught_up()
    eventually(lambda: system.log_of(worker).count("unreadable") >= len(RUBBISH))
    assert stored(system.dsn, "gaps") == 0
    as_one_clean_pass(system.dsn, store)


def cut_connections(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )


RUBBISH = (b"{", b"[]", b'{"name": "property.teleported"}', b"")


async def send_rubbish(bootstrap: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for name in TOPICS:
            for number in range(PARTITIONS):
                for value in RUBBISH:
                    await producer.send(name, value, partition=number)


def partitions_of(system: Cluster, worker: Process) -> int:
    """How many partitions the worker said it was given last."""
    given = re.findall(r"Setting newly assigned partitions (.*?) for group", system.log_of(worker))
    return given[-1].count("TopicPartition") if given else 0


def epoch(dsn: str) -> int:
    return _relay(dsn, "epoch")


def relayed(dsn: str) -> int:
    return _relay(dsn, "last_position")


def _relay(dsn: str, column: str) -> int:
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute(f"select {column} from relay_checkpoints".encode()).fetchone()
        return int(row[0]) if row else 0


def check_the_chain(bootstrap: str, count: int) -> None:
    """Each position once or more, in order but for what was sent again, each naming the last."""
    seen: dict[TopicPartition, int] = {}
    found: set[int] = set()
    for message in asyncio.run(messages(bootstrap)):
        headers = {name: value.decode() for name, value in message.headers}
        position, prev = int(headers["position"]), int(headers["prev"])
        place = TopicPartition(message.topic, message.partition)
        step = Envelope.model_validate_json(message.value).recorded()
        assert (step.position, step.fact.NAME) == (position, headers["name"])
        assert message.key == str(step.stream).encode()
        assert message.partition == partition_of(step.stream)
        assert prev < position and (prev == seen.get(place, 0) or position <= seen[place])
        seen[place] = max(position, seen.get(place, 0))
        found.add(position)
    assert found == set(range(1, count + 1))


async def messages(bootstrap: str) -> list[ConsumerRecord]:
    """All there is in all our topics."""
    places = [TopicPartition(name, number) for name in TOPICS for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(30):
            while len(found) < sum(ends.values()):
                batches = await consumer.getmany(timeout_ms=200)
                found += [each for batch in batches.values() for each in batch]
        return found
