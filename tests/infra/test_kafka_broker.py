import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from infra.kafka.broker import Broker, BrokerFailed, JarsMissing, create_topics, fetch
from infra.kafka.topics import TopicRefused
from tests.processes import needs_java

PROJECT = Path(__file__).parents[2]
STARTER = "from pathlib import Path; import sys, time; from infra.kafka.broker import Broker; "


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    needs_java()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("kafka")) as started:
        yield started


def test_a_started_broker_serves_topics_and_groups(broker: Broker) -> None:
    asyncio.run(create_topics(broker.bootstrap, {"sales": 2}))
    asyncio.run(send_numbers(broker.bootstrap, "sales", 100))
    assert sorted(asyncio.run(read_numbers(broker.bootstrap, "sales", 100))) == list(range(100))


def test_creating_a_topic_again_changes_nothing(broker: Broker) -> None:
    for _ in range(2):
        asyncio.run(create_topics(broker.bootstrap, {"viewings": 3, "offers": 1}))
    with pytest.raises(TopicRefused, match="viewings has 3 partitions, not 4"):
        asyncio.run(create_topics(broker.bootstrap, {"viewings": 4}))


def test_a_refused_topic_is_named(broker: Broker) -> None:
    with pytest.raises(TopicRefused, match="no spaces: InvalidTopic"):
        asyncio.run(create_topics(broker.bootstrap, {"no spaces": 1}))


def test_a_crash_loses_nothing_acknowledged_and_keeps_order(broker: Broker) -> None:
    before = broker.bootstrap, broker.pid

    async def crash_in_mid_flow() -> list[int]:
        await create_topics(broker.bootstrap, {"crash": 1})
        acknowledged: list[int] = []
        sending = asyncio.create_task(
            send_numbers(broker.bootstrap, "crash", 400, acknowledged.append)
        )
        while len(acknowledged) < 100:
            await asyncio.sleep(0)
        broker.kill()
        assert not sending.done()
        await asyncio.to_thread(broker.start)
        await sending
        return await read_numbers(broker.bootstrap, "crash", 400)

    assert asyncio.run(crash_in_mid_flow()) == list(range(400))
    assert broker.bootstrap == before[0]
    assert broker.pid not in (None, before[1])


def test_a_stopped_broker_keeps_its_topics(broker: Broker) -> None:
    asyncio.run(create_topics(broker.bootstrap, {"kept": 1}))
    asyncio.run(send_numbers(broker.bootstrap, "kept", 10))
    broker.stop()
    assert broker.pid is None
    broker.start()
    assert asyncio.run(read_numbers(broker.bootstrap, "kept", 10)) == list(range(10))


def test_a_folder_runs_one_broker(broker: Broker) -> None:
    with pytest.raises(BrokerFailed, match="already running"):
        Broker(broker.folder).start()


def test_a_broker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = STARTER + "Broker(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout and starter.stdout.readline() == b"up\n"
        assert Broker(tmp_path).pid
        starter.send_signal(signal.SIGKILL)
    assert eventually(lambda: Broker(tmp_path).pid is None)


def test_a_start_that_fails_says_why_and_leaves_no_process(tmp_path: Path) -> None:
    with Broker(tmp_path) as broken:
        pass
    identity = tmp_path / "data" / "meta.properties"
    identity.write_text(identity.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(BrokerFailed, match=r"(?s)died while starting; it said:.*node"):
        broken.start()
    assert broken.pid is None


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BrokerFailed, match=f"port {port} is taken"):
            Broker(tmp_path, port=port).start()


def test_developers_start_and_stop_a_broker_that_stays(tmp_path: Path) -> None:
    port = free_port()

    def ask(action: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "infra.kafka.broker", action]
        command += ["--folder", str(tmp_path), "--port", str(port)]
        run = subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr

    assert ask("status") == (3, "stopped\n")
    try:
        assert ask("start") == (0, f"running on 127.0.0.1:{port}, pid {Broker(tmp_path).pid}\n")
        assert ask("start")[0] == 1
        assert ask("status")[0] == 0
    finally:
        assert ask("stop") == (0, "stopped\n")


def test_fetched_jars_are_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fetch()
    monkeypatch.setenv("PATH", "")
    assert fetch() == folder


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(BrokerFailed, match=r"java is missing: install a JDK 17\+"):
        Broker(tmp_path).start()
    monkeypatch.setenv("KAFKA_LIB", str(tmp_path))
    with pytest.raises(JarsMissing, match=r"install Maven 3\.8\+"):
        fetch()


async def send_numbers(
    bootstrap: str, topic: str, count: int, on_acknowledged: Callable[[int], object] = id
) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True
    ) as producer:
        for number in range(count):
            await producer.send_and_wait(topic, str(number).encode())
            on_acknowledged(number)


async def read_numbers(bootstrap: str, topic: str, count: int) -> list[int]:
    """All of the topic's numbers, read as a new group; waits until there are `count`."""
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=f"{topic}-{os.urandom(4).hex()}",
        auto_offset_reset="earliest",
    ) as consumer:
        found: list[int] = []
        async with asyncio.timeout(30):
            while len(found) < count:
                batches = await consumer.getmany(timeout_ms=200)
                found += [int(each.value) for batch in batches.values() for each in batch]
        return found


def eventually(holds: Callable[[], bool], within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
