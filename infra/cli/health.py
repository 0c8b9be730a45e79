"""`deedbook doctor` and `deedbook unpark`."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import psycopg
import typer
from rich.table import Table as Grid
from rich.text import Text

from commands.ledger import Deedbook
from infra.checkup import Finding, Part, checkup
from infra.cli.parts import FAILED, WRONG_INPUT, Failure, configured, opened_store, out
from infra.embedded import database
from infra.log import StoreLog
from infra.postgres import open_writers
from projections.catalogue import PROJECTIONS
from streams.projector import Projector


def doctor(
    only: Annotated[
        list[Part] | None, typer.Option(help="Look at this part only; repeat it for several.")
    ] = None,
) -> None:
    """Say what is up, what lags, what is parked, and what to do. Exit code 1 if something is."""
    with database() as dsn:
        findings = asyncio.run(checkup(dsn, configured()))
    wanted = set(only or Part)
    found = [each for each in findings if each.part in wanted or not _reached(findings)]
    out.print(_grid(found))
    wrong = [each for each in found if not each.well]
    for todo, names in _todos(wrong).items():
        out.print(Text(f"\n{', '.join(names)}:\n  {todo}"))
    if wrong:
        raise typer.Exit(FAILED)
    out.print("\nAll is well.")


def unpark(
    projection: Annotated[str, typer.Argument(help="Its name, as the doctor shows it.")],
    stream: Annotated[UUID | None, typer.Argument(help="One stream; all of them if none.")] = None,
) -> None:
    """Try parked streams again from the fact that failed. Exit code 1 if one is parked again."""
    if projection not in PROJECTIONS:
        names = ", ".join(PROJECTIONS)
        raise Failure(f"There is no projection {projection!r}. They are: {names}.", WRONG_INPUT)
    with opened_store() as (dsn, store):
        streams = _parked(dsn, projection, stream)
        if not streams:
            out.print("Nothing is parked there.")
            return
        whole = asyncio.run(_try_again(dsn, store, projection, streams))
    for each in streams:
        says = "whole again" if each in whole else "parked again: `deedbook doctor` tells why"
        out.print(f"{each}: {says}", soft_wrap=True)
    if len(whole) < len(streams):
        raise typer.Exit(FAILED)


def _reached(findings: list[Finding]) -> bool:
    """Without a database or its tables nothing else can be told."""
    return any(each.part is Part.PROJECTIONS for each in findings)


def _todos(wrong: list[Finding]) -> dict[str, list[str]]:
    """What to do, and for which findings it is the same."""
    todos: dict[str, list[str]] = {}
    for each in wrong:
        todos.setdefault(each.todo, []).append(each.name)
    return todos


def _grid(findings: list[Finding]) -> Grid:
    grid = Grid.grid(padding=(0, 2))
    for each in findings:
        mark = Text("ok", style="green") if each.well else Text("!!", style="bold red")
        grid.add_row(mark, Text(each.name, no_wrap=True), Text(each.says))
    return grid


def _parked(dsn: str, projection: str, stream: UUID | None) -> list[UUID]:
    sql = "select stream from parked where projection = %s and (%s::uuid is null or stream = %s)"
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(sql + " order by position", (projection, stream, stream))
        return [found for (found,) in rows]


async def _try_again(dsn: str, store: Deedbook, projection: str, streams: list[UUID]) -> set[UUID]:
    """Those that are whole now."""
    async with open_writers(dsn, 2) as pool, open_writers(dsn, 2) as log_pool:
        projector = Projector(PROJECTIONS[projection], pool, StoreLog(store, log_pool))
        return {each for each in streams if await projector.unpark(each)}
