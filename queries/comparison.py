"""Homes side by side for a client, and clients side by side for a home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from domain import comparison
from domain.comparison import Named, check_named, compare_clients, compare_homes
from domain.contacts import Requirements
from domain.kernel import NotFound
from domain.matching import RANKER, Home, Wish
from domain.properties import PropertyDetails, Status
from domain.terms import Purpose
from domain.values import GeoPoint, Money, Size
from queries.boards import Row
from queries.connections import linked_one
from queries.fields import field
from queries.matching import Reasons
from queries.reads import Reads, reads
from queries.refusals import Forbidden

COMPARERS_OF_CLIENTS = frozenset({"agent", "manager"})


@strawberry.type(description="A requirement that is not met, and why.")
class Unmet:
    check: str
    sentence: str


@strawberry.type(description="One of the compared, in its place.")
class Standing:
    place: int
    label: str
    score: float = strawberry.field(description="Points of 100, as in a match.")
    fits: bool = strawberry.field(description="Nothing that was required is missing.")
    reasons: Reasons
    unmet: list[Unmet]
    contact_id: UUID | None
    property_id: UUID | None

    contact = linked_one("contacts.Contact", "contact_id", "The client, where clients stand.")
    property = linked_one("properties.Property", "property_id", "The home, where homes stand.")


@strawberry.type(description="What one attribute of one of the compared is.")
class ComparisonCell:
    text: str
    value: float | None
    best: bool


@strawberry.type(description="One attribute; its cells are in the order of the standings.")
class ComparisonRow:
    attribute: str
    label: str
    unit: str | None
    differs: bool
    cells: list[ComparisonCell]


@strawberry.type(description="Two to five side by side: those that fit first, then by score.")
class Comparison:
    name: str = strawberry.field(description="For whom, or for which home.")
    standings: list[Standing]
    rows: list[ComparisonRow]
    paragraph: str

    @classmethod
    def of(cls, made: comparison.Comparison[Any]) -> Comparison:
        places = enumerate(made.standings, 1)
        return cls(
            name=made.name,
            standings=[_standing(place, each) for place, each in places],
            rows=[_row(each) for each in made.rows],
            paragraph=made.paragraph,
        )


@strawberry.type
class ComparisonQueries:
    @field("Two to five homes side by side for a client. The order of the ids plays no part.")
    async def compare_properties(
        self, info: Info[Any, Any], contact: UUID, properties: list[UUID]
    ) -> Comparison:
        check_named(properties)
        view = reads(info)
        [client] = await _clients(view, [contact])
        homes = await _homes(view, properties)
        return Comparison.of(compare_homes(client, homes, RANKER))

    @field("Two to five clients side by side for a home. For agents and managers.")
    async def compare_contacts(
        self, info: Info[Any, Any], property: UUID, contacts: list[UUID]
    ) -> Comparison:
        view = reads(info)
        if not COMPARERS_OF_CLIENTS & view.reader.roles:
            raise Forbidden("Only agents and managers may compare clients.")
        check_named(contacts)
        [home] = await _homes(view, [property])
        clients = await _clients(view, contacts)
        return Comparison.of(compare_clients(home, clients, RANKER))


def _standing(place: int, it: comparison.Standing[Any]) -> Standing:
    return Standing(
        place=place,
        label=it.label,
        score=it.score,
        fits=not it.unmet,
        reasons=Reasons.of(it.reasons),
        unmet=[Unmet(check=each.check, sentence=each.sentence) for each in it.unmet],
        contact_id=it.id if isinstance(it.subject, Wish) else None,
        property_id=it.id if isinstance(it.subject, Home) else None,
    )


def _row(it: comparison.Row) -> ComparisonRow:
    return ComparisonRow(
        attribute=it.attribute,
        label=it.label,
        unit=it.unit or None,
        differs=it.differs,
        cells=[ComparisonCell(text=c.text, value=c.value, best=c.best) for c in it.cells],
    )


async def _clients(view: Reads, ids: list[UUID]) -> list[Named[Wish]]:
    rows = await _rows(view, CLIENTS, "contact", ids)
    return [Named(row["name"], _wish(row)) for row in rows]


async def _homes(view: Reads, ids: list[UUID]) -> list[Named[Home]]:
    rows = await _rows(view, HOMES, "property", ids)
    return [Named(_label(row), _home(row)) for row in rows]


async def _rows(view: Reads, sql: str, kind: str, ids: list[UUID]) -> list[Row]:
    found = {row["id"]: row for row in await view.rows(sql, ids=ids)}
    for id in ids:
        if id not in found:
            raise NotFound(f"There is no {kind} {id} in this agency's book.", id=str(id))
    return [found[id] for id in ids]


def _wish(row: Row) -> Wish:
    return Wish(
        id=row["id"],
        requirements=Requirements.model_validate(row["requirements"] or {}),
        looking=row["status"] == "active",
    )


def _home(row: Row) -> Home:
    sizes = {name: _size(row, name) for name in ("living_area", "lot_size")}
    details = {name: row[name] for name in PropertyDetails.model_fields if name not in sizes}
    located = row["latitude"] is not None and row["longitude"] is not None
    point = GeoPoint(latitude=row["latitude"], longitude=row["longitude"]) if located else None
    return Home(
        id=row["id"],
        status=Status(row["status"]),
        purpose=Purpose(row["purpose"]),
        price=Money(amount=row["list_price"], currency=row["currency"]),
        point=point,
        details=PropertyDetails.model_validate(details | sizes),
    )


def _size(row: Row, name: str) -> Size | None:
    if row[name] is None:
        return None
    return Size(value=row[name], units=row[f"{name}_units"])


def _label(row: Row) -> str:
    """The street, as one says it, or else all that is known of the address."""
    street = " ".join(filter(None, (row["street"], row["unit"])))
    return street if row["street"] else row["listing_id"] or row["address"]


CLIENTS = """
    select id, name, status, requirements from contact_board
    where agency = %(agency)s and id = any(%(ids)s)
"""
HOMES = "select * from property_board where agency = %(agency)s and id = any(%(ids)s)"
