"""The book's state in plain words: what is up, what lags, what is parked, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from aiokafka.errors import KafkaError
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from infra.kafka.topics import until_ready
from infra.relay import LOCK_KEY
from infra.settings import Settings
from infra.vitals import Vitals, vitals

PATIENCE_SECONDS = 2.0
BROKER_SECONDS = 5.0
LOOK_AGAIN = 0.2
MOST_PARKED_SHOWN = 20

Row = dict[str, Any]
Conn = AsyncConnection[Any]


class Part(StrEnum):
    POSTGRES = "postgres"
    STORE = "store"
    BROKER = "broker"
    RELAY = "relay"
    PROJECTIONS = "projections"


@dataclass(frozen=True)
class Lag:
    left: int
    well: bool


@dataclass(frozen=True)
class Finding:
    """`todo` is empty where nothing is to be done."""

    part: Part
    name: str
    well: bool
    says: str
    todo: str = ""


async def checkup(dsn: str, config: Settings) -> list[Finding]:
    """Everything that can be found out; stops at a database that does not answer."""
    try:
        conn: Conn = await AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        return [_no_postgres(error)]
    async with conn:
        return [finding async for finding in _look(conn, config)]


async def _look(conn: Conn, config: Settings) -> AsyncIterator[Finding]:
    yield await _postgres(conn, config)
    if not await _value(conn, "select to_regclass('parked') is not null"):
        todo = "Run `deedbook init`, or start the API."
        yield Finding(Part.STORE, "Store", False, "its tables are not there yet", todo)
        return
    yield await _store(conn)
    yield await _broker(config)
    yield await _relay(conn, config)
    async for finding in _projections(conn, config):
        yield finding
    async for finding in _parked(conn):
        yield finding
    async for finding in _gaps(conn):
        yield finding


def _no_postgres(error: psycopg.OperationalError) -> Finding:
    said = " ".join(str(error).split())
    return Finding(
        Part.POSTGRES,
        "Postgres",
        False,
        f"does not answer: {said}",
        "Start it, and check host, port, user and password in DEEDBOOK_DATABASE_URL.",
    )


async def _postgres(conn: Conn, config: Settings) -> Finding:
    version = await _value(conn, "select split_part(current_setting('server_version'), ' ', 1)")
    where = "embedded" if not config.database_url else f"{conn.info.host}:{conn.info.port}"
    most = await _value(conn, "select current_setting('max_connections')::int")
    open_now = await _value(conn, "select count(*) from pg_stat_activity where datname is not null")
    says = f"answers (version {version}, {where}, {open_now} of {most} connections)"
    full = int(open_now) > 0.9 * int(most)
    todo = "Raise max_connections, or lower DEEDBOOK_POOL_SIZE." if full else ""
    return Finding(Part.POSTGRES, "Postgres", not full, says, todo)


async def _store(conn: Conn) -> Finding:
    head = await _value(conn, HEAD)
    latest = await _value(conn, "select max(at) from deedbook_commands")
    when = f", last command at {latest:%Y-%m-%d %H:%M:%S %Z}" if latest else ""
    return Finding(Part.STORE, "Store", True, f"{head:,} facts in the book{when}")


async def _broker(config: Settings) -> Finding:
    if not config.kafka:
        says = "not used: DEEDBOOK_KAFKA is empty, so the in-process runner does its work"
        return Finding(Part.BROKER, "Broker", True, says)
    if await _answers(config.kafka):
        return Finding(Part.BROKER, "Broker", True, f"answers at {config.kafka}")
    says = f"does not answer at {config.kafka} within {BROKER_SECONDS:.0f} seconds"
    todo = "Start Kafka and check DEEDBOOK_KAFKA. Commands go on; reading stands still meanwhile."
    return Finding(Part.BROKER, "Broker", False, says, todo)


async def _answers(bootstrap: str) -> bool:
    try:
        return await until_ready(bootstrap, lambda: True, BROKER_SECONDS)
    except (KafkaError, OSError, TimeoutError, ValueError):
        return False


async def _relay(conn: Conn, config: Settings) -> Finding:
    if not config.kafka:
        return Finding(Part.RELAY, "Relay", True, "not used")
    leader = await _one(conn, LEADER, {"key": LOCK_KEY})
    if leader is None:
        todo = "Start one: `deedbook relay`. What was not sent yet is sent then."
        return Finding(Part.RELAY, "Relay", False, "nobody leads, so nothing goes to Kafka", todo)
    lag = (await _shrinking(lambda: _relay_lag(conn)))["relay"]
    says = f"leads since {leader['since']:%Y-%m-%d %H:%M:%S %Z}, {_behind(lag.left)}"
    todo = "" if lag.well else "See the relay's log; `deedbook relay` restarted goes on by itself."
    return Finding(Part.RELAY, "Relay", lag.well, says, todo)


async def _relay_lag(conn: Conn) -> Mapping[str, int]:
    return {"relay": int(await _value(conn, RELAY_LAG) or 0)}


async def _projections(conn: Conn, config: Settings) -> AsyncIterator[Finding]:
    for name, lag in (await _shrinking(lambda: _lag(conn, config))).items():
        moves = lag.well or name in await _at_work(conn)
        well = moves and lag.left <= config.most_lag
        todo = "" if well else _stuck(config, moves)
        yield Finding(Part.PROJECTIONS, name, well, _behind(lag.left), todo)


async def _at_work(conn: Conn) -> frozenset[str]:
    """Projections that somebody holds the place of right now: a batch may take long."""
    return frozenset(row["projection"] for row in await _rows(conn, AT_WORK))


async def _lag(conn: Conn, config: Settings) -> Mapping[str, int]:
    """Facts not projected yet; through Kafka, also partitions that wait for what was sent."""
    seen: Vitals = await vitals(conn)
    if not config.kafka:
        return seen.lag
    waiting = {row["projection"]: int(row["places"]) for row in await _rows(conn, WAITING)}
    return {name: max(lag, waiting.get(name, 0)) for name, lag in seen.lag.items()}


def _stuck(config: Settings, moves: bool) -> str:
    if moves:
        return "It is catching up: look again in a minute."
    if config.kafka:
        return "Start a worker (`deedbook worker`), or see why the one there stands still."
    return "Start `deedbook api` or `deedbook runner`: neither seems to be running."


async def _shrinking(measure: Callable[[], Awaitable[Mapping[str, int]]]) -> dict[str, Lag]:
    """Well is where nothing is left, or where it gets less while one looks."""
    clock = asyncio.get_running_loop().time
    first = left = await measure()
    until = clock() + PATIENCE_SECONDS
    while any(left[name] and left[name] >= first[name] for name in first) and clock() < until:
        await asyncio.sleep(LOOK_AGAIN)
        left = await measure()
    return {name: Lag(left[name], not left[name] or left[name] < first[name]) for name in first}


def _behind(left: int) -> str:
    return f"{left:,} {'fact' if left == 1 else 'facts'} behind" if left else "up to date"


async def _parked(conn: Conn) -> AsyncIterator[Finding]:
    for row in await _rows(conn, PARKED, {"most": MOST_PARKED_SHOWN}):
        name, stream = row["projection"], row["stream"]
        reason = " ".join(row["error"].split())[:200]
        waits = f", {row['waiting']} more wait behind it" if row["waiting"] else ""
        of = f" (1 of {row['of_all']} parked)" if row["of_all"] > 1 else ""
        yield Finding(
            Part.PROJECTIONS,
            f"{name}: parked",
            False,
            f"stream {stream} since {row['name']} at {row['position']}{of}: {reason}{waits}",
            f"Mend the cause, then: deedbook unpark {name} {stream}",
        )


async def _gaps(conn: Conn) -> AsyncIterator[Finding]:
    for row in await _rows(conn, GAPS):
        says = (
            f"{row['fetched']} facts that Kafka did not bring came from the store "
            f"({row['gaps']} times, last {row['last']:%Y-%m-%d %H:%M:%S %Z})"
        )
        yield Finding(Part.PROJECTIONS, f"{row['projection']}: gaps filled", True, says)


async def _rows(conn: Conn, sql: str, params: Row | None = None) -> list[Row]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql.encode(), params)).fetchall()


async def _one(conn: Conn, sql: str, params: Row | None = None) -> Row | None:
    return next(iter(await _rows(conn, sql, params)), None)


async def _value(conn: Conn, sql: str) -> Any:
    row = await _one(conn, sql)
    return next(iter(row.values())) if row else None


HEAD = "select coalesce(max(notification_id), 0) as head from deedbook_events"
RELAY_LAG = """
    select (select coalesce(max(notification_id), 0) from deedbook_events)
        - (select coalesce(max(last_position), 0) from relay_checkpoints) as lag
"""
LEADER = """
    select a.backend_start as since from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
        and ((l.classid::bigint << 32) | l.objid::bigint) = %(key)s
"""
WAITING = """
    select c.projection, count(*) as places
    from relay_checkpoints r
    cross join lateral jsonb_each_text(r.partitions) as head (place, position)
    join checkpoints c on c.topic || '/' || c.partition = head.place
    where head.position::bigint > c.last_position
    group by c.projection
"""
AT_WORK = """
    select projection from checkpoints
    except all select projection from (
        select projection from checkpoints for share skip locked
    ) as idle
"""
PARKED = """
    select projection, stream, name, position, error, waiting, count(*) over () as of_all
    from parked order by at, stream limit %(most)s
"""
GAPS = """
    select projection, sum(fetched) as fetched, count(*) as gaps, max(at) as last
    from gaps group by projection order by projection
"""
