"""docs/reference.md, made from the code: every command, every fact, every personal field.

python -m infra.reference          writes it; a test compares it with the code
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from commands.base import Command
from commands.catalogue import HANDLERS
from domain.catalogue import FACTS
from domain.kernel import Fact, Personal, Value
from infra.graphql.schema import make_schema
from streams.envelope import topic

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"
SCHEMA = PAGE.with_name("schema.graphql")
HEAD = """# Reference: commands, facts, personal fields

Made from the code by `python -m infra.reference`; do not edit by hand.
"""


def kebab(name: str) -> str:
    """RepriceProperty -> reprice-property."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def page() -> str:
    return "\n".join([HEAD, *_commands(), *_facts(), *_personal()]) + "\n"


def schema() -> str:
    """The whole graph in the schema language."""
    return make_schema().as_str() + "\n"


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "`POST /commands/<name>`, or the GraphQL mutation of the same name in camelCase.\n"
    yield "| command | what it asks | fields | roles |\n|---|---|---|---|"
    for kind in HANDLERS:
        yield f"| `{kebab(kind.__name__)}` | {_doc(kind)} | {_fields(kind)} | {_roles(kind)} |"


def _facts() -> Iterator[str]:
    yield "\n## Facts\n"
    yield "The stored name is for ever. A new shape gets a new version.\n"
    yield "| fact | version | topic | what happened | fields |\n|---|---|---|---|---|"
    for name, kind in sorted(FACTS.items()):
        place = topic(kind.context())
        yield f"| `{name}` | {kind.VERSION} | `{place}` | {_doc(kind)} | {_fields(kind)} |"


def _personal() -> Iterator[str]:
    yield "\n## Personal fields\n"
    yield "Fields that tell who a person is, wherever they stand in a fact.\n"
    yield "| fact | field |\n|---|---|"
    for name, kind in sorted(FACTS.items()):
        for path in personal_fields(kind):
            yield f"| `{name}` | `{path}` |"


def personal_fields(kind: type[Value], prefix: str = "") -> Iterator[str]:
    """Paths of the fields marked Personal, nested values included."""
    for name, info in kind.model_fields.items():
        if Personal in info.metadata or Personal in _marks(info.annotation):
            yield prefix + name
            continue
        for inner in _values_in(info.annotation):
            yield from personal_fields(inner, f"{prefix}{name}.")


def _marks(annotation: Any) -> list[Any]:
    own = list(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else []
    return own + [mark for each in get_args(annotation) for mark in _marks(each)]


def _values_in(annotation: Any) -> Iterator[type[Value]]:
    if isinstance(annotation, type) and issubclass(annotation, Value):
        yield annotation
    for each in get_args(annotation):
        yield from _values_in(each)


def _doc(kind: type[Command] | type[Fact]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _fields(kind: type[Value]) -> str:
    named = kind.model_fields.items()
    return ", ".join(f"`{name}`" + ("" if info.is_required() else "?") for name, info in named)


def _roles(kind: type[Command]) -> str:
    return ", ".join(sorted(kind.ROLES))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    SCHEMA.write_text(schema(), "utf-8")
