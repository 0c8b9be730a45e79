"""What a kind of record is made of when it comes from a file: fields, natural key, commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from commands.base import Command
from infra.importing.columns import Columns, Field
from infra.importing.trouble import BadCell

C = TypeVar("C", bound=Command)

Values = Mapping[str, Any]
IdOf = Callable[[str], UUID]


@dataclass(frozen=True)
class Source:
    """`key` gives the natural key where the fields hold one; `usual_keys` are columns that do.

    `commands` makes what is to be asked for one row, given the row's id; `blames` says by a
    refusal's code which field it is about; `check` refuses a file whose columns cannot do, and
    gives remarks on what it takes for granted.
    """

    kind: str
    plural: str
    fields: tuple[Field, ...]
    key: Callable[[Values], str | None]
    usual_keys: tuple[tuple[str, ...], ...]
    check: Callable[[Columns], tuple[str, ...]]
    commands: Callable[[Values, str, UUID], tuple[Command, ...]]
    blames: Mapping[str, str]


def build(kind: type[C], body: Mapping[str, Any]) -> C:
    """The command, or a BadCell that names the first field that is wrong and all reasons."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        first = _field(wrong[0]["loc"])
        reasons = [_reason(each["msg"]) for each in wrong[:1]]
        reasons += [f"{_field(each['loc'])}: {_reason(each['msg'])}" for each in wrong[1:5]]
        shown = wrong[0]["input"] if first else ""
        raise BadCell(first, "; ".join(reasons), shown) from None


def content_key(values: Values) -> str:
    """The same content gives the same key: rows that are alike are one record."""
    written = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


CONTAINERS = ("address", "point", "details", "requirements")


def _field(place: tuple[int | str, ...]) -> str:
    """Our flat name for the place of a value in a command."""
    names = [part for part in place if isinstance(part, str) and part not in CONTAINERS]
    if names[-1:] == ["currency"]:
        return "currency"
    return names[0] if names else ""


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
