"""Fields with a description, typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

F = TypeVar("F", bound=Callable[..., Any])


def field(description: str, **options: Any) -> Callable[[F], F]:
    """The library's decorator, which otherwise hides the type of what it decorates."""
    return cast(Callable[[F], F], strawberry.field(description=description, **options))


def pushed(description: str) -> Callable[[F], F]:
    """The same for a subscription."""
    return cast(Callable[[F], F], strawberry.subscription(description=description))
