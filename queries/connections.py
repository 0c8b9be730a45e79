"""Relay connections over boards, and the links from one record to others, loaded in batches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from queries.boards import BOARDS, Board, Row, Selection
from queries.cursors import MOST, USUAL, Page
from queries.fields import F, field
from queries.reads import Load, Reads, reads

Node = TypeVar("Node")

PAGING = {
    "first": (int, f"At most so many from the beginning: up to {MOST}, {USUAL} if not said."),
    "after": (str, "Only what comes behind this cursor."),
    "last": (int, f"At most so many from the end: up to {MOST}."),
    "before": (str, "Only what comes ahead of this cursor."),
}


@dataclass(frozen=True)
class Found:
    """The rows of a page in list order; `more`: the list goes on in the direction of travel."""

    view: Reads
    selection: Selection
    page: Page
    parent: UUID | None
    rows: Sequence[Row]
    more: bool

    async def goes_on(self, after: bool) -> bool:
        if after != self.page.backward and self.more:
            return True
        cursor = self.page.before if after else self.page.after
        if cursor is None:
            return False
        statement = self.selection.outside(cursor, not after)
        [row] = await _ask(self.view, self.selection, self.parent, statement, "outside", self.page)
        return bool(row["there"])

    async def total(self) -> int:
        statement = self.selection.count()
        [row] = await _ask(self.view, self.selection, self.parent, statement, "total")
        return int(row["total"])


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    found: strawberry.Private[Found]

    @strawberry.field
    async def has_next_page(self) -> bool:
        return await self.found.goes_on(after=True)

    @strawberry.field
    async def has_previous_page(self) -> bool:
        return await self.found.goes_on(after=False)

    @strawberry.field
    def start_cursor(self) -> str | None:
        rows = self.found.rows
        return self.found.selection.cursor(rows[0]) if rows else None

    @strawberry.field
    def end_cursor(self) -> str | None:
        rows = self.found.rows
        return self.found.selection.cursor(rows[-1]) if rows else None


@strawberry.type
class Edge(Generic[Node]):
    cursor: str
    node: Node


@strawberry.type
class Connection(Generic[Node]):
    """A page of a list."""

    found: strawberry.Private[Found]
    edges: list[Edge[Node]]

    @field("The nodes alone, for those who need no cursors of each.")
    def nodes(self) -> list[Node]:
        return [edge.node for edge in self.edges]

    @strawberry.field
    def page_info(self) -> PageInfo:
        return PageInfo(found=self.found)

    @field("How many the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.found.total()


class Paged(FieldExtension):
    """Turns a resolver of a Selection into a page of it. `parent` is the source's id for links."""

    def __init__(self, parent: str | None = None) -> None:
        self.parent = parent

    def apply(self, field: StrawberryField) -> None:
        field.arguments = [
            *field.arguments,
            *(_argument(name, kind, told) for name, (kind, told) in PAGING.items()),
        ]

    async def resolve_async(
        self, next_: Any, source: Any, info: Info[Any, Any], **given: Any
    ) -> Connection[Any]:
        page = Page.asked(*(given.pop(name, None) for name in PAGING))
        selection: Selection = await next_(source, info, **given)
        parent = getattr(source, self.parent) if self.parent else None
        return await _connection(reads(info), selection, page, parent)


def connection(node: Any, description: str) -> Callable[[F], F]:
    """A field whose resolver gives a Selection of these nodes and whose answer is a page."""
    paged: Any = cast(Any, Connection)[node]
    return field(description, graphql_type=paged, extensions=[Paged()])


def linked_page(target: str, by: str, description: str) -> Any:
    """A page of another board's records, `module.Node`, by one of that board's links."""

    def resolve() -> Any:
        return _board(target).linked(by)

    return strawberry.field(
        resolver=resolve,
        graphql_type=cast(Any, Connection)[_later(target)],
        extensions=[Paged(parent="id")],
        description=description,
    )


def linked_list(target: str, by: str, description: str) -> Any:
    """All of another board's records by a link that only ever leads to a few."""

    async def resolve(self: Any, info: Info[Any, Any]) -> Any:
        selection = _board(target).linked(by)
        rows = await _ask(reads(info), selection, self.id, selection.everything(), "all")
        return [selection.board.read(row) for row in rows]

    return strawberry.field(
        resolver=resolve, graphql_type=cast(Any, list)[_later(target)], description=description
    )


def linked_many(target: str, by: str, description: str) -> Any:
    """Another board's records whose keys are in this attribute, in its order."""

    async def resolve(self: Any, info: Info[Any, Any]) -> Any:
        view, board = reads(info), _board(target)
        found = await asyncio.gather(*(one(view, board, key) for key in getattr(self, by)))
        return [each for each in found if each is not None]

    return strawberry.field(
        resolver=resolve, graphql_type=cast(Any, list)[_later(target)], description=description
    )


def linked_one(target: str, by: str, description: str) -> Any:
    """Another board's record whose key is in this attribute; null if there is none."""

    async def resolve(self: Any, info: Info[Any, Any]) -> Any:
        return await one(reads(info), _board(target), getattr(self, by))

    return strawberry.field(
        resolver=resolve, graphql_type=_later(target) | None, description=description
    )


async def one(view: Reads, board: Board, key: Any) -> Any:
    """The record with this key as its node; nothing if this agency has none."""
    if key is None:
        return None
    load = partial(some, view, board)
    return await view.loader(("one", board.table), load).load(key)


async def some(view: Reads, board: Board, keys: list[Any]) -> list[Any]:
    """The records with these keys as nodes, in one statement; nothing where there is none."""
    if not keys:
        return []
    rows = await view.rows(board.by_key, keys=list(set(keys)))
    nodes = {row[board.key.name]: board.read(row) for row in rows}
    return [nodes.get(key) for key in keys]


async def _connection(
    view: Reads, selection: Selection, page: Page, parent: UUID | None
) -> Connection[Any]:
    rows = await _ask(view, selection, parent, selection.page(page), "page", page)
    more, rows = len(rows) > page.size, rows[: page.size]
    if page.backward:
        rows = rows[::-1]
    found = Found(view, selection, page, parent, rows, more)
    read, cursor = selection.board.read, selection.cursor
    return Connection(found=found, edges=[Edge(cursor=cursor(row), node=read(row)) for row in rows])


async def _ask(
    view: Reads,
    selection: Selection,
    parent: UUID | None,
    statement: tuple[str, Row],
    *what: Hashable,
) -> list[Row]:
    """The rows of one parent, out of one statement for all parents that are asked for at once."""
    load = _for_parents(view, *statement)
    if parent is None:
        return list((await load([None]))[0])
    key = (selection.board.table, selection.link, selection.wish, *what)
    return list(await view.loader(key, load).load(parent))


def _for_parents(view: Reads, sql: str, params: Row) -> Load:
    async def load(parents: list[Any]) -> list[list[Row]]:
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in await view.rows(sql, **params, parents=list(set(parents))):
            groups[row["parent_id"]].append(row)
        return [groups[parent] for parent in parents]

    return load


def _board(target: str) -> Board:
    return BOARDS[target.partition(".")[2]]


def _later(target: str) -> Any:
    """A node of a module that may itself link back to the one that asks."""
    module, _, name = target.partition(".")
    return cast(Any, Annotated)[(name, strawberry.lazy(f"queries.{module}"))]


def _argument(name: str, kind: type, description: str) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind | None),
        description=description,
        default=None,
    )
