"""What every resolver is given of the request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from strawberry.fastapi import BaseContext

from commands.ledger import Deedbook
from infra.auth import Identity, TokenRefused
from infra.postgres import reading
from queries.changes import Hub
from queries.reads import Reads, Row, Sources
from streams.envelope import partition_of, topic

Readers = AsyncConnectionPool[AsyncConnection[Row]]


@dataclass(frozen=True)
class Parts:
    """What the graph stands on, opened and closed by the process."""

    store: Deedbook
    readers: Readers
    hub: Hub

    @property
    def sources(self) -> Sources:
        return Sources(
            connect=lambda agency: reading(self.readers, agency),
            hub=self.hub,
            place=lambda context, stream: (topic(context), partition_of(stream)),
        )


class Context(BaseContext):
    """Of one HTTP request, or of one websocket with all its operations."""

    def __init__(self, parts: Parts, identity: Identity | None, correlation: UUID) -> None:
        super().__init__()
        self.parts = parts
        self.correlation = correlation
        self._identity = identity
        self._reads: Reads | None = None

    def sign_in(self, identity: Identity) -> None:
        self._identity, self._reads = identity, None

    def begin(self) -> None:
        """Another operation starts."""
        if self._reads is not None:
            self._reads.forget()

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            raise TokenRefused("Send a token in the header: Authorization: Bearer <token>.")
        return self._identity

    @property
    def store(self) -> Deedbook:
        return self.parts.store

    @property
    def reads(self) -> Reads:
        if self._reads is None:
            self._reads = Reads(self.identity, self.parts.sources)
        return self._reads
