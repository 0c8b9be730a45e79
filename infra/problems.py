"""The one place where an error becomes an answer (RFC 9457), for HTTP and GraphQL alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing import persistence
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.responses import Response

from commands.desk import RoleMissing
from commands.ledger import Stale, StoreUnavailable
from domain.kernel import DomainError, NotFound
from infra.auth import TokenRefused
from infra.complaints import Complaint, Invalid

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "2"}
BEARER = {"WWW-Authenticate": 'Bearer realm="deedbook"'}
UNREACHABLE = (
    StoreUnavailable,
    psycopg.OperationalError,
    persistence.OperationalError,
    persistence.InterfaceError,
)
STATUS: dict[type[DomainError], int] = {RoleMissing: 403, NotFound: 404}
CODES = {
    404: ("unknown_path", "There is nothing at this path."),
    405: ("method_not_allowed", "This path does not take this method."),
}


@dataclass(frozen=True)
class Problem:
    """`details` are the refusal's own, `errors` the fields that are wrong."""

    status: int
    code: str
    detail: str
    details: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[Complaint] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, Any]:
        """The members that tell more than the sentence, as JSON."""
        more = {"details": dict(self.details), "errors": list(self.errors)}
        return {name: _json(value) for name, value in more.items() if value}


class Unacceptable(Exception):
    """HTTP itself says no: a body too large, or of a type nobody reads here."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.problem = Problem(status, code, detail)
        super().__init__(detail)


def problem_of(error: Exception) -> Problem:
    """What the sender is told. Anything unknown is our fault and tells nothing of the inside."""
    match error:
        case Unacceptable(problem=problem):
            return problem
        case Invalid(complaints=complaints):
            return Problem(422, "invalid", _sentence(complaints), errors=complaints)
        case TokenRefused():
            return Problem(401, "not_signed_in", str(error), headers=BEARER)
        case DomainError():
            return _refusal(error)
        case HTTPException(status_code=status, detail=detail, headers=headers):
            code, sentence = CODES.get(status, ("http_error", str(detail)))
            return Problem(status, code, sentence, headers=dict(headers or {}))
    if isinstance(error, UNREACHABLE):
        detail = "The store cannot be reached. Send the same again, with the same Idempotency-Key."
        return Problem(503, "store_unavailable", detail, headers=RETRY_AFTER)
    return Problem(500, "internal_error", "Something broke on our side. It has been noted.")


def response_of(problem: Problem, correlation: UUID) -> Response:
    content = {
        "type": f"urn:deedbook:problem:{problem.code}",
        "title": problem.code.replace("_", " ").capitalize(),
        "status": problem.status,
        "detail": problem.detail,
        "instance": correlation.urn,
        "code": problem.code,
    }
    return Response(
        _bytes(content | problem.members()),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )


def _refusal(error: DomainError) -> Problem:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    headers = {}
    if isinstance(error, Stale) and "current_version" in error.details:
        headers = {"ETag": f'"{error.details["current_version"]}"'}
    return Problem(status, error.code, error.message, error.details, headers=headers)


def _sentence(complaints: Sequence[Complaint]) -> str:
    if not complaints:
        return "The request is not valid."
    first = complaints[0]
    rest = f" ({len(complaints) - 1} more)" if len(complaints) > 1 else ""
    where = f"{first['field']}: " if first["field"] else ""
    return f"{where}{first['message']}{rest}"


def _json(value: Any) -> Any:
    return to_jsonable_python(value, fallback=str, inf_nan_mode="strings")


def _bytes(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
