"""GraphQL input types made from the domain's values, field by field."""

from __future__ import annotations

import dataclasses
import inspect
import types
from datetime import datetime
from enum import EnumMeta
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo
from strawberry.types.base import has_object_definition
from strawberry.types.enum import has_enum_definition
from strawberry.types.unset import UNSET

import queries.enums  # noqa: F401
from domain.kernel import Value

SAME: dict[Any, Any] = {AwareDatetime: datetime}
MADE: dict[str, type[Value]] = {}


@lru_cache
def input_type(kind: type[Value]) -> type:
    """`<Class>Input`; two classes of one name would be one type, so that is refused."""
    name = f"{kind.__name__}Input"
    if MADE.setdefault(name, kind) is not kind:
        raise TypeError(f"{kind} and {MADE[name]} are both {name} in GraphQL: rename one")
    hints = {key: _hint(field) for key, field in kind.model_fields.items()}
    body = {key: _field(field) for key, field in kind.model_fields.items()}
    body |= {"__annotations__": hints, "__module__": __name__}
    made = types.new_class(name, (), {}, lambda namespace: namespace.update(body))
    return strawberry.input(made, description=inspect.getdoc(kind))


def plain(given: Any) -> Any:
    """What the client sent, for pydantic: without what was left out."""
    if isinstance(given, list):
        return [plain(each) for each in given]
    if not has_object_definition(type(given)):
        return given
    sent = {each.name: getattr(given, each.name) for each in dataclasses.fields(given)}
    return {name: plain(value) for name, value in sent.items() if value is not UNSET}


def _hint(field: FieldInfo) -> Any:
    hint = _graphql(field.annotation)
    return hint if field.is_required() or _shown(field) else hint | None


def _field(field: FieldInfo) -> Any:
    if field.is_required():
        return strawberry.field(description=field.description)
    if field.default == () and _shown(field):
        return strawberry.field(description=field.description, default_factory=list)
    default = field.default if _shown(field) else UNSET
    return strawberry.field(description=field.description, default=default)


def _shown(field: FieldInfo) -> bool:
    """Whether the schema itself can state the default."""
    return isinstance(field.default, (str, bool, int)) or field.default == ()


def _graphql(hint: Any) -> Any:
    hint = SAME.get(hint, hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _graphql(arguments[0])
    if origin is tuple:
        return list[_graphql(arguments[0])]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        [inner] = [each for each in arguments if each is not type(None)]
        return _graphql(inner) | None
    if isinstance(hint, EnumMeta) and not has_enum_definition(hint):
        raise TypeError(f"{hint} is no GraphQL enum: queries.enums makes those of the domain")
    return input_type(hint) if issubclass(hint, Value) else hint
