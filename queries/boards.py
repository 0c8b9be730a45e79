"""Boards: tables as their readers see them, with what they can be sorted by and how they hang
together. A page of one is found by its place in the sort order (keyset), never by counting rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from queries.cursors import Page, read_cursor, write_cursor

Row = dict[str, Any]
Condition = tuple[str, Mapping[str, Any]]

MOST_WORDS = 20

BOARDS: dict[str, Board] = {}


@dataclass(frozen=True)
class Column:
    """A column to sort by and the type of its values. Empty ones come last in both directions."""

    name: str
    kind: type
    nullable: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Term:
    column: Column
    descending: bool = False

    def sql(self, backward: bool = False) -> str:
        falls = self.descending != backward
        nulls = f" nulls {'first' if backward else 'last'}" if self.column.nullable else ""
        return f"t.{self.column.name} {'desc' if falls else 'asc'}{nulls}"


@dataclass(frozen=True)
class Board:
    """`read` makes a node of a row; `key` sets apart rows that sort alike.

    `links` are the ways to a row from another record, as SQL about `t` and `parent.id`.
    """

    table: str
    read: Callable[[Row], Any]
    order: tuple[Term, ...]
    key: Column = Column("id", UUID)
    links: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> Board:
        """Enters it under the name of its node, so that other boards can link to it."""
        return BOARDS.setdefault(name, self)

    @property
    def all(self) -> Selection:
        return Selection(self)

    def linked(self, link: str) -> Selection:
        return Selection(self, link=self.links[link])

    @property
    def by_key(self) -> str:
        return f"""
            select t.* from {self.table} t
            where t.agency = %(agency)s and t.{self.key.name} = any(%(keys)s)
        """


@dataclass(frozen=True)
class Selection:
    """Some rows of a board in an order: all of the agency, or those linked to each parent."""

    board: Board
    conditions: tuple[Condition, ...] = ()
    wish: tuple[Term, ...] = ()
    link: str = "true"

    def where(self, conditions: Iterable[Condition]) -> Selection:
        return replace(self, conditions=(*self.conditions, *conditions))

    def sorted(self, wish: Iterable[Term]) -> Selection:
        return replace(self, wish=tuple(wish))

    @cached_property
    def order(self) -> tuple[Term, ...]:
        """As wished, else the board's own; the key at the end makes it total."""
        terms = self.wish or self.board.order
        if any(term.column.unique or term.column == self.board.key for term in terms):
            return terms
        return (*terms, Term(self.board.key, terms[-1].descending))

    @cached_property
    def params(self) -> Row:
        return {name: value for _, params in self.conditions for name, value in params.items()}

    def page(self, page: Page) -> tuple[str, Row]:
        """One row more than the page holds tells whether the list goes on."""
        beyond, keys = self._within(page)
        order = ", ".join(term.sql(page.backward) for term in self.order)
        rows = f"""
            select t.* from {self.board.table} t
            where {self._filter} {beyond} order by {order} limit {page.size + 1}
        """
        return self._for_parents("t.*", rows, f"order by {order}"), self.params | keys

    def count(self) -> tuple[str, Row]:
        rows = f"select count(*) as total from {self.board.table} t where {self._filter}"
        return self._for_parents("t.total", rows), self.params

    def outside(self, cursor: str, after: bool) -> tuple[str, Row]:
        """Whether there are rows at or on the other side of the cursor."""
        beyond, keys = self._beyond(cursor, after, "o")
        rows = f"""
            select exists (
                select from {self.board.table} t where {self._filter} and ({beyond}) is not true
            ) as there
        """
        return self._for_parents("t.there", rows), self.params | keys

    def everything(self) -> tuple[str, Row]:
        order = ", ".join(term.sql() for term in self.order)
        rows = f"select t.* from {self.board.table} t where {self._filter}"
        return self._for_parents("t.*", rows, f"order by {order}"), self.params

    def cursor(self, row: Row) -> str:
        return write_cursor(self._sign, [row[term.column.name] for term in self.order])

    @cached_property
    def _filter(self) -> str:
        told = [f"({sql})" for sql, _ in self.conditions]
        return " and ".join(["t.agency = %(agency)s", f"({self.link})", *told])

    def _for_parents(self, columns: str, rows: str, order: str = "") -> str:
        return f"""
            select parent.id as parent_id, {columns}
            from unnest(%(parents)s::uuid[]) as parent (id) cross join lateral ({rows}) t {order}
        """

    def _within(self, page: Page) -> tuple[str, Row]:
        sql = ""
        keys: Row = {}
        for cursor, after in ((page.after, True), (page.before, False)):
            if cursor is not None:
                beyond, more = self._beyond(cursor, after, "a" if after else "b")
                sql, keys = f"{sql} and ({beyond})", keys | more
        return sql, keys

    def _beyond(self, cursor: str, after: bool, prefix: str) -> tuple[str, Row]:
        kinds = [
            term.column.kind | None if term.column.nullable else term.column.kind
            for term in self.order
        ]
        values = read_cursor(cursor, self._sign, kinds)
        keys = {f"{prefix}{n}": value for n, value in enumerate(values)}
        marks = [f"%({name})s" for name in keys]
        falls = {term.descending for term in self.order}
        if len(falls) == 1 and not any(term.column.nullable for term in self.order):
            columns = ", ".join(f"t.{term.column.name}" for term in self.order)
            sign = "<" if falls.pop() == after else ">"
            return f"({columns}) {sign} ({', '.join(marks)})", keys
        return _stepwise(list(zip(self.order, marks, values, strict=True)), after), keys

    @cached_property
    def _sign(self) -> str:
        return ",".join(
            f"{'-' if term.descending else ''}{term.column.name}" for term in self.order
        )


def conditions(wanted: object, sql: Mapping[str, str]) -> Iterator[Condition]:
    """One condition for each field of a filter that is set and has its SQL here."""
    for name, condition in sql.items():
        if (value := getattr(wanted, name)) is not None:
            yield condition, {name: value}


def words(text: str, searched: str) -> Iterator[Condition]:
    """Every word of the text occurs somewhere in what is searched, whatever its case."""
    if wanted := text.lower().split()[:MOST_WORDS]:
        found = f"strpos(lower({searched}), word) > 0"
        yield f"(select bool_and({found}) from unnest(%(words)s::text[]) word)", {"words": wanted}


def _stepwise(steps: list[tuple[Term, str, Any]], after: bool) -> str:
    """Beyond in the first column, or equal in it and beyond in the rest."""
    term, mark, value = steps[0]
    beyond = _past(term, mark, value, after)
    if len(steps) == 1:
        return beyond
    same = f"t.{term.column.name} {'is null' if value is None else f'= {mark}'}"
    return f"{beyond} or ({same} and ({_stepwise(steps[1:], after)}))"


def _past(term: Term, mark: str, value: Any, after: bool) -> str:
    """Nulls come last, so nothing comes after them and everything else before."""
    column = f"t.{term.column.name}"
    if value is None:
        return "false" if after else f"{column} is not null"
    compared = f"{column} {'<' if term.descending == after else '>'} {mark}"
    return f"{compared} or {column} is null" if after and term.column.nullable else compared
