"""The headers that requests may carry, read strictly: a malformed one is refused by its name."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from starlette.datastructures import Headers

from infra.complaints import Invalid, complaint

IDEMPOTENCY_KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
CORRELATION_ID = "X-Correlation-Id"
CAUSE_ID = "X-Cause-Id"

PARAMETERS: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **shape},
    }
    for name, description, shape in (
        (
            IDEMPOTENCY_KEY,
            "The command's id. The same id twice gives the same receipt and changes nothing.",
            {"format": "uuid"},
        ),
        (
            IF_MATCH,
            'The version of the record you decided on, as "3": if it has another one now, 409.',
            {"pattern": '^("?[0-9]{1,18}"?|\\*)$'},
        ),
        (CORRELATION_ID, "Ties together all that one request caused.", {"format": "uuid"}),
        (CAUSE_ID, "The fact or request that led to this one.", {"format": "uuid"}),
    )
]
"""Without examples: `/docs` would send them along, the same id with every command."""


def uuid_header(headers: Headers, name: str) -> UUID | None:
    given = _only(headers, name)
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise _malformed(name, "uuid", "must be a UUID", given) from None


def version_header(headers: Headers) -> int | None:
    """The expected version; none if the header is absent or `*`."""
    given = _only(headers, IF_MATCH)
    if given is None or given == "*":
        return None
    found = re.fullmatch(r'([0-9]{1,18})|"([0-9]{1,18})"', given, re.ASCII)
    if found is None:
        raise _malformed(IF_MATCH, "version", 'must be a version such as "3"', given)
    return int(found[1] or found[2])


def _only(headers: Headers, name: str) -> str | None:
    given = headers.getlist(name)
    if len(given) > 1:
        raise _malformed(name, "repeated", "must stand only once", ", ".join(given))
    return given[0].strip() if given else None


def _malformed(name: str, rule: str, sentence: str, given: str) -> Invalid:
    return Invalid([complaint(name, rule, f"The header {name} {sentence}.", given)])
