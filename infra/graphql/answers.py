"""Errors as GraphQL shows them: a refusal with its code, anything unexpected without its inside."""

from __future__ import annotations

import logging

from graphql import GraphQLError
from strawberry import Schema
from strawberry.extensions import MaskErrors
from strawberry.types import ExecutionContext

from infra.problems import problem_of

log = logging.getLogger("deedbook.graphql")


class QuietSchema(Schema):
    """Logs what is our fault, with its trace, and nothing of what a client did wrong."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002
    ) -> None:
        for error in errors:
            if _is_raised(error) and problem_of(_cause(error)).status >= 500:
                log.error("the field %s failed", error.path, exc_info=error.original_error)


class Explain(MaskErrors):
    """The same problem that HTTP would show, in the extensions."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_is_raised)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        problem = problem_of(_cause(error))
        members = problem.members()
        extensions = {**members.get("details", {}), "code": problem.code}
        if errors := members.get("errors"):
            extensions["errors"] = errors
        return GraphQLError(
            problem.detail,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions=extensions,
        )


def _is_raised(error: GraphQLError) -> bool:
    """By our code while it ran; not by the reading of a query or its variables."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return False
    return error.path is not None or error.nodes is None


def _cause(error: GraphQLError) -> Exception:
    return error.original_error or error
