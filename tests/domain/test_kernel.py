"""Values, upcasting and replay: what every context is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some
from pydantic import ValidationError

from domain.contacts import Contact
from domain.kernel import FACTS, Fact, NotFound, Recorded, Value
from domain.properties import Property, PropertyPublished


class Note(Value):
    text: str
    tags: tuple[str, ...] = ()


@pytest.fixture
def visited() -> Iterator[type[Fact]]:
    """A fact in its third shape: once it had `visitor`, then `visitors`, now `who`."""

    class HomeVisited(Fact):
        """Somebody looked at the home."""

        NAME = "test.home_visited"
        VERSION = 3
        who: tuple[str, ...]

        @classmethod
        def upcast(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
            if version == 1:
                return {"visitors": [data["visitor"]]}
            return {"who": data["visitors"]}

    yield HomeVisited
    del FACTS[HomeVisited.NAME]


def recorded(fact: Fact, version: int = 1) -> Recorded:
    return Recorded(
        stream=uuid4(),
        version=version,
        position=9,
        agency=uuid4(),
        at=datetime.now(UTC),
        by="anna",
        command_id=uuid4(),
        correlation=uuid4(),
        fact=fact,
    )


@pytest.mark.parametrize(
    ("data", "version"),
    [({"visitor": "Ada"}, 1), ({"visitors": ["Ada"]}, 2), ({"who": ["Ada"]}, 3)],
)
def test_every_older_shape_is_brought_to_todays(
    visited: type[Fact], data: dict[str, Any], version: int
) -> None:
    assert visited.read(data, version) == visited(who=("Ada",))  # type: ignore[call-arg]


def test_a_shape_without_an_upcast_is_refused_loudly() -> None:
    with pytest.raises(TypeError, match="no upcast from version 0"):
        PropertyPublished.read({}, 0)


def test_a_stored_name_belongs_to_one_fact() -> None:
    with pytest.raises(TypeError, match="reuses the name"):

        class Twin(Fact):
            NAME = "property.published"


@pytest.mark.parametrize("bad", ["a\x00b", "\u202eevil", "x\u2066y", "\x1b[31m", "a\u200fb"])
def test_control_characters_are_refused_wherever_text_stands(bad: str) -> None:
    for fields in ({"text": bad}, {"text": "x", "tags": (bad,)}, {"text": "x", "tags": ("x", bad)}):
        with pytest.raises(ValidationError, match="control character"):
            Note(**fields)


@for_all(text=some.text(some.characters(exclude_categories=["Cc", "Cs"]), max_size=50))
def test_text_is_stored_in_one_normal_form(text: str) -> None:
    try:
        once = Note(text=text).text
    except ValidationError:
        return
    assert Note(text=once).text == once


def test_a_stream_of_another_kind_is_not_replayed() -> None:
    assert Contact.replay(None, [recorded(PropertyPublished())]) is None
    assert Contact.replay(None, []) is None


def test_replay_keeps_the_place_of_the_last_fact() -> None:
    home = Property.replay(None, [recorded(PropertyPublished(), version=1)])
    assert home is not None
    assert (home.version, home.position) == (1, 9)


def test_a_refusal_speaks_its_rule() -> None:
    assert str(NotFound()) == "There is no such record in this agency's book."
    assert NotFound(id="7").details == {"id": "7"}
