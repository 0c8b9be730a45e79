"""Reading requests strictly, and answering the malformed ones as HTTP problems."""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any

from cross_web import HTTPException
from pydantic_core import from_json
from strawberry.fastapi import GraphQLRouter

from infra.graphql.context import Context
from infra.problems import Unacceptable

KINDS = {"Unsupported content type": (415, "not_json")}


class StrictRouter(GraphQLRouter[Context, None]):
    """Lone surrogates, NaN, endless nesting or digits: no JSON, instead of errors further in."""

    def decode_json(self, data: str | bytes) -> object:
        try:
            found = from_json(data, allow_inf_nan=False)
        except ValueError as error:
            raise JSONDecodeError(str(error), "", 0) from None
        if not isinstance(found, (dict, list)):
            raise JSONDecodeError("not an object", "", 0)
        return found

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().run(*args, **kwargs)
        except HTTPException as error:
            status, code = KINDS.get(error.reason, (error.status_code, "bad_request"))
            raise Unacceptable(status, code, error.reason) from None
