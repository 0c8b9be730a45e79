"""How long after a command's answer the change is seen in GraphQL, in process and through Kafka.

    .venv/bin/python benchmarks/freshness.py [FOLDER] [--quick]

Starts Postgres, a broker and the processes of each way in FOLDER (or a temporary one). Each sample
is one HTTP command followed by one GraphQL query that waits for the position of its receipt.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from commands.base import Role
from commands.properties import ListProperty
from infra.auth import Identity, issue_token
from infra.embedded import embedded_postgres
from infra.kafka.broker import Broker

SECRET = "a secret of at least thirty-two bytes"
AIMS = {"freshness_in_process": 50.0, "freshness_kafka": 250.0}
WARM_UP = 20
PAUSE = 0.01
SEEN = "query ($id: UUID!, $at: Position) { property(id: $id, atLeast: $at) { position } }"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where the servers keep their data")
    parser.add_argument("--quick", action="store_true", help="200 samples each instead of 1,000")
    asked = parser.parse_args()
    samples = 200 if asked.quick else 1000
    with tempfile.TemporaryDirectory(prefix="freshness-") as made:
        folder = asked.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        for name in AIMS:
            with system(folder / name, kafka=name == "freshness_kafka") as client:
                print(json.dumps(report(name, measure(client, samples))), flush=True)


@contextmanager
def system(folder: Path, *, kafka: bool) -> Iterator[httpx.Client]:
    """The whole of it, ready, and a client who is signed in."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with ExitStack() as parts:
        environment = {
            "DEEDBOOK_DATABASE_URL": parts.enter_context(embedded_postgres(folder / "postgres")),
            "DEEDBOOK_HOME": str(folder),
            "DEEDBOOK_JWT_SECRET": SECRET,
            "DEEDBOOK_LOG_LEVEL": "WARNING",
        }
        if kafka:
            broker = parts.enter_context(Broker(folder / "kafka"))
            environment["DEEDBOOK_KAFKA"] = broker.bootstrap
        for command in (f"api --port {port}", *(("relay", "worker") if kafka else ())):
            parts.enter_context(process(command, environment, folder))
        headers = {"Authorization": f"Bearer {token()}"}
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)
        yield parts.enter_context(client)


@contextmanager
def process(command: str, environment: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / f"{command.split()[0]}.log").open("wb") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "infra.cli", *command.split()],
            env=os.environ | environment,
            cwd=Path(__file__).parents[1],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()


def measure(client: httpx.Client, samples: int) -> list[float]:
    """Milliseconds from the command's answer to the row in GraphQL, for each reprice of a home."""
    until_up(client)
    example = ListProperty.EXAMPLE | {"property_id": str(uuid4())}
    home = sent(client, "list-property", example)
    until_seen(client, home)
    found: list[float] = []
    for number in range(samples + WARM_UP):
        price = {"amount": str(500_000 + number), "currency": "USD"}
        body = {"property_id": home["id"], "list_price": price}
        receipt = sent(client, "reprice-property", body)
        answered = time.perf_counter()
        assert seen(client, receipt)
        found.append((time.perf_counter() - answered) * 1000)
        time.sleep(PAUSE)
    return found[WARM_UP:]


def until_up(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if client.get("/health").is_success:
                return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def until_seen(client: httpx.Client, receipt: dict[str, Any]) -> None:
    deadline = time.monotonic() + 60
    while not seen(client, receipt):
        if time.monotonic() > deadline:
            raise TimeoutError("the first change is not seen within a minute")


def sent(client: httpx.Client, name: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/commands/{name}", json=body)
    assert answer.is_success, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def seen(client: httpx.Client, receipt: dict[str, Any]) -> bool:
    """Whether the query, which waits for the position, found the row there."""
    variables = {"id": receipt["id"], "at": receipt["position"]}
    answer = client.post("/graphql", json={"query": SEEN, "variables": variables}).json()
    row = (answer.get("data") or {}).get("property")
    return row is not None and int(row["position"]) >= int(receipt["position"])


def report(name: str, found: list[float]) -> dict[str, Any]:
    ordered = sorted(found)
    p50, p99 = (round(ordered[int(len(ordered) * share)], 1) for share in (0.5, 0.99))
    return {
        "name": name,
        "ours": p99,
        "reference": AIMS[name],
        "ratio": round(AIMS[name] / p99, 2),
        "unit": "ms",
        "n": len(found),
        "detail": {
            "p50": p50,
            "p99": p99,
            "max": round(ordered[-1], 1),
            "load": os.getloadavg()[0],
        },
    }


def token() -> str:
    return issue_token(Identity(uuid4(), "anna", frozenset(Role)), SECRET)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
