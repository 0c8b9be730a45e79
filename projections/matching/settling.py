"""After each batch: score again what changed, and only that.

Contacts and homes come through different partitions at the same time. A lock for each agency,
taken before reading, puts their batches one after the other, so that the later one sees the
earlier one's rows and no pair is missed. What stands in `matches` depends on the final state of
homes and wishes alone.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from pydantic_core import to_json

from domain.contacts import Requirements
from domain.kernel import Recorded
from domain.matching import Home, Match, Ranker, Wish
from domain.properties import PropertyDetails
from domain.terms import Purpose
from domain.values import GeoPoint, Money
from projections.base import Settle

S = TypeVar("S")
T = TypeVar("T")
Pair = tuple[Wish, Home]
Cursor = AsyncCursor[tuple[Any, ...]]

SUBJECTS_AT_ONCE = 100
ROWS_AT_ONCE = 4000
REMEMBERED = 32_768


@dataclass
class Touched:
    """What a batch changed in one agency."""

    contacts: set[UUID] = field(default_factory=set)
    homes: set[UUID] = field(default_factory=set)


def settling(ranker: Ranker) -> Settle:
    """The projection's `settle` with this ranker."""

    async def settle(conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
        async with conn.cursor(row_factory=tuple_row) as cursor:
            for agency, touched in sorted(_touched(steps).items()):
                await cursor.execute(LOCK, {"agency": str(agency)})
                await _settle(cursor, ranker, agency, touched)

    return settle


def _touched(steps: Iterable[Recorded]) -> dict[UUID, Touched]:
    found: dict[UUID, Touched] = defaultdict(Touched)
    for step in steps:
        mine = found[step.agency]
        (mine.homes if step.fact.context() == "properties" else mine.contacts).add(step.stream)
    return found


async def _settle(cursor: Cursor, ranker: Ranker, agency: UUID, touched: Touched) -> None:
    contacts, homes = sorted(touched.contacts), sorted(touched.homes)
    ids = {"agency": agency, "contacts": contacts, "homes": homes}
    await cursor.execute(FORGET, ids)
    for some in _slices(contacts):
        pairs = await _candidates(cursor, OF_CONTACTS, ids | {"some": some})
        wishes = _grouped(pairs)
        await _keep(cursor, ranker, (ranker.rank(wish, found) for wish, found in wishes))
    for some in _slices(homes):
        pairs = await _candidates(cursor, OF_HOMES, ids | {"some": some})
        wanted = _grouped((home, wish) for wish, home in pairs)
        await _keep(cursor, ranker, (ranker.rank_clients(home, by) for home, by in wanted))


async def _candidates(cursor: Cursor, sql: LiteralString, ids: dict[str, Any]) -> list[Pair]:
    """Pairs that no column speaks against; the ranker makes the exact checks."""
    pairs = await (await cursor.execute(sql, ids)).fetchall()
    contacts, homes = {contact for contact, _ in pairs}, {home for _, home in pairs}
    if not pairs:
        return []
    rows = await cursor.execute(WISHES, {"ids": list(contacts)})
    wishes = {row[0]: _wish(*row) for row in await rows.fetchall()}
    rows = await cursor.execute(HOMES, {"ids": list(homes)})
    known = {row[0]: _home(*row) for row in await rows.fetchall()}
    return [(wishes[contact], known[home]) for contact, home in pairs]


async def _keep(cursor: Cursor, ranker: Ranker, ranked: Iterable[list[Match]]) -> None:
    """Other tasks of the process get their turn after each subject."""
    rows: list[dict[str, Any]] = []
    for matches in ranked:
        rows += map(_stored, matches)
        if len(rows) >= ROWS_AT_ONCE:
            await _insert(cursor, ranker, rows)
            rows = []
        await asyncio.sleep(0)
    await _insert(cursor, ranker, rows)


async def _insert(cursor: Cursor, ranker: Ranker, rows: list[dict[str, Any]]) -> None:
    if rows:
        ranked_by = {"ranker": ranker.name, "ranker_version": ranker.version}
        await cursor.execute(KEEP, ranked_by | {"matches": to_json(rows)})


def _stored(match: Match) -> dict[str, Any]:
    return {
        "contact_id": match.contact_id,
        "property_id": match.property_id,
        "score": match.score,
        "reasons": [reason.stored() for reason in match.reasons],
    }


def _grouped(pairs: Iterable[tuple[S, T]]) -> Iterator[tuple[S, list[T]]]:
    """Each first one with all its second ones; one is the same as another if it is that object."""
    found: dict[int, tuple[S, list[T]]] = {}
    for one, other in pairs:
        found.setdefault(id(one), (one, []))[1].append(other)
    yield from found.values()


def _slices(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), SUBJECTS_AT_ONCE):
        yield ids[start : start + SUBJECTS_AT_ONCE]


@lru_cache(maxsize=REMEMBERED)
def _wish(id: UUID, requirements: str) -> Wish:
    return Wish(id=id, requirements=Requirements.model_validate_json(requirements))


@lru_cache(maxsize=REMEMBERED)
def _home(id: UUID, purpose: str, price: Decimal, currency: str, *rest: Any) -> Home:
    located, latitude, longitude, details = rest
    return Home(
        id=id,
        purpose=Purpose(purpose),
        price=Money(amount=price, currency=currency),
        point=GeoPoint(latitude=latitude, longitude=longitude) if located else None,
        details=PropertyDetails.model_validate_json(details),
    )


LOCK = """
    select pg_advisory_xact_lock(hashtextextended('matches ' || %(agency)s, 0)),
        set_config('jit', 'off', true)
"""
FORGET = """
    delete from matches where agency = %(agency)s
        and (contact_id = any(%(contacts)s) or property_id = any(%(homes)s))
"""
FITS = """
    and home.purpose = wish.purpose
    and (wish.price_to is null or home.price <= wish.price_to)
    and (wish.currency is null or home.currency = wish.currency)
    and (wish.bedrooms_min is null or home.bedrooms >= wish.bedrooms_min)
    and (wish.bedrooms_max is null or home.bedrooms <= wish.bedrooms_max)
    and (wish.bathrooms_min is null or home.bathrooms >= wish.bathrooms_min)
    and (wish.living_min_sqm is null or home.living_sqm >= wish.living_min_sqm)
    and (wish.living_max_sqm is null or home.living_sqm <= wish.living_max_sqm)
    and (wish.types = '{}' or home.property_type = any(wish.types))
    and home.tags @> wish.must_tags
"""
BOXES = """
    unnest(wish.souths, wish.norths, wish.wests, wish.easts) as box (south, north, west, east)
"""
IN_BOX = """
    home.latitude between box.south and box.north and home.longitude between box.west and box.east
"""
OF_CONTACTS = f"""
    with wish as materialized (
        select * from match_wishes where agency = %(agency)s and id = any(%(some)s)
            and status = 'active' and requirements is not null
    )
    select distinct wish.id, home.id
    from wish cross join lateral {BOXES}
    join match_homes home on {IN_BOX} and home.status = 'active' and home.agency = %(agency)s {FITS}
"""
OF_HOMES = f"""
    with home as materialized (
        select * from match_homes
        where agency = %(agency)s and id = any(%(some)s) and status = 'active'
    )
    select wish.id, home.id
    from home join match_wishes wish on wish.agency = %(agency)s and wish.status = 'active'
        and home.latitude between wish.south and wish.north
        and home.longitude between wish.west and wish.east {FITS}
        and wish.id <> all(%(contacts)s)
    where exists (select from {BOXES} where {IN_BOX})
"""
WISHES = "select id, requirements::text from match_wishes where id = any(%(ids)s)"
HOMES = """
    select id, purpose, price, currency, located, latitude, longitude, details::text
    from match_homes where id = any(%(ids)s)
"""
KEEP = """
    insert into matches (
        agency, contact_id, property_id, score, reasons, ranker, ranker_version,
        contact_position, property_position, updated_at
    )
    select wish.agency, wish.id, home.id, match.score, match.reasons, %(ranker)s,
        %(ranker_version)s, wish.position, home.position,
        greatest(wish.updated_at, home.updated_at)
    from jsonb_to_recordset(convert_from(%(matches)s, 'UTF8')::jsonb)
        as match (contact_id uuid, property_id uuid, score numeric, reasons jsonb)
    join match_wishes wish on wish.id = match.contact_id
    join match_homes home on home.id = match.property_id
"""
