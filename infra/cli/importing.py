"""`deedbook import`: files into the book, with a bar, a summary, and a file of what was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table as Grid
from rich.text import Text

from infra.cli.parts import WRONG_INPUT, Failure, err, opened_store, out, shown
from infra.demo import AGENCY
from infra.importing import (
    PROPERTIES,
    Columns,
    Counts,
    Loading,
    Rejects,
    Signer,
    Source,
    Table,
    contacts,
    default_rejects,
    key_columns,
    match,
    open_table,
)

SOME_REJECTED = 3

imports = typer.Typer(
    no_args_is_help=True,
    help="Bring a CSV or Parquet file into the book. Exit code 0: every row is in; "
    "3: some rows were rejected, the others are in.",
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, or Parquet.")]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="Read our field from their column; repeat it. FIELD= leaves the field out.",
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="The same value for all rows; repeat it."),
]
Key = Annotated[
    str, typer.Option(metavar="COLUMN[,COLUMN]", help="What tells the rows of the file apart.")
]
Agency = Annotated[UUID, typer.Option(envvar="DEEDBOOK_AGENCY", help="Whose book it goes into.")]
By = Annotated[str, typer.Option(help="User id that goes under every change.")]
Currency = Annotated[
    str, typer.Option(metavar="CODE", help="ISO 4217 code of all amounts; USD if not told.")
]
RejectFile = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Where rejected rows go with their reason; NAME.rejects.csv here if not given.",
    ),
]


@dataclass(frozen=True)
class Asked:
    """How the person wants the file read."""

    file: Path
    maps: dict[str, str]
    constants: dict[str, str]
    key: str
    signer: Signer
    rejects: Path


class Rate(ProgressColumn):
    def render(self, task: Any) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "", style="cyan")


@imports.command("properties")
def import_properties(
    file: File,
    maps: Maps = None,
    sets: Sets = None,
    key: Key = "",
    agency: Agency = AGENCY,
    by: By = "import",
    currency: Currency = "",
    rejects: RejectFile = None,
) -> None:
    """List a property for each row. The same file again adds nothing."""
    _run(PROPERTIES, _asked(file, (maps, sets), (key, currency), (agency, by), rejects))


@imports.command("contacts")
def import_contacts(
    file: File,
    maps: Maps = None,
    sets: Sets = None,
    key: Key = "",
    name_prefix: Annotated[
        str, typer.Option(metavar="WORD", help="Name for those without one: WORD and their key.")
    ] = "",
    agency: Agency = AGENCY,
    by: By = "import",
    currency: Currency = "",
    rejects: RejectFile = None,
) -> None:
    """Register a contact for each row, and what they look for. The same again adds nothing."""
    source = contacts(name_prefix.strip())
    _run(source, _asked(file, (maps, sets), (key, currency), (agency, by), rejects))


def _asked(
    file: Path,
    pairs: tuple[list[str] | None, list[str] | None],
    said: tuple[str, str],
    who: tuple[UUID, str],
    rejects: Path | None,
) -> Asked:
    key, currency = said
    constants = _pairs("--set", pairs[1])
    constants |= {"currency": currency.upper()} if currency else {}
    path = rejects or default_rejects(file)
    if path.resolve() == file.resolve():
        raise Failure(f"--rejects {path}: this is the file to be imported.", WRONG_INPUT)
    signer = Signer(who[0], who[1], uuid4())
    return Asked(file, _pairs("--map", pairs[0]), constants, key, signer, path)


def _pairs(option: str, written: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in written or ():
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise Failure(f"{option} {each}: write it as {option} FIELD=...", WRONG_INPUT)
        if name.strip() in found:
            raise Failure(f"{option} {each}: {name.strip()} is given twice.", WRONG_INPUT)
        found[name.strip()] = value.strip()
    return found


def _run(source: Source, asked: Asked) -> None:
    table = open_table(asked.file)
    columns = match(source.fields, table.columns, asked.maps, asked.constants)
    _tell(source.check(columns), columns)
    keys = key_columns(source, columns, table, asked.key)
    with Rejects(asked.rejects, table.columns) as rejects, opened_store() as (dsn, store):
        began = monotonic()
        loading = Loading(store, dsn, asked.signer, source, columns, keys, rejects)
        with progress_bar(source.plural, table) as progressed:
            counts = loading.run(table, progressed)
    _sum_up(source, asked, counts, monotonic() - began)
    if counts.rejected:
        raise typer.Exit(SOME_REJECTED)


@contextmanager
def progress_bar(what: str, table: Table) -> Iterator[Callable[[Counts], None]]:
    """Rows done of all, rate, and time left; on a terminal it moves, elsewhere it is silent."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(30),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with bar:
        task = bar.add_task(what.capitalize(), total=table.length)
        yield lambda counts: bar.update(task, completed=counts.done)


def _tell(taken: tuple[str, ...], columns: Columns) -> None:
    for remark in taken:
        err.print(f"Note: {remark}.")
    if columns.unused:
        err.print(f"Note: columns not used: {', '.join(columns.unused)}.")


def _sum_up(source: Source, asked: Asked, counts: Counts, seconds: float) -> None:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(justify="right")
    grid.add_row(f"{counts.rows:,}", f"rows of {source.plural} read from {asked.file.name}")
    grid.add_row(f"{counts.imported:,}", "imported")
    grid.add_row(f"{counts.already_there:,}", "already there")
    where = f", see {shown(asked.rejects)}" if counts.rejected else ""
    grid.add_row(f"{counts.rejected:,}", f"rejected{where}")
    rate = counts.rows / seconds if seconds else 0
    grid.add_row(f"{seconds:,.1f}", f"seconds, {rate:,.0f} rows/s, agency {asked.signer.agency}")
    out.print(grid)
