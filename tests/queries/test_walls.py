"""Who sees what: one agency's book, for its readers alone, behind two walls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from strawberry.types.execution import ExecutionResult

from commands.base import Role
from infra.graphql import Context
from infra.postgres import READER
from queries.boards import BOARDS
from queries.schema import Query
from tests.queries.conftest import SCHEMA, Graph
from tests.queries.homes import list_homes, register

EVERYTHING = """
{
  properties { totalCount nodes { id } }
  contacts { totalCount nodes { id } }
  deals { totalCount nodes { id } }
  verifications { totalCount nodes { id } }
  history { totalCount nodes { id } }
}
"""
ONE = """
query ($property: UUID!, $contact: UUID!) {
  property(id: $property) { id }
  contact(id: $contact) { id }
  deal(id: $property) { id }
  verification(id: $contact) { id }
  fact(id: $contact) { id }
}
"""
TABLES = """
    select relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attname = 'agency'
    and has_table_privilege(%s, c.oid, 'select')
"""


async def test_another_agency_sees_nothing_and_no_id_helps(graph: Graph) -> None:
    home = (await list_homes(graph, 1))[0].id
    ann = await register(graph, "Ann")
    await graph.project()
    known = {"property": str(home), "contact": str(ann)}
    mine = await graph.ask(ONE, **known)
    assert (mine["property"], mine["contact"]) == ({"id": str(home)}, {"id": str(ann)})
    other = replace(graph, agency=uuid4())
    nothing: dict[str, Any] = {"totalCount": 0, "nodes": []}
    assert set(map(str, (await other.ask(EVERYTHING)).values())) == {str(nothing)}
    assert set((await other.ask(ONE, **known)).values()) == {None}


async def test_the_database_shows_the_reader_no_other_agency_even_without_a_where(
    graph: Graph,
) -> None:
    await list_homes(graph, 2)
    await register(graph, "Ann")
    await graph.project()
    with psycopg.connect(graph.dsn, row_factory=dict_row, autocommit=True) as conn:
        tables = [row["relname"] for row in conn.execute(TABLES, (READER,)).fetchall()]
        assert {board.table for board in BOARDS.values()} <= set(tables)
        conn.execute(f"set role {READER}")
        seen = {}
        for agency in ("", str(uuid4()), str(graph.agency)):
            conn.execute("select set_config('deedbook.agency', %s, false)", (agency,))
            seen[agency] = sum(_count(conn, table) for table in tables)
        assert list(seen.values())[:2] == [0, 0]
        assert seen[str(graph.agency)] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("delete from property_board")


def _count(conn: psycopg.Connection[dict[str, Any]], table: str) -> int:
    found = conn.execute(SQL("select count(*) as n from {}").format(Identifier(table))).fetchone()
    return int(found["n"]) if found else 0


@pytest.mark.parametrize("role", Role)
async def test_each_role_of_an_agency_may_read(graph: Graph, role: Role) -> None:
    await replace(graph, roles=frozenset({role})).ask(EVERYTHING)


async def test_without_a_role_every_field_is_forbidden(graph: Graph) -> None:
    nobody = replace(graph, roles=frozenset())
    for query in (EVERYTHING, "{ __typename properties { nodes { id } } }"):
        found = await nobody.execute(query)
        assert found.errors
        assert {error.extensions["code"] for error in found.errors if error.extensions} == {
            "forbidden"
        }
    assert nobody.statements == 0
    async for pushed in await _subscribe(nobody):
        assert isinstance(pushed, ExecutionResult)
        assert pushed.errors
        assert pushed.errors[0].extensions == {"code": "forbidden"}


async def _subscribe(graph: Graph) -> Any:
    return await SCHEMA.subscribe(
        "subscription { propertyChanged { id } }", context_value=graph.context()
    )


async def test_without_an_identity_nothing_is_answered(graph: Graph) -> None:
    context = Context(graph.parts, None, uuid4())
    found = await SCHEMA.execute(EVERYTHING, context_value=context)
    assert isinstance(found, ExecutionResult)
    assert found.errors
    assert {error.extensions["code"] for error in found.errors if error.extensions} == {
        "not_signed_in"
    }


def test_every_query_has_a_description() -> None:
    root = SCHEMA._schema.query_type
    assert root is not None
    assert Query.__name__ == root.name
    assert [name for name, field in root.fields.items() if not field.description] == []
