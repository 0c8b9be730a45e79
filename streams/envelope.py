"""The message other services read: one recorded fact as JSON, on a topic of its context."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiokafka.partitioner import DefaultPartitioner

from domain.catalogue import FACTS
from domain.kernel import Recorded, Value
from domain.values import Instant
from streams.unread import Unread

PARTITIONS = 8
ALL = list(range(PARTITIONS))
CONTEXTS = tuple(sorted({fact.context() for fact in FACTS.values()}))


class Envelope(Value):
    """Version 1 of the public message. `position` is the fact's place in the whole log.

    `id` names the fact for ever; `schema_version` is the version of the shape of `data`.
    """

    id: UUID
    name: str
    schema_version: int
    stream: UUID
    version: int
    position: int
    agency: UUID
    at: Instant
    by: str
    command_id: UUID
    cause: UUID | None
    correlation: UUID
    data: dict[str, Any]

    @classmethod
    def of(cls, step: Recorded) -> Envelope:
        return cls(
            id=step.id,
            name=step.fact.NAME,
            schema_version=step.fact.VERSION,
            data=step.fact.model_dump(mode="json"),
            **{field: getattr(step, field) for field in PLACE},
        )

    def recorded(self) -> Recorded:
        """The fact as the store would give it back."""
        fact = FACTS[self.name].read(self.data, self.schema_version)
        return Recorded(fact=fact, **{field: getattr(self, field) for field in PLACE})

    def unread(self, error: Exception) -> Unread:
        """For a fact that is newer than this code."""
        return Unread.placed({field: getattr(self, field) for field in PLACE}, self.name, error)


PLACE = tuple(name for name in Recorded.model_fields if name != "fact")


def topic(context: str) -> str:
    return f"deedbook.{context}.v1"


TOPICS = {topic(context): PARTITIONS for context in CONTEXTS}


def topic_of(step: Recorded) -> str:
    return topic(step.fact.context())


def partition_of(stream: UUID) -> int:
    """The partition Kafka's default partitioner gives this stream; fixed for life."""
    return int(DefaultPartitioner()(str(stream).encode(), ALL, ALL))


def names_in(contexts: frozenset[str]) -> list[str]:
    """The stored names of all facts of these contexts."""
    return sorted(name for name, fact in FACTS.items() if fact.context() in contexts)
