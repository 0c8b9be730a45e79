"""What is wrong with what was sent: field, rule, message and the value, for both edges."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.kernel import Value

V = TypeVar("V", bound=Value)

MOST_COMPLAINTS = 50
LONGEST = 100
TWICE = "This name stands twice in one object."
Complaint = dict[str, Any]


class Invalid(Exception):
    """What was sent does not have the shape that was asked for."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = list(complaints)
        super().__init__(
            "; ".join(f"{each['field']}: {each['message']}" for each in self.complaints)
        )


def complaint(field: str, rule: str, message: str, value: Any = None) -> Complaint:
    return {
        "field": shortened(field),
        "rule": rule,
        "message": _clipped(message, 300),
        "value": shortened(value),
    }


def read_json(kind: type[V], raw: bytes) -> V:
    """The value in these bytes. Raises Invalid, whatever the bytes are."""
    value = checked(lambda: kind.model_validate_json(raw))
    _refuse_repeated_names(raw)
    return value


def checked(validate: Callable[[], V], name: Callable[[str], str] = str) -> V:
    """What `validate` makes, or Invalid with fields as the sender calls them."""
    try:
        return validate()
    except ValidationError as error:
        raise Invalid(_complaints(error, name)) from None


def shortened(value: Any) -> Any:
    """Something printable of bounded size that lets the sender recognise what they sent."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else f"a whole number of {value.bit_length()} bits"
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, dict):
        return f"an object with {len(value)} fields"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if isinstance(value, (bytes, Value)):
        return None
    return _clipped(str(value), LONGEST)


def _complaints(error: ValidationError, name: Callable[[str], str]) -> list[Complaint]:
    found = error.errors(include_url=False, include_context=False)[:MOST_COMPLAINTS]
    return [
        complaint(
            field=".".join(
                name(part) if isinstance(part, str) else str(part) for part in each["loc"]
            ),
            rule=each["type"],
            message=each["msg"].removeprefix("Value error, "),
            value=None if each["type"] in ("missing", "json_invalid") else each["input"],
        )
        for each in found
    ]


def _clipped(text: str, most: int) -> str:
    printable = text[: most + 1].encode("utf-8", "replace").decode()
    return printable if len(text) <= most else f"{printable[:most]}…"


def _refuse_repeated_names(raw: bytes) -> None:
    """Two values under one name: readers disagree which one counts, so none does."""

    def unique(pairs: list[tuple[str, Any]]) -> None:
        times = Counter(name for name, _ in pairs)
        if twice := [name for name, number in times.items() if number > 1]:
            raise Invalid(complaint(name, "repeated_name", TWICE) for name in twice)

    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str, parse_constant=str)
