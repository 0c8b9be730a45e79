"""Between two operations on one websocket nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension


class Forget(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        self.execution_context.context.begin()
        yield
