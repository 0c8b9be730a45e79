"""The HTTP edge through a real server on the real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from strawberry.utils.str_converters import to_kebab_case
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from commands.base import Command, Role
from commands.catalogue import HANDLERS
from commands.properties import ListProperty, RepriceProperty
from tests.infra.server import SECRET, headers

PRICE = {"amount": "650000.00", "currency": "USD"}
HOME = {**ListProperty.EXAMPLE, "property_id": None, "listing_id": None}
ALL = [pytest.param(kind, id=to_kebab_case(kind.__name__)) for kind in HANDLERS]


def path(kind: type[Command]) -> str:
    return f"/commands/{to_kebab_case(kind.__name__)}"


def list_home(api: httpx.Client, **given: str) -> httpx.Response:
    return api.post("/commands/list-property", json=HOME, headers=given)


def reprice(api: httpx.Client, home: str, amount: str = "1", **given: str) -> httpx.Response:
    body = {"property_id": home, "list_price": {"amount": amount, "currency": "USD"}}
    return api.post("/commands/reprice-property", json=body, headers=given)


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The members of the problem, after a look at all that every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:deedbook:problem:{code}"
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == UUID(answer.headers["x-correlation-id"]).urn
    return problem


def test_a_command_gives_a_receipt_with_its_version_as_etag(api: httpx.Client) -> None:
    answer = list_home(api)
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["version"] == 1
    assert receipt["position"] > 0
    assert answer.headers["etag"] == '"1"'
    UUID(answer.headers["x-correlation-id"])
    again = reprice(api, receipt["id"])
    assert (again.status_code, again.headers["etag"]) == (201, '"2"')


@pytest.mark.parametrize("kind", ALL)
def test_every_command_has_a_route_that_takes_its_example(
    api: httpx.Client, kind: type[Command]
) -> None:
    answer = api.post(path(kind), json=kind.EXAMPLE)
    assert answer.status_code in (201, 404, 409), answer.text


@pytest.mark.parametrize("kind", ALL)
def test_every_command_names_the_field_that_is_unknown(
    api: httpx.Client, kind: type[Command]
) -> None:
    answer = api.post(path(kind), json={**kind.EXAMPLE, "colour": "blue"})
    errors = is_problem(answer, 422, "invalid")["errors"]
    assert [(each["field"], each["rule"], each["value"]) for each in errors] == [
        ("colour", "extra_forbidden", "blue")
    ]


def test_a_wrong_field_is_named_with_its_path_rule_and_value(api: httpx.Client) -> None:
    wrong = {**HOME, "list_price": {"amount": "-1", "currency": "XXQ"}, "point": {"latitude": 91}}
    errors = is_problem(api.post("/commands/list-property", json=wrong), 422, "invalid")["errors"]
    found = {each["field"]: (each["rule"], each["value"]) for each in errors}
    assert found == {
        "point.latitude": ("less_than_equal", 91),
        "point.longitude": ("missing", None),
        "list_price.amount": ("greater_than_equal", "-1"),
        "list_price.currency": ("value_error", "XXQ"),
    }


def test_the_same_key_twice_gives_the_same_receipt(api: httpx.Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, second = list_home(api, **key), list_home(api, **key)
    assert second.status_code == 201
    assert second.json() == first.json()
    other = api.post("/commands/list-property", json={**HOME, "as_draft": True}, headers=key)
    is_problem(other, 409, "command_id_reused")


@pytest.mark.parametrize("written", ["1", '"1"', "*"])
def test_the_expected_version_may_be_quoted(api: httpx.Client, written: str) -> None:
    home = list_home(api).json()["id"]
    assert reprice(api, home, **{"If-Match": written}).status_code == 201


def test_a_stale_version_is_told_the_current_one(api: httpx.Client) -> None:
    home = list_home(api).json()["id"]
    reprice(api, home)
    answer = reprice(api, home, "2", **{"If-Match": '"1"'})
    problem = is_problem(answer, 409, "stale_version")
    assert problem["details"] == {"current_version": 2, "expected_version": 1}
    assert answer.headers["etag"] == '"2"'


def test_a_refusal_carries_its_code(api: httpx.Client) -> None:
    home = list_home(api).json()["id"]
    problem = is_problem(
        api.post("/commands/relist-property", json={"property_id": home, "list_price": PRICE}),
        409,
        "property_still_listed",
    )
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", "one"),
        ("X-Correlation-Id", "two"),
        ("X-Cause-Id", "three"),
        ("If-Match", '"x"'),
        ("If-Match", "-1"),
        ("If-Match", '"1'),
        ("If-Match", "9" * 30),
        ("If-Match", "\u00b2"),
    ],
)
def test_a_malformed_header_is_named(api: httpx.Client, name: str, value: str) -> None:
    given = httpx.Headers([(name.encode(), value.encode("latin-1"))])
    answer = api.post("/commands/list-property", json=HOME, headers=given)
    [error] = is_problem(answer, 422, "invalid")["errors"]
    assert (error["field"], error["value"]) == (name, value)


def test_a_header_given_twice_is_named(api: httpx.Client) -> None:
    twice = [("Idempotency-Key", str(uuid4())), ("Idempotency-Key", str(uuid4()))]
    answer = api.post("/commands/list-property", json=HOME, headers=httpx.Headers(twice))
    [error] = is_problem(answer, 422, "invalid")["errors"]
    assert (error["field"], error["rule"]) == ("Idempotency-Key", "repeated")


def test_the_correlation_id_comes_back(api: httpx.Client) -> None:
    given = str(uuid4())
    assert list_home(api, **{"X-Correlation-Id": given}).headers["x-correlation-id"] == given


def test_without_a_token_there_is_nothing_but_the_open_paths(address: str) -> None:
    for name in ("/health", "/ready", "/metrics", "/openapi.json", "/docs"):
        assert httpx.get(address + name).status_code == 200, name
    for method, name in (("POST", "/commands/list-property"), ("GET", "/x"), ("POST", "/graphql")):
        answer = httpx.request(method, address + name, json=HOME)
        is_problem(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("given", ["Basic YTpi", "Bearer", "Bearer a.b.c", "Bearer \xff", ""])
def test_a_bad_token_is_refused(address: str, given: str) -> None:
    raw = httpx.Headers([(b"authorization", given.encode("latin-1"))])
    answer = httpx.post(f"{address}/commands/list-property", json=HOME, headers=raw)
    is_problem(answer, 401, "not_signed_in")
    assert SECRET not in answer.text


def test_another_agencys_record_does_not_exist(address: str, api: httpx.Client) -> None:
    home = list_home(api).json()["id"]
    body = {"property_id": home, "list_price": PRICE}
    answer = httpx.post(f"{address}/commands/reprice-property", json=body, headers=headers())
    is_problem(answer, 404, "not_found")


@pytest.mark.parametrize("kind", ALL)
def test_an_auditor_changes_nothing(address: str, kind: type[Command]) -> None:
    auditor = headers(roles=frozenset({Role.AUDITOR}))
    answer = httpx.post(address + path(kind), json=kind.EXAMPLE, headers=auditor)
    is_problem(answer, 403, "role_missing")


def test_unknown_paths_and_methods(api: httpx.Client) -> None:
    is_problem(api.get("/nothing"), 404, "unknown_path")
    is_problem(api.post("/commands/no-such-command", json={}), 404, "unknown_path")
    answer = api.get("/commands/list-property")
    is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "given",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/jsonx"},
        {},
    ],
    ids=str,
)
def test_only_json_is_read(api: httpx.Client, given: dict[str, str]) -> None:
    answer = api.post("/commands/list-property", content=b"{}", headers=given)
    is_problem(answer, 415, "not_json")


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "application/merge+json"])
def test_json_by_other_names_is_read(api: httpx.Client, kind: str) -> None:
    answer = api.post("/commands/list-property", content=b"{}", headers={"Content-Type": kind})
    is_problem(answer, 422, "invalid")


@pytest.mark.parametrize("name", ["/commands/list-property", "/graphql", "/nothing"])
@pytest.mark.parametrize("chunked", [False, True])
def test_too_large_a_body_is_refused(api: httpx.Client, name: str, chunked: bool) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    body = chunks() if chunked else b" " * (1024 * 1024 + 1)
    answer = api.post(name, content=body, headers={"Content-Type": "application/json"})
    is_problem(answer, 413, "body_too_large")


def test_a_body_of_just_the_limit_is_read(api: httpx.Client) -> None:
    body = b"{}".ljust(1024 * 1024)
    headers = {"Content-Type": "application/json"}
    answer = api.post("/commands/list-property", content=body, headers=headers)
    is_problem(answer, 422, "invalid")


def test_the_documentation_shows_every_command(api: httpx.Client) -> None:
    whole = api.get("/openapi.json").json()
    shapes = whole["components"]["schemas"]
    for kind in HANDLERS:
        operation = whole["paths"][path(kind)]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        assert content["example"] == kind.EXAMPLE
        assert content["schema"]["$ref"].rpartition("/")[2] in shapes
        assert operation["description"] == kind.__doc__
        assert {each["name"] for each in operation["parameters"]} >= {"Idempotency-Key", "If-Match"}
        assert {"201", "401", "403", "404", "409", "413", "422", "503"} <= set(
            operation["responses"]
        )
        assert operation["security"] == [{"token": []}]
    assert all(name.rpartition("/")[2] in shapes for name in references(whole))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def test_metrics_count_commands_by_outcome(address: str, api: httpx.Client) -> None:
    home = list_home(api).json()["id"]
    reprice(api, home, **{"If-Match": "7"})
    api.post("/graphql", json={"query": "{ __typename }"})
    metrics = httpx.get(f"{address}/metrics").text
    assert 'deedbook_http_requests_total{method="POST",route="/graphql",status="200"}' in metrics
    assert 'route=""' not in metrics
    name = RepriceProperty.__name__
    assert f'deedbook_commands_total{{command="{name}",outcome="stale_version"}}' in metrics
    assert 'deedbook_command_seconds_bucket{command="ListProperty",le="0.005"}' in metrics
    assert 'deedbook_http_requests_total{method="POST",route="/commands/list-property"' in metrics
    for gauge in ("store_up", "log_position", "projection_lag", "parked_streams", "gaps"):
        assert f"\ndeedbook_{gauge}" in metrics


def test_many_callers_at_once_all_get_their_receipt(api: httpx.Client) -> None:
    with ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(lambda _: list_home(api), range(256)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["position"] for answer in answers}) == 256


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"Authorization": "Bearer a.b.c"}, 401, "not_signed_in"),
        ({"X-Correlation-Id": "one"}, 422, "invalid"),
    ],
)
def test_a_websocket_is_refused_with_a_problem(
    address: str, given: dict[str, str], status: int, code: str
) -> None:
    url = address.replace("http", "ws") + "/graphql"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url, additional_headers=given, subprotocols=[Subprotocol("graphql-transport-ws")]),
    ):
        pass
    answer = refused.value.response
    assert answer.status_code == status
    assert json.loads(answer.body or b"")["code"] == code
