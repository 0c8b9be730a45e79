"""The ledger: load an aggregate from its facts, append new facts. The one door to the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, TypeVar, cast
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic
from pydantic_core import from_json, to_json

from commands.base import Role
from domain.catalogue import FACTS
from domain.kernel import Aggregate, DomainError, Fact, NotFound, Recorded, Value

A = TypeVar("A", bound=Aggregate)


class Receipt(Value):
    """The record that changed, its version after it and the log position of that version."""

    id: UUID
    version: int
    position: int


class Stale(DomainError):
    """Somebody else changed the record since you read it: read it again, then decide again."""

    code = "stale_version"


class Raced(Stale):
    """Another command on the same record was stored first."""


class CommandIdReused(DomainError):
    """This command id already stands for another command: give each new command a new id."""

    code = "command_id_reused"


class StoreUnavailable(Exception):
    """The event store did not answer in time; the same command id may be sent again safely."""


@dataclass(frozen=True)
class Unit:
    """What one command appends, all or nothing. `heads` are the versions it was decided on."""

    agency: UUID
    command_id: UUID
    fingerprint: bytes
    receipt: Receipt
    heads: tuple[tuple[UUID, int], ...]


@dataclass
class AlreadyDone(Exception):
    """The command id is in the book with this receipt."""

    receipt: Receipt
    fingerprint: bytes


@dataclass(frozen=True)
class Signature:
    """Who asks, for which agency, with which command id and why."""

    agency: UUID
    by: str
    command_id: UUID
    correlation: UUID
    roles: frozenset[Role] = frozenset()
    cause: UUID | None = None
    expected_version: int | None = None


class FactMapper(Mapper[UUID]):
    """Stores a Recorded as plain JSON under the fact's NAME; these bytes are the canonical ones."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        step = cast(Recorded, domain_event)
        state = {
            "schema": step.fact.VERSION,
            "agency": step.agency,
            "at": step.at,
            "by": step.by,
            "command_id": step.command_id,
            "cause": step.cause,
            "correlation": step.correlation,
            "data": step.fact,
        }
        return StoredEvent(step.stream, step.version, step.fact.NAME, to_json(state))

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        state = from_json(stored_event.state)
        kind = FACTS[stored_event.topic]
        return Recorded(
            stream=cast(UUID, stored_event.originator_id),
            version=stored_event.originator_version,
            position=getattr(stored_event, "id", 0),
            fact=kind.read(state.pop("data"), state.pop("schema")),
            **state,
        )


class Deedbook(Application[UUID]):
    """The event store: the library's application with plain facts and, from infra, our recorder."""

    name = "deedbook"
    env: ClassVar[dict[str, str]] = {"MAPPER_TOPIC": get_topic(FactMapper)}


@dataclass(frozen=True)
class Ledger:
    """The store in somebody's hand, for one command: what it appends is signed with who and why."""

    store: Deedbook
    signed: Signature
    fingerprint: bytes = b""
    subject: UUID | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def agency(self) -> UUID:
        return self.signed.agency

    @property
    def by(self) -> str:
        return self.signed.by

    def load(self, kind: type[A], id: UUID) -> A:
        """The record as it is now. NotFound if unknown, another agency's or of another kind."""
        state = self.find(kind, id)
        if state.version == 0:
            raise NotFound(f"There is no {kind.KIND} {id} in this agency's book.", id=str(id))
        return state

    def find(self, kind: type[A], id: UUID) -> A:
        """The record as it is now, or a blank one of version 0."""
        steps = list(self.history(id))
        state = kind.replay(None, steps) if steps else kind(id=id, agency=self.agency)
        if state is None or state.agency != self.agency:
            raise NotFound(f"There is no {kind.KIND} {id} in this agency's book.", id=str(id))
        self._refuse_stale(state)
        return state

    def history(self, id: UUID) -> Iterator[Recorded]:
        """The facts of a stream in order, from the store itself."""
        return cast(Iterator[Recorded], self.store.events.get(id))

    def append(
        self, before: Aggregate, facts: Sequence[Fact], *also: tuple[Aggregate, Sequence[Fact]]
    ) -> Receipt:
        """All facts in one transaction, each stream checked against the version decided on."""
        changes = ((before, facts), *also)
        steps = [step for state, news in changes for step in self._steps(state, news)]
        receipt = Receipt(
            id=before.id, version=before.version + len(facts), position=before.position
        )
        heads = tuple((state.id, state.version) for state, _ in changes)
        signed = self.signed
        unit = Unit(signed.agency, signed.command_id, self.fingerprint, receipt, heads)
        try:
            stored = self.store.save(*steps, unit=unit)
        except AlreadyDone as done:
            return self._same(done)
        positions = [each.notification.id for each in stored[: len(facts)]]
        return receipt.but(position=positions[-1]) if positions else receipt

    def new_id(self, given: UUID | None = None, name: str = "record") -> UUID:
        """The client's own id for a new record, or one that a retry of this command makes again."""
        return given or uuid5(self.signed.command_id, name)

    def key(self, kind: str, natural_key: str) -> UUID:
        """The stream that stands for a natural key, so that only one record can claim it."""
        return uuid5(self.agency, f"{kind}:{natural_key}")

    def done(self) -> Receipt | None:
        """The receipt of this command id, if it was carried out before."""
        done = self.store.recorder.find_done(self.agency, self.signed.command_id)  # type: ignore[attr-defined]
        return self._same(done) if done else None

    def _same(self, done: AlreadyDone) -> Receipt:
        if done.fingerprint != self.fingerprint:
            raise CommandIdReused(command_id=str(self.signed.command_id))
        return done.receipt

    def _refuse_stale(self, state: Aggregate) -> None:
        expected = self.signed.expected_version
        if state.id == self.subject and expected is not None and expected != state.version:
            raise Stale(current_version=state.version, expected_version=expected)

    def _steps(self, before: Aggregate, facts: Sequence[Fact]) -> Iterator[Recorded]:
        for version, fact in enumerate(facts, before.version + 1):
            yield Recorded(
                stream=before.id,
                version=version,
                agency=self.agency,
                at=self.now,
                by=self.by,
                command_id=self.signed.command_id,
                cause=self.signed.cause,
                correlation=self.signed.correlation,
                fact=fact,
            )
