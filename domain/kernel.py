"""What every context is made of: values, facts, aggregates and refusals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, SerializeAsAny, field_validator

FACTS: dict[str, type[Fact]] = {}

UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Personal:
    """Marks a field, `Annotated[str, Personal]`, that tells who a person is."""


class Value(BaseModel):
    """Compared by content, never changed in place. Text is NFC and free of control characters."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        str_max_length=10_000,
        serialize_by_alias=True,
        hide_input_in_errors=True,
    )

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        if isinstance(value, str) and type(value) is str:
            return printable(value)
        if isinstance(value, tuple) and value and type(value[0]) is str:
            return tuple(printable(each) for each in value)
        return value

    def but(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)


def printable(text: str) -> str:
    """The text in NFC; a ValueError names the first control character it should not have."""
    if found := UNPRINTABLE.search(text):
        at, code = found.start(), ord(found.group())
        raise ValueError(
            f"character U+{code:04X} at place {at + 1} is a control character: remove it"
        )
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Fact(Value):
    """Something that happened. Its NAME is what the store keeps: never reuse, never rename.

    A new shape is a new VERSION, and `upcast` brings every older one to it.
    """

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if FACTS.setdefault(cls.NAME, cls) is not cls:
            raise TypeError(f"{cls.__qualname__} reuses the name {cls.NAME!r}")

    @classmethod
    def upcast(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        """The data of an older version in the shape of the next one. Pure."""
        raise TypeError(f"{cls.NAME} has no upcast from version {version}: {sorted(data)}")

    @classmethod
    def read(cls, data: dict[str, Any], version: int) -> Self:
        """The fact from stored data of any version up to today's; a newer one is refused."""
        if version > cls.VERSION:
            raise TypeError(f"{cls.NAME} version {version} is newer than {cls.VERSION}, known here")
        for older in range(version, cls.VERSION):
            data = cls.upcast(data, older)
        return cls.model_validate(data)

    @classmethod
    def context(cls) -> str:
        """The context that owns the fact, which is the name of its file in every folder."""
        return cls.__module__.split(".")[1]


class Recorded(Value):
    """A fact with its place in history: stream, version and position, when, by whom and why.

    `position` is the fact's place in the whole log, counted from 1 without gaps; 0 before it is
    stored. `cause` is the fact or request that led to it, `correlation` the first request of all.
    """

    stream: UUID
    version: int
    position: int = 0
    agency: UUID
    at: datetime
    by: str
    command_id: UUID
    cause: UUID | None = None
    correlation: UUID
    fact: SerializeAsAny[Fact]

    @property
    def id(self) -> UUID:
        return uuid5(self.stream, str(self.version))

    @property
    def originator_id(self) -> UUID:
        return self.stream

    @property
    def originator_version(self) -> int:
        return self.version


class Aggregate(Value):
    """State made of facts alone. Methods decide and return facts; `evolve` only assigns.

    KIND is the first part of the NAME of the fact that begins a stream of this kind.
    """

    KIND: ClassVar[str]

    id: UUID
    agency: UUID | None = None
    version: int = 0
    position: int = 0

    def evolve(self, fact: Fact) -> Self:
        raise NotImplementedError(type(self).__name__)

    @classmethod
    def replay(cls, state: Self | None, history: Iterable[Recorded]) -> Self | None:
        """The state after these steps; nothing if there are none, or they are of another kind."""
        last: Recorded | None = None
        for step in history:
            if state is None:
                if step.fact.NAME.partition(".")[0] != cls.KIND:
                    return None
                state = cls(id=step.stream, agency=step.agency)
            state, last = state.evolve(step.fact), step
        if state is None or last is None:
            return state
        return state.but(version=last.version, position=last.position)


class DomainError(Exception):
    """A rule said no. The docstring is the rule in words; edges turn `code` into their errors."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str = "", **details: Any) -> None:
        self.message = message or (type(self).__doc__ or self.code)
        self.details = details
        super().__init__(self.message)


class NotFound(DomainError):
    """There is no such record in this agency's book."""

    code = "not_found"
