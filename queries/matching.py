"""Matches: homes for a client and clients for a home, with the reasons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from domain import matching
from domain.matching import Side, sentence
from queries.boards import Board, Column, Row, Selection, Term
from queries.connections import connection, linked_one
from queries.fields import field, pushed
from queries.reads import Load, Reads, reads
from queries.refusals import Invalid
from queries.scalars import Position


@strawberry.type(
    description="A fact with its unit: a currency, km, sq ft, sq m, acres, %, year, count or of 5."
)
class Number:
    name: str
    value: float
    unit: str


@strawberry.type(description="How well one part fits, and what that is worth.")
class Reason:
    part: str
    about: str | None = strawberry.field(description="The place or the feature it speaks of.")
    sentence: str
    value: float = strawberry.field(description="From 0, not at all, to 1, in full.")
    weight: float = strawberry.field(description="Its share of the score; 0 only explains.")
    contribution: float = strawberry.field(description="Its points; all of them sum to the score.")
    numbers: list[Number]

    @classmethod
    def of(cls, reason: matching.Reason) -> Reason:
        return cls(
            part=reason.part,
            about=reason.about or None,
            sentence=sentence(reason),
            value=reason.value,
            weight=reason.weight,
            contribution=reason.contribution,
            numbers=[Number(**number._asdict()) for number in reason.numbers],
        )


@strawberry.type(description="What speaks for a match and what against; the weightiest first.")
class Reasons:
    for_: list[Reason] = strawberry.field(name="for")
    against: list[Reason]
    neutral: list[Reason] = strawberry.field(description="What speaks neither way.")

    @classmethod
    def of(cls, reasons: Sequence[matching.Reason]) -> Reasons:
        ordered = sorted(reasons, key=lambda it: (-it.weight, it.part, it.about))
        found = {side: [Reason.of(each) for each in ordered if each.side is side] for side in Side}
        return cls(for_=found[Side.FOR], against=found[Side.AGAINST], neutral=found[Side.NEUTRAL])


@strawberry.type(description="A home that meets all a client requires, and how close it comes.")
class Match:
    contact_id: UUID
    property_id: UUID
    score: float = strawberry.field(description="Points of 100.")
    reasons: Reasons
    ranker: str
    ranker_version: int
    contact_position: Position = strawberry.field(description="The client's last fact it rests on.")
    property_position: Position = strawberry.field(description="The home's last fact it rests on.")
    updated_at: datetime

    contact = linked_one("contacts.Contact", "contact_id", "The client.")
    property = linked_one("properties.Property", "property_id", "The home.")

    @field("The home's place among this client's matches, from 1.")
    async def rank(self, info: Info[Any, Any]) -> int:
        return await self._place(reads(info), RANK)

    @field("The client's place among this home's matches, from 1.")
    async def client_rank(self, info: Info[Any, Any]) -> int:
        return await self._place(reads(info), CLIENT_RANK)

    async def _place(self, view: Reads, sql: str) -> int:
        loader = view.loader(("place", sql), _places(view, sql))
        return int(await loader.load((self.contact_id, self.property_id)))

    @classmethod
    def of(cls, row: Row) -> Match:
        told = [matching.Reason.read(stored) for stored in row["reasons"]]
        return cls(
            score=float(row["score"]),
            reasons=Reasons.of(told),
            **{name: row[name] for name in PLAIN},
        )


PLAIN = (
    *("contact_id", "property_id", "ranker", "ranker_version", "contact_position"),
    *("property_position", "updated_at"),
)
MATCHES = Board(
    "matches",
    Match.of,
    order=(
        Term(Column("score", Decimal), descending=True),
        Term(Column("property_id", UUID)),
        Term(Column("contact_id", UUID)),
    ),
    key=Column("contact_id", UUID),
    links={
        "contact": "t.contact_id = parent.id",
        "property": "t.property_id = parent.id",
    },
).named("Match")


def _for(contact: UUID | None, property: UUID | None) -> Selection:
    """Raises Invalid unless it is either a client's or a home's."""
    if (contact is None) == (property is None):
        raise Invalid("Name either a contact or a property.", field="contact")
    if contact is not None:
        return MATCHES.all.where([("t.contact_id = %(subject)s", {"subject": contact})])
    return MATCHES.all.where([("t.property_id = %(subject)s", {"subject": property})])


def _places(view: Reads, sql: str) -> Load:
    async def load(pairs: list[tuple[UUID, UUID]]) -> list[int]:
        contacts, homes = (list(ids) for ids in zip(*pairs, strict=True))
        rows = await view.rows(sql, contacts=contacts, homes=homes)
        found = {(row["contact_id"], row["property_id"]): row["place"] for row in rows}
        return [found.get(pair, 0) for pair in pairs]

    return load


@strawberry.type(description="The matches of a client, or of a home, are others than before.")
class MatchesChange:
    contact_id: UUID | None
    property_id: UUID | None

    @connection(Match, "As they are now, the best first.")
    def matches(self) -> Selection:
        return _for(self.contact_id, self.property_id)


@strawberry.type
class MatchingQueries:
    @connection(Match, "Homes that meet what a client requires, the best first.")
    async def matches_for_contact(
        self, info: Info[Any, Any], contact: UUID, at_least: Position | None = None
    ) -> Selection:
        await reads(info).reach("matches", "contacts", contact, at_least)
        return _for(contact, None)

    @connection(Match, "Clients whose requirements a home meets, the best first.")
    async def matches_for_property(
        self, info: Info[Any, Any], property: UUID, at_least: Position | None = None
    ) -> Selection:
        await reads(info).reach("matches", "properties", property, at_least)
        return _for(None, property)


@strawberry.type
class MatchingSubscriptions:
    @pushed("Whenever the matches of this contact, or of this property, become others.")
    async def matches_changed(
        self, info: Info[Any, Any], contact: UUID | None = None, property: UUID | None = None
    ) -> AsyncIterator[MatchesChange]:
        view = reads(info)
        wanted = _for(contact, property)
        sql = SIGN.format(subject="contact_id" if contact else "property_id")
        with view.news("matches") as feed:
            last = await view.rows(sql, **wanted.params)
            while True:
                await feed.take()
                now = await view.rows(sql, **wanted.params)
                if now != last:
                    last = now
                    yield MatchesChange(contact_id=contact, property_id=property)


PLACE = """
    select t.contact_id, t.property_id, (
        select count(*) + 1 from matches other
        where other.agency = t.agency and other.{mine} = t.{mine}
            and (other.score > t.score or (other.score = t.score and other.{theirs} < t.{theirs}))
    ) as place
    from matches t join unnest(%(contacts)s::uuid[], %(homes)s::uuid[]) as asked (contact, home)
        on t.contact_id = asked.contact and t.property_id = asked.home
    where t.agency = %(agency)s
"""
RANK = PLACE.format(mine="contact_id", theirs="property_id")
CLIENT_RANK = PLACE.format(mine="property_id", theirs="contact_id")
SIGN = """
    select count(*), sum(contact_position), sum(property_position) from matches
    where agency = %(agency)s and {subject} = %(subject)s
"""
