"""kill -9 of each process in turn, under load: nothing is lost, nothing doubled."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from strawberry.utils.str_converters import to_kebab_case
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from commands.base import Command
from commands.ledger import Deedbook, Receipt
from infra.kafka.broker import Broker
from tests.infra.server import SECRET, caller
from tests.processes import Process, eventually
from tests.streams.cluster import Cluster, as_one_clean_pass, cluster, commands, stored

COMMANDS = 500
BEFORE_THE_KILL = 150
THREADS = 6
HOMES = range(-(-COMMANDS // len(commands(0))))


class Agents:
    """Six agents at once; each sends a command again, with its id, until it is acknowledged."""

    def __init__(self, address: str, agency: UUID) -> None:
        self.client = caller(address, agency)
        self.receipts: list[Receipt] = []
        self.threads = ThreadPoolExecutor(THREADS)

    def __enter__(self) -> list[Future[None]]:
        every = [commands(number) for number in HOMES]
        left = COMMANDS
        futures: list[Future[None]] = []
        for one in every:
            futures.append(self.threads.submit(self._ask_in_turn, one[:left]))
            left -= len(one)
        return futures

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown(cancel_futures=True)
        self.client.close()

    def _ask_in_turn(self, wanted: list[Command]) -> None:
        for command in wanted:
            self.receipts.append(self._acknowledged(command, uuid4()))

    @retry(
        retry=retry_if_exception_type(httpx.HTTPError),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(60),
    )
    def _acknowledged(self, command: Command, command_id: UUID) -> Receipt:
        answer = self.client.post(
            f"/commands/{to_kebab_case(type(command).__name__)}",
            headers={"Idempotency-Key": str(command_id)},
            json=command.model_dump(mode="json"),
        )
        answer.raise_for_status()
        return Receipt.model_validate(answer.json())


@pytest.fixture
def system(dsn: str, kafka: Broker, tmp_path: Path) -> Iterator[Cluster]:
    with cluster(dsn, kafka, tmp_path) as made:
        yield made


@pytest.mark.parametrize("victim", ["relay", "worker", "api", "broker"])
def test_a_killed_process_loses_and_doubles_nothing(
    victim: str, system: Cluster, store: Deedbook, agency: UUID
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    processes = {
        "relay": system.start("relay"),
        "worker": system.start("worker"),
        "api": system.start(f"api --port {port}", DEEDBOOK_JWT_SECRET=SECRET),
    }
    eventually(lambda: is_up(address))
    agents = Agents(address, agency)
    with agents as asking:
        eventually(lambda: len(agents.receipts) >= BEFORE_THE_KILL)
        kill_and_restart(processes.get(victim) or system.broker)
        for each in asking:
            each.result(timeout=120)
    system.until_caught_up()
    assert len({receipt.position for receipt in agents.receipts}) == COMMANDS
    assert stored(system.dsn, "deedbook_commands") == COMMANDS
    assert_versions_are_those_acknowledged(system.dsn, agents.receipts)
    as_one_clean_pass(system.dsn, store)


def kill_and_restart(victim: Process | Broker) -> None:
    """As a supervisor does at once."""
    restart: Callable[[], object] = victim.start
    victim.kill()
    restart()


def assert_versions_are_those_acknowledged(dsn: str, receipts: list[Receipt]) -> None:
    """Every acknowledged version is in the store, at its position, and none beyond."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = conn.execute(
            "select originator_id, originator_version, notification_id from deedbook_events"
        ).fetchall()
    found = {row for row in rows if row[0] in {receipt.id for receipt in receipts}}
    assert found == {(each.id, each.version, each.position) for each in receipts}
    assert sorted(position for _, _, position in rows) == list(range(1, len(rows) + 1))


def is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port
