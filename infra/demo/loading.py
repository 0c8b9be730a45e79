"""The demo's homes and clients on their way into the book: the import, from inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from commands.ledger import Deedbook
from infra.demo.clients import clients
from infra.importing import (
    PROPERTIES,
    Counts,
    Loading,
    Rejects,
    Signer,
    Source,
    Table,
    contacts,
    match,
)

SAMPLE = Path(__file__).parent / "sample.parquet"
CLIENTS = 500


@dataclass(frozen=True)
class Cast:
    """How many homes and clients take part."""

    homes: int
    clients: int

    def tables(self) -> tuple[tuple[Source, Table], tuple[Source, Table]]:
        sample = pl.read_parquet(SAMPLE)
        prices = dict(sample.group_by("postal_code").agg(pl.col("list_price").median()).iter_rows())
        people = pl.DataFrame(clients(self.clients, prices), infer_schema_length=None)
        homes = sample.head(self.homes)
        return (PROPERTIES, _table("homes", homes)), (contacts(), _table("clients", people))


def load(
    store: Deedbook,
    dsn: str,
    agency: UUID,
    what: tuple[Source, Table],
    progressed: Callable[[Counts], Any],
) -> Counts:
    """Adds what is not there yet; the demo's rows are never rejected."""
    source, table = what
    signer = Signer(agency, "demo", uuid5(agency, "demo"))
    columns = match(source.fields, table.columns, {}, {})
    rejects = Rejects(Path("demo.rejects.csv"), table.columns)
    counts = Loading(store, dsn, signer, source, columns, (), rejects).run(table, progressed)
    if counts.rejected:
        raise RuntimeError(f"{counts.rejected} rows of the demo were rejected: {rejects.path}")
    return counts


def _table(name: str, frame: pl.DataFrame) -> Table:
    return Table(Path(name), tuple(frame.columns), frame.lazy(), frame.height)
