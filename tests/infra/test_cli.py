"""The command line: what it starts, how it stops, and how it says what is wrong."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from commands.ledger import Deedbook
from commands.properties import ListProperty
from infra.auth import read_token
from tests.infra.commandline import environment, run, start

SECRET = "a secret for tests that is long enough"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def ask(url: str, token: str = "", body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    return httpx.request(method, url, json=body, headers=headers, timeout=20).json()


def stuck(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said, ended."""
    process.kill()
    return process.communicate()


@contextmanager
def serving(
    *words: str, cwd: Path, env: dict[str, str], port: int
) -> Iterator[subprocess.Popen[str]]:
    process = start(*words, cwd=cwd, env=env)
    until = time.monotonic() + 60
    try:
        while True:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until, stuck(process)
            try:
                ask(f"http://127.0.0.1:{port}/health")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_api_serves_projects_and_stops_cleanly(tmp_path: Path) -> None:
    port = free_port()
    env = environment(tmp_path, jwt_secret=SECRET, port=str(port))
    address = f"http://127.0.0.1:{port}"
    with serving("api", cwd=tmp_path, env=env, port=port) as process:
        token = run("token", "--user", "mia", cwd=tmp_path, env=env).stdout.strip()
        receipt = ask(f"{address}/commands/list-property", token, ListProperty.EXAMPLE)
        assert "id" in receipt, receipt
        query = "query($id: UUID!, $at: Position) { property(id: $id, atLeast: $at) { listingId } }"
        variables = {"id": receipt["id"], "at": receipt["position"]}
        asked = {"query": query, "variables": variables}
        found = ask(f"{address}/graphql", token, asked)
        assert found["data"]["property"]["listingId"] == ListProperty.EXAMPLE["listing_id"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_a_port_that_is_taken_is_said(tmp_path: Path, dsn: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = environment(tmp_path, jwt_secret=SECRET, database_url=dsn)
        done = run("api", "--port", str(port), cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_runner_stops_at_sigterm(tmp_path: Path, store: Deedbook, dsn: str) -> None:
    env = environment(tmp_path, database_url=dsn)
    process = start("runner", cwd=tmp_path, env=env)
    listening = "select count(*) from pg_stat_activity where query = 'listen deedbook_events'"
    with psycopg.connect(dsn, autocommit=True) as conn:
        until = time.monotonic() + 30
        while conn.execute(listening).fetchone() == (0,) and time.monotonic() < until:
            assert process.poll() is None, process.communicate()
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors


def test_a_token_tells_who_one_is(tmp_path: Path) -> None:
    agency = "22222222-2222-4222-8222-222222222222"
    words = ["--user", "ben", "--agency", agency, "--role", "auditor", "--hours", "1"]
    env = environment(tmp_path, jwt_secret=SECRET)
    done = run("token", *words, cwd=tmp_path, env=env)
    identity = read_token(done.stdout.strip(), SECRET)
    assert (identity.user, str(identity.agency)) == ("ben", agency)
    assert identity.roles == {"auditor"}


def test_in_development_a_secret_is_made_and_kept(tmp_path: Path) -> None:
    env = environment(tmp_path, development="1")
    token = run("token", cwd=tmp_path, env=env).stdout.strip()
    again = run("token", cwd=tmp_path, env=environment(tmp_path)).stdout.strip()
    secret = (tmp_path / "jwt-secret").read_text()
    assert read_token(token, secret) == read_token(again, secret)


@pytest.mark.parametrize(
    ("words", "settings", "code", "told"),
    [
        (("token",), {}, 2, "DEEDBOOK_JWT_SECRET"),
        (("token",), {"jwt_secret": "short"}, 2, "32 bytes"),
        (("token", "--role", "king"), {}, 2, "king"),
        (("token", "--agency", "x"), {}, 2, "agency"),
        (("doctor",), {"port": "many"}, 2, "DEEDBOOK_PORT"),
        (("relay",), {}, 2, "DEEDBOOK_KAFKA"),
        (("worker",), {}, 2, "DEEDBOOK_KAFKA"),
        (("init",), {"database_url": "postgresql://127.0.0.1:1/x"}, 1, "does not answer"),
        (("unpark", "cellar"), {}, 2, "no projection"),
        (("dance",), {}, 2, "dance"),
    ],
)
def test_what_is_wrong_is_said_without_a_trace(
    tmp_path: Path, words: tuple[str, ...], settings: dict[str, str], code: int, told: str
) -> None:
    done = run(*words, cwd=tmp_path, env=environment(tmp_path, **settings))
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_init_makes_the_tables_and_may_be_repeated(
    tmp_path: Path, store: Deedbook, dsn: str
) -> None:
    env = environment(tmp_path, database_url=dsn)
    for _ in range(2):
        assert run("init", cwd=tmp_path, env=env).returncode == 0
