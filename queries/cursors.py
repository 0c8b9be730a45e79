"""Cursors and pages. A cursor holds the sort key of its row and the order it is a key of."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from domain.kernel import printable
from queries.refusals import Invalid

MOST, USUAL = 100, 25


@dataclass(frozen=True)
class Page:
    """`size` rows from the beginning, or backward from the end, between two cursors."""

    size: int = USUAL
    backward: bool = False
    after: str | None = None
    before: str | None = None

    @classmethod
    def asked(
        cls, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> Page:
        """Raises Invalid for both ends at once, or a size that is negative or above 100."""
        if first is not None and last is not None:
            raise Invalid("Ask for either first or last, not both.")
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 0 <= size <= MOST:
                raise Invalid(f"{name} must lie between 0 and {MOST}, and is {size}.", field=name)
        if last is not None:
            return cls(last, True, after, before)
        return cls(USUAL if first is None else first, False, after, before)


def write_cursor(sign: str, values: Sequence[Any]) -> str:
    return urlsafe_b64encode(to_json([sign, *values])).rstrip(b"=").decode()


def read_cursor(cursor: str, sign: str, kinds: Sequence[Any]) -> list[Any]:
    """The sort key in a cursor. Raises Invalid if it is none, or one of another order."""
    try:
        told = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        named, *values = told
        if named != sign or len(values) != len(kinds):
            raise Invalid(f"This cursor belongs to another order than {sign}.", field="cursor")
        return [_value(kind, value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, RecursionError, ValidationError) as error:
        raise Invalid("This is not a cursor that was given out here.", field="cursor") from error


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _value(kind: Any, told: Any) -> Any:
    value = _adapter(kind).validate_python(told)
    return printable(value) if isinstance(value, str) else value
