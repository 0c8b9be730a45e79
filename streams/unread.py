"""A fact this process cannot read: newer than its code, as while a new version is rolled out.

It is a fact all the same. Its stream is parked, others go on, and it is tried again by the next
process that starts; passed over in silence, it would be missing in the read tables for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.catalogue import FACTS
from domain.kernel import Recorded

KINDS = {name.partition(".")[0]: fact.context() for name, fact in FACTS.items()}


class UnreadableFact(Exception):
    """Update this process: it does not know this fact, or not in this shape."""


@dataclass(frozen=True)
class Unknown:
    """Stands where the fact would stand."""

    NAME: str
    reason: str

    def context(self) -> str:
        return context_of(self.NAME)


class Unread(Recorded):
    """Everything of the fact's place in history, and why the fact itself cannot be read."""

    fact: Any

    @classmethod
    def placed(cls, place: Mapping[str, Any], name: str, error: Exception) -> Unread:
        reason = f"{name} cannot be read here ({type(error).__name__}: {error})"
        return cls(**place, fact=Unknown(name, reason))


def context_of(name: str) -> str:
    """By its kind, if the name is newer than this code; empty if its kind is new too."""
    return KINDS.get(name.partition(".")[0], "")
