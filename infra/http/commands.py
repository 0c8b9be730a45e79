"""`POST /commands/<name>` for each command of the catalogue."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from pydantic.json_schema import models_json_schema
from strawberry.utils.str_converters import to_kebab_case

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.ledger import Receipt
from infra.auth import sign
from infra.complaints import read_json
from infra.http.headers import (
    CAUSE_ID,
    IDEMPOTENCY_KEY,
    PARAMETERS,
    uuid_header,
    version_header,
)
from infra.measures import measured
from infra.problems import MEDIA_TYPE, Unacceptable
from infra.reception import hand_in

PROBLEMS = {
    401: "No token, or one that proves nothing",
    403: "None of your roles may do this",
    404: "There is no such record in this agency's book",
    409: "A rule refuses it, or the record changed meanwhile; `code` says which",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field or header is wrong; `errors` names each",
    503: "The store cannot be reached; send the same again",
}
REF = "#/components/schemas/{model}"
REFS, SHAPES = models_json_schema([(kind, "validation") for kind in HANDLERS], ref_template=REF)
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence to show to the user"},
        "instance": {"type": "string", "description": "The correlation id as a urn"},
        "code": {"type": "string", "description": "What programs decide on"},
        "details": {"type": "object", "description": "What the refusal adds"},
        "errors": {"type": "array", "items": {"$ref": REF.format(model="Complaint")}},
    },
}
COMPLAINT = {
    "type": "object",
    "required": ["field", "rule", "message", "value"],
    "properties": {
        "field": {"type": "string", "description": "Path of the field, or the header's name"},
        "rule": {"type": "string"},
        "message": {"type": "string"},
        "value": {"description": "What was sent, shortened"},
    },
}
SCHEMAS: dict[str, Any] = {**SHAPES["$defs"], "Problem": PROBLEM, "Complaint": COMPLAINT}


def command_routes() -> APIRouter:
    router = APIRouter(prefix="/commands")
    for kind in HANDLERS:
        name = to_kebab_case(kind.__name__)
        router.add_api_route(
            f"/{name}",
            _endpoint(kind),
            methods=["POST"],
            status_code=201,
            response_model=Receipt,
            operation_id=name,
            summary=name.replace("-", " ").capitalize(),
            description=inspect.getdoc(kind),
            tags=[kind.__module__.split(".")[1]],
            responses={status: _problem(sentence) for status, sentence in PROBLEMS.items()},
            openapi_extra=_body(kind),
        )
    return router


def _endpoint(kind: type[Command]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        with measured(kind):
            _refuse_other_than_json(request)
            command = read_json(kind, await request.body())
            signed = sign(
                request.state.identity,
                uuid_header(request.headers, IDEMPOTENCY_KEY) or uuid4(),
                request.state.correlation,
                cause=uuid_header(request.headers, CAUSE_ID),
                expected_version=version_header(request.headers),
            )
            receipt = await hand_in(command, request.app.state.store, signed)
        return Response(
            receipt.model_dump_json(),
            status_code=201,
            headers={"ETag": f'"{receipt.version}"'},
            media_type="application/json",
        )

    return endpoint


def _refuse_other_than_json(request: Request) -> None:
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    charset = dict(each.strip().partition("=")[::2] for each in parameters).get("charset", "utf-8")
    encoding = request.headers.get("content-encoding", "identity")
    is_json = re.fullmatch(r"application/([^/]+\+)?json", kind.strip())
    if not is_json or charset.strip('"') != "utf-8" or encoding != "identity":
        sentence = "The body must be application/json in UTF-8, not compressed."
        raise Unacceptable(415, "not_json", sentence)


def _body(kind: type[Command]) -> dict[str, Any]:
    content = {"schema": REFS[kind, "validation"], "example": kind.EXAMPLE}
    return {
        "requestBody": {"required": True, "content": {"application/json": content}},
        "parameters": PARAMETERS,
        "security": [{"token": []}],
    }


def _problem(sentence: str) -> dict[str, Any]:
    return {
        "description": sentence,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
    }
