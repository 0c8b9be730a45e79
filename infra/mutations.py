"""A GraphQL mutation for each command of the catalogue, inputs and descriptions included."""

from __future__ import annotations

import inspect
from typing import Any, Protocol
from uuid import UUID, uuid4

import strawberry
from strawberry.tools import create_type
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.ledger import Deedbook
from infra.auth import Asker, sign
from infra.complaints import Invalid, checked, complaint
from infra.inputs import input_type, plain
from infra.measures import measured
from infra.reception import hand_in
from queries.scalars import Position


class Context(Protocol):
    """What a mutation needs of the request."""

    @property
    def identity(self) -> Asker: ...
    @property
    def store(self) -> Deedbook: ...
    @property
    def correlation(self) -> UUID: ...


@strawberry.type(description="The record that changed, its version and its position in the log.")
class Receipt:
    id: UUID
    version: int
    position: Position


def _mutation(kind: type[Command]) -> StrawberryField:
    async def resolve(
        info: Info[Any, Any],
        input: Any,
        command_id: strawberry.ID | None = None,
        expected_version: int | None = None,
    ) -> Receipt:
        with measured(kind):
            wanted = plain(input)
            command = checked(lambda: kind.model_validate(wanted), to_camel_case)
            return await _hand_in(command, info.context, command_id, expected_version)

    resolve.__annotations__ = {**resolve.__annotations__, **ARGUMENTS, "input": input_type(kind)}
    resolve.__name__ = to_snake_case(kind.__name__)
    field: StrawberryField = strawberry.field(resolve, description=inspect.getdoc(kind))
    return field


ARGUMENTS: dict[str, Any] = {
    "command_id": strawberry.ID | None,
    "expected_version": int | None,
    "return": Receipt,
}


async def _hand_in(
    command: Command, context: Context, command_id: str | None, expected_version: int | None
) -> Receipt:
    signed = sign(
        context.identity,
        _uuid(command_id),
        context.correlation,
        expected_version=expected_version,
    )
    receipt = await hand_in(command, context.store, signed)
    return Receipt(id=receipt.id, version=receipt.version, position=Position(receipt.position))


def _uuid(command_id: str | None) -> UUID:
    if command_id is None:
        return uuid4()
    try:
        return UUID(command_id)
    except ValueError:
        raise Invalid([complaint("commandId", "uuid", "must be a UUID", command_id)]) from None


Mutation: type = create_type(
    "Mutation",
    [_mutation(kind) for kind in HANDLERS],
    description="Everything that can be asked to change, command by command.",
)
