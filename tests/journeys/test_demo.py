"""The demo as somebody sees it who has just cloned the repository."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

from infra.demo.clients import clients
from infra.demo.loading import SAMPLE
from infra.importing.places import king_county
from tests.infra.commandline import environment, run, start


def test_once_it_prints_matches_with_reasons_and_a_comparison(tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    asked = ("demo", "--once", "--port", "0", "--homes", "1500", "--clients", "60")
    first = run(*asked, cwd=tmp_path, env=env, seconds=180)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count("Looks for") == 3
    assert first.stdout.count(" fit. The best 3:") == 3
    assert len(re.findall(r"^ +\+ ", first.stdout, re.MULTILINE)) >= 9
    assert "side by side" in first.stdout
    assert "List price" in first.stdout
    assert "comes first for" in " ".join(first.stdout.split())
    assert max(map(len, first.stdout.splitlines())) <= 100
    assert "1,500 new" in first.stderr
    again = run(*asked, cwd=tmp_path, env=env, seconds=60)
    assert again.returncode == 0, again.stderr
    assert "all there already" in again.stderr
    assert without_time(again.stdout) == without_time(first.stdout)


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    told = tmp_path / "told.txt"
    with told.open("w") as file:
        asked = ("demo", "--port", "0", "--homes", "100", "--clients", "10")
        process = start(*asked, cwd=tmp_path, env=env, stdout=file.fileno())
        until = time.monotonic() + 120
        while "Ctrl-C" not in told.read_text() and time.monotonic() < until:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert re.search(r"http://127\.0\.0\.1:\d+/graphql#token=\S+", told.read_text())
    assert not (tmp_path / "home" / "postgres" / "postmaster.pid").exists()


def test_the_sample_is_small_and_the_clients_are_invented() -> None:
    assert SAMPLE.stat().st_size < 1_000_000
    prices = {place.postal_code: 500_000.0 for place in king_county()}
    people = clients(500, prices)
    assert people == clients(500, prices)
    assert len({person["email"] for person in people}) == 500
    assert all(re.fullmatch(r"\S+@example\.(com|org)", person["email"]) for person in people)
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", person["phone"]) for person in people)


def without_time(printed: str) -> str:
    return re.sub(r"Done after \d+ s", "", printed)
