"""Matches depend on the final state of contacts and homes alone, whatever came first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as some
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from pydantic_core import from_json, to_json

from commands.contacts import RegisterContact
from commands.desk import handle
from commands.properties import ListProperty, MarkPropertySold, RepriceProperty
from domain.contacts import (
    ArchiveReason,
    Contact,
    ContactArchived,
    ContactReactivated,
    ContactsMerged,
    ContactsUnmerged,
    Requirements,
    RequirementsStated,
)
from domain.kernel import Fact, Recorded
from domain.matching import RANKER, Home, Wish
from domain.properties import (
    Property,
    PropertyAddressCorrected,
    PropertyDetailsCorrected,
    PropertyListed,
    PropertyPublished,
    PropertyReleased,
    PropertyRelisted,
    PropertyRepriced,
    PropertySold,
)
from domain.values import Address, Area, GeoPoint, Money
from projections.catalogue import PROJECTIONS
from tests.conftest import Desk
from tests.projecting import project_all
from tests.strategies import (
    match_details,
    match_listings,
    match_points,
    match_prices,
    match_wishes,
)

Row = dict[str, Any]
History = list[Fact]
MATCHES = PROJECTIONS["matches"]
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
DEAL, OTHER = UUID(int=1), UUID(int=2)
DAY = BEGIN.date()

home_changes = some.one_of(
    some.builds(PropertyRepriced, list_price=match_prices()),
    some.builds(PropertyRelisted, list_price=match_prices()),
    some.builds(PropertyDetailsCorrected, details=match_details()),
    some.builds(
        PropertyAddressCorrected,
        address=some.just(Address(city="Kent")),
        point=some.none() | match_points(),
    ),
    some.just(PropertyPublished()),
    some.just(PropertyReleased(deal_id=DEAL)),
    some.just(
        PropertySold(
            deal_id=None,
            close_price=Money(amount=Decimal(1), currency="USD"),
            close_date=DAY,
        )
    ),
)
contact_changes = some.one_of(
    some.builds(RequirementsStated, requirements=match_wishes()),
    some.just(ContactArchived(reason=ArchiveReason.OTHER)),
    some.just(ContactReactivated()),
    some.sampled_from(["taken over", "took over", "let go", "let another go"]),
)
homes = some.tuples(match_listings(), some.lists(home_changes, max_size=3)).map(
    lambda told: [told[0], *told[1]]
)
contacts = some.tuples(match_wishes(), some.lists(contact_changes, max_size=3)).map(
    lambda told: [RequirementsStated(requirements=told[0]), *told[1]]
)
MERGES: dict[str, tuple[type[ContactsMerged] | type[ContactsUnmerged], bool]] = {
    "taken over": (ContactsMerged, True),
    "took over": (ContactsMerged, False),
    "let go": (ContactsUnmerged, True),
    "let another go": (ContactsUnmerged, False),
}


def told_of(stream: UUID, change: Fact | str) -> Fact:
    if isinstance(change, Fact):
        return change
    kind, duplicate = MERGES[change]
    ids = (OTHER, stream) if duplicate else (stream, OTHER)
    return kind(survivor_id=ids[0], duplicate_id=ids[1])


def recorded(agency: UUID, histories: Sequence[Sequence[Fact | str]]) -> list[list[Recorded]]:
    """Each history as a stream of the agency; positions grow along each."""
    streams, position = [], 0
    for number, history in enumerate(histories):
        stream = uuid5(agency, str(number))
        steps = []
        for version, change in enumerate(history, 1):
            position += 1
            step = Recorded(
                stream=stream,
                version=version,
                position=position,
                agency=agency,
                at=BEGIN + timedelta(minutes=position),
                by="anna",
                command_id=uuid4(),
                correlation=uuid4(),
                fact=told_of(stream, change),
            )
            steps.append(step)
        streams.append(steps)
    return streams


def shuffled(streams: Iterable[list[Recorded]], random: Any) -> list[Recorded]:
    """All steps, each stream in its order, the streams in any order among each other."""
    left = [list(stream) for stream in streams if stream]
    steps = []
    while left:
        stream = random.choice(left)
        steps.append(stream.pop(0))
        left = [each for each in left if each]
    return steps


def cut(steps: list[Recorded], random: Any) -> list[list[Recorded]]:
    batches = []
    while steps:
        size = random.randint(1, 5)
        batches.append(steps[:size])
        steps = steps[size:]
    return batches


async def take(conn: AsyncConnection[Any], steps: Sequence[Recorded]) -> None:
    """One batch as the projector takes it: the writes, then settling, in one transaction."""
    assert MATCHES.settle is not None
    async with conn.transaction():
        for step in steps:
            for sql, params in MATCHES.project(step):
                await conn.execute(sql, params)
        await MATCHES.settle(conn, steps)


async def connected(dsn: str) -> AsyncConnection[Row]:
    return await AsyncConnection.connect(dsn, autocommit=True, row_factory=dict_row)


async def stored(conn: AsyncConnection[Row], agency: UUID) -> list[Row]:
    sql = "select * from matches where agency = %s order by contact_id, property_id"
    return await (await conn.execute(sql, [agency])).fetchall()


def expected(agency: UUID, streams: Sequence[list[Recorded]]) -> list[Row]:
    """Everything scored at the end, from the aggregates."""
    known = [(steps[-1], home_at_end(steps)) for steps in streams if is_home(steps)]
    found = []
    for steps in (each for each in streams if not is_home(each)):
        wish, last = wish_at_end(steps), steps[-1]
        places = {home.id: at for at, home in known}
        for match in RANKER.rank(wish, [home for _, home in known]):
            home_last = places[match.property_id]
            row = {
                "agency": agency,
                "contact_id": match.contact_id,
                "property_id": match.property_id,
                "score": Decimal(str(match.score)),
                "reasons": from_json(to_json([each.stored() for each in match.reasons])),
                "ranker": "points",
                "ranker_version": 1,
                "contact_position": last.position,
                "property_position": home_last.position,
                "updated_at": max(last.at, home_last.at),
            }
            found.append(row)
    return sorted(found, key=lambda row: (row["contact_id"], row["property_id"]))


def is_home(steps: Sequence[Recorded]) -> bool:
    return isinstance(steps[0].fact, PropertyListed)


def home_at_end(steps: Sequence[Recorded]) -> Home:
    it = Property.replay(None, steps)
    assert it is not None
    assert it.status is not None
    assert it.list_price is not None
    assert it.details is not None
    known = {"purpose": it.purpose, "price": it.list_price, "point": it.point}
    return Home(id=it.id, status=it.status, details=it.details, **known)


def wish_at_end(steps: Sequence[Recorded]) -> Wish:
    it = Contact(id=steps[0].stream)
    for step in steps:
        it = it.evolve(step.fact)
    assert it.requirements is not None
    looking = not it.archived and it.merged_into is None
    return Wish(id=it.id, requirements=it.requirements, looking=looking)


def sane(history: Sequence[Fact | str]) -> bool:
    """A contact rests for one reason at a time, as its rules see to."""
    resting: str | None = None
    for change in history:
        if isinstance(change, ContactArchived) or change == "taken over":
            if resting:
                return False
            resting = "archived" if isinstance(change, ContactArchived) else "merged"
        if isinstance(change, ContactReactivated) or change == "let go":
            if resting != ("merged" if change == "let go" else "archived"):
                return False
            resting = None
    return True


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    places=some.lists(homes, min_size=1, max_size=4),
    people=some.lists(contacts.filter(sane), min_size=1, max_size=4),
    random=some.randoms(use_true_random=False),
)
def test_any_interleaving_and_batching_gives_what_scoring_everything_at_the_end_gives(
    dsn: str, places: list[History], people: list[History], random: Any
) -> None:
    agency = uuid4()
    streams = recorded(agency, [*people, *places])

    async def run() -> list[Row]:
        async with await connected(dsn) as conn:
            for batch in cut(shuffled(streams, random), random):
                await take(conn, batch)
            return await stored(conn, agency)

    assert asyncio.run(run()) == expected(agency, streams)


NEAR = GeoPoint(latitude=47.69, longitude=-122.372)
BALLARD = Area(place="Ballard", center=GeoPoint(latitude=47.6711, longitude=-122.372), radius_km=5)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


WISH = Requirements(budget_to=usd(500_000), areas=(BALLARD,), bedrooms_min=2)
HOME = PropertyListed.model_validate(
    {
        "address": {"city": "Seattle"},
        "point": NEAR,
        "purpose": "sale",
        "list_price": usd(450_000),
        "details": {"property_type": "condominium", "bedrooms_total": 2},
    }
)


async def test_two_batches_at_the_same_time_do_not_miss_each_other(
    dsn: str, store: Any, agency: UUID
) -> None:
    """The second waits for the lock, and then sees what the first has committed."""
    assert MATCHES.settle is not None
    wishes, listed = recorded(agency, [[RequirementsStated(requirements=WISH)], [HOME]])
    async with await connected(dsn) as first, await connected(dsn) as second:
        async with first.transaction():
            for sql, params in MATCHES.project(listed[0]):
                await first.execute(sql, params)
            await MATCHES.settle(first, listed)
            other = asyncio.create_task(take(second, wishes))
            async with await connected(dsn) as watch:
                await until_waiting(watch)
            assert not other.done()
        await other
        found = await stored(first, agency)
    assert found == expected(agency, [wishes, listed])
    assert len(found) == 1


async def until_waiting(watch: AsyncConnection[Row]) -> None:
    async with asyncio.timeout(20):
        waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted"
        while not await (await watch.execute(waiting)).fetchone():
            await asyncio.sleep(0.01)


async def test_many_batches_from_two_sides_at_once_give_every_pair(
    dsn: str, store: Any, agency: UUID
) -> None:
    people: list[Sequence[Fact | str]] = [[RequirementsStated(requirements=WISH)]] * 40
    streams = recorded(agency, [*people, *[[HOME]] * 40])
    wishes, listed = streams[:40], streams[40:]

    async def feed(side: list[list[Recorded]]) -> None:
        async with await connected(dsn) as conn:
            for steps in side:
                await take(conn, steps)

    await asyncio.gather(feed(wishes), feed(listed[:20]), feed(listed[20:]))
    async with await connected(dsn) as conn:
        found = await stored(conn, agency)
    assert len(found) == 1600
    assert found == expected(agency, streams)


ELSEWHERE = GeoPoint(latitude=47.3, longitude=-122.2)


@pytest.mark.parametrize(
    "area",
    [
        Area(place="the north", center=GeoPoint(latitude=89.9, longitude=10.0), radius_km=50),
        Area(place="Fiji", center=GeoPoint(latitude=-17.0, longitude=179.9), radius_km=100),
        Area(place="Null Island", center=GeoPoint(latitude=0.0, longitude=0.0), radius_km=3),
    ],
)
async def test_homes_at_the_edges_of_the_map_are_found(
    dsn: str, store: Any, agency: UUID, area: Area
) -> None:
    """And one of which no place is known is in no area."""
    assert area.center is not None
    across = area.center.longitude + (190 if area.center.latitude > 80 else 0.5)
    across = across - 360 if across > 180 else across
    if area.place == "Null Island":
        across = 0.01
    point = GeoPoint(latitude=area.center.latitude, longitude=across)
    there, nowhere = HOME.but(point=point), HOME.but(point=None)
    wish = RequirementsStated(requirements=Requirements(areas=(area,)))
    anywhere = RequirementsStated(requirements=Requirements())
    streams = recorded(agency, [[wish], [anywhere], [there], [nowhere]])
    async with await connected(dsn) as conn:
        await take(conn, [step for steps in streams for step in steps])
        found = await stored(conn, agency)
    assert len(found) == 3
    assert found == expected(agency, streams)


def test_matches_follow_commands(dsn: str, ledger: Desk, reads: psycopg.Connection[Row]) -> None:
    def matched() -> list[tuple[UUID, int]]:
        project_all(dsn, ledger.store, ["matches"])
        rows = reads.execute("select * from matches where agency = %s", [ledger.agency])
        return [(row["contact_id"], row["ranker_version"]) for row in rows.fetchall()]

    def ask(command: Any) -> UUID:
        return handle(command, ledger.store, ledger.next().signed).id

    ann = ask(
        RegisterContact.model_validate(
            {
                "details": {"given_name": "Ann", "email": "ann@example.com"},
                "requirements": WISH.model_dump(mode="json"),
            }
        )
    )
    assert matched() == []
    home = ask(
        ListProperty.model_validate(
            HOME.model_dump(mode="json", include=set(ListProperty.model_fields))
        )
    )
    assert matched() == [(ann, 1)]
    ask(RepriceProperty(property_id=home, list_price=usd(520_000)))
    assert matched() == []
    ask(RepriceProperty(property_id=home, list_price=usd(480_000)))
    assert matched() == [(ann, 1)]
    ask(MarkPropertySold(property_id=home, close_price=usd(470_000), close_date=DAY))
    assert matched() == []
