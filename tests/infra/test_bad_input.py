"""Whatever is sent, to whichever command: never a 500, and what is accepted can be projected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from strawberry.utils.str_converters import to_kebab_case

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.contacts import RegisterContact
from commands.ledger import Deedbook
from commands.properties import ListProperty
from tests.projecting import project_all

ALL = [pytest.param(kind, id=to_kebab_case(kind.__name__)) for kind in HANDLERS]
JSON = {"Content-Type": "application/json"}
HERE = "here comes the value"

BODIES = {
    "empty": b"",
    "blank": b" \n",
    "null": b"null",
    "array": b"[]",
    "array of objects": b"[{}]",
    "string": b'"{}"',
    "number": b"1e999999",
    "not a number": b"NaN",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "broken utf-8": b'{"a":"\xff\xfe"}',
    "overlong utf-8": b'{"a":"\xc0\x80"}',
    "utf-16": '{"a":1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "surrogate in a name": b'{"\\ud800":1}',
    "nul": b"\x00",
    "two values": b"{}{}",
    "unended": b'{"a":"',
    "long name": b'{"' + b"a" * 500_000 + b'":1}',
    "many names": json.dumps(dict.fromkeys(map(str, range(50_000)))).encode(),
    "huge number": b'{"a":1' + b"0" * 400_000 + b"}",
}
VALUES = [
    b"NaN",
    b"-Infinity",
    b"1e999999",
    b"-1e999999",
    b"1e-999999",
    b"1" + b"0" * 400,
    b"-1" + b"0" * 400,
    b"1" + b"0" * 5000,
    b"9223372036854775808",
    b"0.1" + b"1" * 400,
    b"-0",
    b"253402300800",
    b"-1e20",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[]]",
    b'""',
    b'" "',
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"a\\u0000b"',
    b'"a\\u202eb"',
    b'"\\u2066"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"NaN"',
    b'"sNaN"',
    b'"Infinity"',
    b'"1e999999"',
    b'"1e999999999999999999999"',
    b'"' + b"9" * 6000 + b'"',
    b'"99999-01-01"',
    b'"0000-00-00"',
    b'"0001-01-01"',
    b'"9999-12-31"',
    b'"9999-12-31T23:59:59-23:59"',
    b'"0001-01-01T00:00:00+23:59"',
    b'"2024-02-30T25:61:61Z"',
    b'"2024-01-01T00:00:00"',
    b'"00000000-0000-0000-0000-000000000000"',
    b'"x"',
    b'"' + b"x" * 20_000 + b'"',
    '"é́́🏡\u200b"'.encode(),
    b'"\xef\xbc\x91\xef\xbc\x92"',
    b"[" * 1000 + b"]" * 1000,
    b'["a","a","a"]',
]


def post(api: httpx.Client, kind: type[Command], body: bytes) -> httpx.Response:
    path = f"/commands/{to_kebab_case(kind.__name__)}"
    return api.post(path, content=body, headers=JSON)


def is_answered(answer: httpx.Response) -> None:
    if answer.status_code == 201:
        return
    assert answer.status_code in (404, 409, 422), answer.text[:2000]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert len(answer.content) < 100_000
    if answer.status_code == 422:
        assert problem["errors"]
        for error in problem["errors"]:
            assert {"field", "rule", "message", "value"} == set(error)
            assert error["rule"]


def places(node: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """The path of each value in a body."""
    if path:
        yield path
    inside: Any = node.items() if isinstance(node, dict) else ()
    inside = enumerate(node) if isinstance(node, list) else inside
    for key, value in inside:
        yield from places(value, *path, key)


def put(body: Any, path: tuple[str | int, ...], value: bytes) -> bytes:
    """The body as JSON with these bytes at one place."""
    whole = json.loads(json.dumps(body))
    node = whole
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = HERE
    return json.dumps(whole).encode().replace(json.dumps(HERE).encode(), value)


def with_all_fields(kind: type[Command]) -> dict[str, Any]:
    return dict.fromkeys(kind.model_fields) | kind.EXAMPLE


@pytest.mark.parametrize("kind", ALL)
def test_no_body_breaks_a_command(api: httpx.Client, kind: type[Command]) -> None:
    for name, body in BODIES.items():
        answer = post(api, kind, body)
        assert answer.status_code == 422, (name, answer.text[:500])
        is_answered(answer)


@pytest.mark.parametrize("kind", ALL)
def test_no_value_in_any_field_breaks_a_command(api: httpx.Client, kind: type[Command]) -> None:
    body = with_all_fields(kind)
    for number, path in enumerate(places(body)):
        for value in VALUES[number % 3 :: 3]:
            is_answered(post(api, kind, put(body, path, value)))


TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.dates().map(str)
    | st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())
    | st.decimals().map(str)
    | st.uuids().map(str)
)
TREES = st.recursive(
    LEAVES,
    lambda tree: st.lists(tree, max_size=4) | st.dictionaries(TEXTS, tree, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("kind", ALL)
@settings(
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@for_all(st.data())
def test_no_tree_in_any_field_breaks_a_command(
    api: httpx.Client, kind: type[Command], data: st.DataObject
) -> None:
    body = with_all_fields(kind)
    path = data.draw(st.sampled_from(list(places(body))))
    tree = json.dumps(data.draw(TREES), ensure_ascii=data.draw(st.booleans()))
    is_answered(post(api, kind, put(body, path, tree.encode("utf-8", "surrogatepass"))))


@pytest.mark.parametrize("kind", ALL)
def test_a_name_that_stands_twice_is_refused(api: httpx.Client, kind: type[Command]) -> None:
    twice = json.dumps(kind.EXAMPLE)[:-1] + ", " + json.dumps(kind.EXAMPLE)[1:]
    errors = post(api, kind, twice.encode()).json()["errors"]
    assert [each["field"] for each in errors] == list(kind.EXAMPLE)
    assert {each["rule"] for each in errors} == {"repeated_name"}


@pytest.mark.parametrize("value", ["a\u0000b", "a\u202eb", "\u2066x", "a\u200fb", "a\u0085b"])
def test_control_and_bidirectional_characters_are_refused_in_names(
    api: httpx.Client, value: str
) -> None:
    body = json.loads(json.dumps(RegisterContact.EXAMPLE))
    body["details"]["family_name"] = value
    [error] = post(api, RegisterContact, json.dumps(body).encode()).json()["errors"]
    assert error["field"] == "details.family_name"
    assert "control character" in error["message"]


def test_whatever_is_accepted_can_be_projected(
    dsn: str, store: Deedbook, api: httpx.Client
) -> None:
    accepted = 0
    for kind in (ListProperty, RegisterContact):
        body = without_identity(kind)
        for path in places(body):
            for value in VALUES:
                accepted += post(api, kind, put(body, path, value)).status_code == 201
    assert accepted > 100
    project_all(dsn, store)


def without_identity(kind: type[Command]) -> dict[str, Any]:
    """A body that can be sent again and again, each time for a new record."""
    body: dict[str, Any] = json.loads(json.dumps(with_all_fields(kind)))
    for name in ("property_id", "listing_id", "contact_id"):
        body.pop(name, None)
    body.get("details", {}).pop("email", None)
    return body
