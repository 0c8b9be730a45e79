"""A command: a request to change something, named in the imperative."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from domain.kernel import Value


class Role(StrEnum):
    """What a signed-in user may do; a token carries any number of them."""

    AGENT = "agent"
    MANAGER = "manager"
    AUDITOR = "auditor"
    SERVICE = "service"


AGENTS = frozenset({Role.AGENT, Role.MANAGER, Role.SERVICE})
MANAGERS = frozenset({Role.MANAGER})


class Command(Value):
    """ROLES: who may ask for it, any of them suffices. EXAMPLE: a valid body for the docs."""

    ROLES: ClassVar[frozenset[Role]] = AGENTS
    EXAMPLE: ClassVar[dict[str, Any]] = {}
