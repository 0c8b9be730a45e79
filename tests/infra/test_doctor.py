"""The doctor: healthy is healthy, and everything else is said with what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from commands.ledger import Deedbook
from commands.properties import ListProperty, list_property
from infra.checkup import Finding, Part, checkup
from infra.settings import Settings
from tests.conftest import Desk
from tests.infra.commandline import environment, run
from tests.projecting import project_all

NOWHERE = "127.0.0.1:1"


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {each.name: each for each in findings}


def settings(**changed: object) -> Settings:
    return Settings(database_url="postgresql://elsewhere", kafka="").model_copy(update=changed)


async def test_a_book_that_is_up_to_date_is_well(store: Deedbook, dsn: str) -> None:
    findings = await checkup(dsn, settings())
    assert all(each.well and not each.todo for each in findings), findings
    assert {each.part for each in findings} == set(Part)


async def test_a_projection_that_stands_still_is_told_apart(ledger: Desk, dsn: str) -> None:
    list_property(ListProperty.model_validate(ListProperty.EXAMPLE), ledger)
    board = by_name(await checkup(dsn, settings()))["property_board"]
    assert not board.well
    assert board.says == "2 facts behind"
    assert "deedbook runner" in board.todo


async def test_a_projection_at_work_on_a_long_batch_is_not_called_dead(
    ledger: Desk, dsn: str
) -> None:
    another = {"property_id": None, "listing_id": None}
    list_property(ListProperty.model_validate(ListProperty.EXAMPLE), ledger)
    await asyncio.to_thread(project_all, dsn, ledger.store)
    list_property(ListProperty.model_validate(ListProperty.EXAMPLE | another), ledger.next())
    with psycopg.connect(dsn) as conn:
        conn.execute("select from checkpoints where projection = 'property_board' for update")
        found = by_name(await checkup(dsn, settings()))
    assert (found["property_board"].well, found["property_board"].todo) == (True, "")
    assert "deedbook runner" in found["history"].todo


async def test_a_parked_stream_is_shown_with_its_error_and_the_way_out(
    store: Deedbook, reads: psycopg.Connection[object], dsn: str
) -> None:
    stream = uuid4()
    park(reads, stream)
    findings = by_name(await checkup(dsn, settings()))
    parked = findings["property_board: parked"]
    assert not parked.well
    assert "KeyError: 'x'" in parked.says
    assert parked.todo.endswith(f"deedbook unpark property_board {stream}")


async def test_gaps_that_were_filled_are_mentioned_but_no_trouble(
    store: Deedbook, reads: psycopg.Connection[object], dsn: str
) -> None:
    reads.execute(
        "insert into gaps (projection, topic, partition, after_position, before_position, fetched)"
        " values ('property_board', 'deedbook.properties.v1', 0, 1, 5, 3)"
    )
    filled = by_name(await checkup(dsn, settings()))["property_board: gaps filled"]
    assert filled.well
    assert "3 facts" in filled.says


async def test_with_kafka_a_missing_broker_and_leader_are_trouble(
    store: Deedbook, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.checkup.BROKER_SECONDS", 0.5)
    findings = by_name(await checkup(dsn, settings(kafka=NOWHERE)))
    assert not findings["Broker"].well
    assert NOWHERE in findings["Broker"].says
    assert not findings["Relay"].well
    assert "deedbook relay" in findings["Relay"].todo


async def test_a_database_that_does_not_answer_is_all_that_can_be_said() -> None:
    [finding] = await checkup(f"postgresql://{NOWHERE}/x", settings())
    assert not finding.well
    assert "DEEDBOOK_DATABASE_URL" in finding.todo


def test_the_command_line_shows_it_and_unparks(
    ledger: Desk, store: Deedbook, reads: psycopg.Connection[object], dsn: str, tmp_path: Path
) -> None:
    env = environment(tmp_path, database_url=dsn)
    home = list_property(ListProperty.model_validate(ListProperty.EXAMPLE), ledger)
    project_all(dsn, store)
    assert run("doctor", cwd=tmp_path, env=env).returncode == 0
    park(reads, home.id)
    reads.execute("delete from property_board")
    ill = run("doctor", cwd=tmp_path, env=env)
    assert ill.returncode == 1
    assert "parked" in ill.stdout
    assert run("doctor", "--only", "relay", cwd=tmp_path, env=env).returncode == 0
    done = run("unpark", "property_board", cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (0, f"{home.id}: whole again\n"), done.stderr
    assert reads.execute("select id from property_board").fetchall()
    assert run("doctor", cwd=tmp_path, env=env).returncode == 0
    assert "Nothing is parked" in run("unpark", "property_board", cwd=tmp_path, env=env).stdout


def park(reads: psycopg.Connection[object], stream: object) -> None:
    reads.execute(
        "insert into parked (projection, stream, agency, position, name, error) "
        "values ('property_board', %s, gen_random_uuid(), 1, 'property.listed', $$KeyError: 'x'$$)",
        (stream,),
    )
