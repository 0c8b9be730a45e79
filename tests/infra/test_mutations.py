"""Every command as a GraphQL mutation, on the real store through a real server."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel
from strawberry.utils.str_converters import to_camel_case, to_kebab_case, to_snake_case

from commands.base import Command, Role
from commands.catalogue import HANDLERS
from commands.contacts import RegisterContact
from commands.properties import ListProperty
from infra.graphql import make_schema
from tests.infra.server import headers

ALL = [pytest.param(kind, id=to_kebab_case(kind.__name__)) for kind in HANDLERS]
HOME = {**ListProperty.EXAMPLE, "property_id": None, "listing_id": None}


def field_of(kind: type[Command]) -> str:
    return to_camel_case(to_snake_case(kind.__name__))


def ask(api: httpx.Client, kind: type[Command], body: Any, **given: Any) -> dict[str, Any]:
    """The whole answer to the mutation."""
    query = f"""
        mutation ($input: {kind.__name__}Input!, $commandId: ID, $expectedVersion: Int) {{
            receipt: {field_of(kind)}(
                input: $input, commandId: $commandId, expectedVersion: $expectedVersion
            ) {{ id version position }}
        }}
    """
    content = json.dumps({"query": query, "variables": {"input": body, **given}})
    answer = api.post("/graphql", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), answer.text
    whole: dict[str, Any] = answer.json()
    if answer.status_code == 400:
        assert whole["code"] == "bad_request"
        return {"errors": [{"extensions": {}, "message": whole["detail"]}]}
    return whole


def done(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    receipt: dict[str, Any] = answer["data"]["receipt"]
    return receipt


def refusal(answer: dict[str, Any]) -> dict[str, Any]:
    [error] = answer["errors"]
    extensions: dict[str, Any] = error["extensions"]
    return {"message": error["message"], **extensions}


def as_input(value: Any) -> Any:
    """What pydantic would read, as GraphQL wants it: camel case, and names of enum members."""
    match value:
        case BaseModel():
            sent = {name: getattr(value, name) for name in value.model_fields_set}
            return {to_camel_case(name): as_input(each) for name, each in sent.items()}
        case tuple():
            return [as_input(each) for each in value]
        case _ if hasattr(value, "name"):
            return value.name
        case None | bool() | int() | float():
            return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@pytest.mark.parametrize("kind", ALL)
def test_every_command_is_a_mutation_that_takes_its_example(
    api: httpx.Client, kind: type[Command]
) -> None:
    """And does with it what HTTP does for another agency."""
    answer = ask(api, kind, as_input(kind.model_validate(kind.EXAMPLE)))
    if "errors" in answer:
        assert refusal(answer)["code"] not in ("invalid", "internal_error", None)
    else:
        assert done(answer)["version"] >= 1


def test_every_mutation_says_what_its_command_says() -> None:
    schema = make_schema()
    mutation = schema.get_type_by_name("Mutation")
    described = {each.name: each.description for each in mutation.fields}  # type: ignore[union-attr]
    for kind in HANDLERS:
        assert described.pop(to_snake_case(kind.__name__)) == kind.__doc__
    assert described == {}


def test_an_input_shows_types_defaults_and_what_is_required() -> None:
    shown = make_schema().as_str()
    text = shown[shown.index("input ListPropertyInput {") :].partition("}")[0]
    for line in (
        "propertyId: UUID\n",
        "address: AddressInput!\n",
        "purpose: Purpose! = SALE\n",
        "photos: [PhotoInput!]! = []\n",
        'publicRemarks: String! = ""\n',
        "asDraft: Boolean! = false\n",
    ):
        assert f"  {line}" in text
    assert "amount: Decimal!" in shown[shown.index("input MoneyInput {") :].partition("}")[0]
    assert "position: Position!" in shown[shown.index("type Receipt {") :].partition("}")[0]


def test_the_same_command_id_gives_the_same_receipt(api: httpx.Client) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    once = {"commandId": str(uuid4())}
    first = done(ask(api, ListProperty, body, **once))
    assert done(ask(api, ListProperty, body, **once)) == first
    http = api.post(
        "/commands/list-property", json=HOME, headers={"Idempotency-Key": once["commandId"]}
    )
    assert http.json() == first


def test_a_stale_version_is_told_the_current_one(api: httpx.Client) -> None:
    home = done(ask(api, ListProperty, as_input(ListProperty.model_validate(HOME))))
    [reprice] = [kind for kind in HANDLERS if kind.__name__ == "RepriceProperty"]
    body = {"propertyId": home["id"], "listPrice": {"amount": "1", "currency": "USD"}}
    assert done(ask(api, reprice, body, expectedVersion=1))["version"] == 2
    refused = refusal(ask(api, reprice, body, expectedVersion=1))
    assert (refused["code"], refused["current_version"]) == ("stale_version", 2)


def test_a_wrong_field_is_named_as_the_client_wrote_it(api: httpx.Client) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    body["listPrice"] = {"amount": "-1", "currency": "XXQ"}
    body["address"]["postalCode"] = "a\u202eb"
    refused = refusal(ask(api, ListProperty, body))
    assert refused["code"] == "invalid"
    assert {each["field"]: each["rule"] for each in refused["errors"]} == {
        "address.postalCode": "value_error",
        "listPrice.amount": "greater_than_equal",
        "listPrice.currency": "value_error",
    }


def test_a_malformed_command_id_is_named(api: httpx.Client) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    refused = refusal(ask(api, ListProperty, body, commandId="one"))
    assert [each["field"] for each in refused["errors"]] == ["commandId"]


def test_roles_and_agencies_are_kept_apart(api: httpx.Client) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    home = done(ask(api, ListProperty, body))
    [publish] = [kind for kind in HANDLERS if kind.__name__ == "PublishProperty"]
    mine = {"propertyId": home["id"]}
    api.headers.update(headers(roles=frozenset({Role.AUDITOR})))
    assert refusal(ask(api, ListProperty, body))["code"] == "role_missing"
    api.headers.update(headers())
    assert refusal(ask(api, publish, mine))["code"] == "not_found"


@pytest.mark.parametrize(
    "amount",
    [
        *("NaN", "sNaN", "Infinity", "-1e999999", "1e999999999999999999999", "9" * 6000, "", "x"),
        *(10**400, 1e308, True, None, [], {}, "\ud800", "\u202e"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_no_amount_breaks_a_mutation(api: httpx.Client, amount: Any) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    body["listPrice"]["amount"] = amount
    answer = ask(api, ListProperty, body)
    assert answer["errors"]
    assert answer["errors"][0].get("extensions", {}).get("code") in (None, "invalid")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("listedOn", "99999-01-01"),
        ("listedOn", "0001-01-01"),
        ("listedOn", 1),
        ("propertyId", "x"),
        ("propertyId", "\ud800"),
        ("publicRemarks", "\ud800"),
        ("publicRemarks", "a\u0000b"),
        ("publicRemarks", "x" * 20_000),
        ("purpose", "GIFT"),
        ("photos", [None]),
        ("point", {"latitude": 1e400, "longitude": 0}),
        ("colour", "blue"),
    ],
)
def test_no_field_breaks_a_mutation(api: httpx.Client, field: str, value: Any) -> None:
    body = as_input(ListProperty.model_validate(HOME))
    answer = ask(api, ListProperty, {**body, field: value})
    assert answer["errors"]
    assert answer["errors"][0].get("extensions", {}).get("code") in (None, "invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"{}"',
        b"{",
        b"{}",
        b"\xff\xfe",
        b'{"query": 7}',
        b'{"query": "\\ud800"}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": 7}',
        b'{"query": "{ __typename }", "operationName": {}}',
        b'{"query": "{ __typename }", "extensions": 7}',
        b'{"query": "{ a(b: 1' + b"0" * 10_000 + b') }"}',
        b'{"query": "' + b"{a" * 100_000 + b'"}',
        b'{"variables": ' + b"[" * 100_000,
        b'{"variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"variables": 1' + b"0" * 10_000 + b"}",
        b'{"query": "{ a }", "variables": {"a": NaN}}',
    ],
    ids=lambda value: repr(value)[:40],
)
def test_no_body_breaks_the_graph(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"
    assert "internal_error" not in answer.text


def test_a_contact_is_registered_with_all_that_is_known(api: httpx.Client) -> None:
    body = as_input(RegisterContact.model_validate(RegisterContact.EXAMPLE))
    assert body["requirements"]["areas"][0]["radiusKm"] == 3
    assert done(ask(api, RegisterContact, body))["version"] >= 2


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_graph_reads_only_json(api: httpx.Client, kind: str) -> None:
    answer = api.post("/graphql", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json()["code"] == "not_json"
