"""History: one row a fact, with who, when and why, and the fact in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain import catalogue
from domain.kernel import Recorded, Value
from projections.base import Write
from projections.sentences import sentence

FACTS = tuple(catalogue.FACTS.values())


def project(step: Recorded) -> Iterator[Write]:
    fact = step.fact
    row = step.model_dump(exclude={"fact"})
    yield (
        RECORD,
        row
        | {
            "fact_id": step.id,
            "context": fact.context(),
            "kind": fact.NAME.partition(".")[0],
            "name": fact.NAME,
            "schema_version": fact.VERSION,
            "about": sorted({step.stream, *_mentioned(fact)}),
            "data": Jsonb(fact.model_dump(mode="json")),
            "summary": sentence(fact),
        },
    )


def _mentioned(value: Any) -> Iterator[UUID]:
    """Every record that is named by its id, at any depth."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, Value):
        for _, each in value:
            yield from _mentioned(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _mentioned(each)


RECORD = """
    insert into history (
        position, agency, fact_id, stream, version, context, kind, name, at, by, command_id, cause,
        correlation, schema_version, about, data, summary
    ) values (
        %(position)s, %(agency)s, %(fact_id)s, %(stream)s, %(version)s, %(context)s, %(kind)s,
        %(name)s, %(at)s, %(by)s, %(command_id)s, %(cause)s, %(correlation)s, %(schema_version)s,
        %(about)s, %(data)s, %(summary)s
    )
"""
