"""What the read side is told when rows change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class News:
    """The streams whose rows changed since the last news, each once.

    `gap`: there were more, and nobody knows which: read again whatever you show.
    """

    streams: tuple[UUID, ...] = ()
    gap: bool = False


class Feed(Protocol):
    async def take(self) -> News:
        """Waits for news."""
        ...


class Hub(Protocol):
    def listen(self, agency: UUID, projection: str) -> AbstractContextManager[Feed]:
        """The news of one projection for one agency, from now until the context closes."""
        ...
