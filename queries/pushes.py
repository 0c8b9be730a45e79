"""What is pushed when a row changes: the same row that a query would give."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry

from queries.boards import Board
from queries.connections import some
from queries.reads import Reads

Node = TypeVar("Node")


@strawberry.type(description="A record changed. With `gap`, others did too: read them all again.")
class Change(Generic[Node]):
    gap: bool
    id: UUID | None
    node: Node | None


async def changes(view: Reads, board: Board, id: UUID | None) -> AsyncIterator[Change[Any]]:
    """Every change of this record, or of every record of the board, from now on."""
    with view.news(board.table) as feed:
        while True:
            news = await feed.take()
            streams = [stream for stream in news.streams if id in (None, stream)]
            nodes = await some(view, board, streams)
            if news.gap:
                yield Change(gap=True, id=None, node=None)
            for stream, node in zip(streams, nodes, strict=True):
                yield Change(gap=False, id=stream, node=node)
