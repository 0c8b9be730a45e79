"""A CSV or Parquet file as a stream of rows; memory stays flat however long the file is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from infra.importing import untidy
from infra.importing.trouble import BadFile
from infra.importing.untidy import OVERFLOW

BATCH = 1024
HEAD_BYTES = 1 << 20
SEPARATORS = (",", ";", "\t", "|")
PACKED = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """`length` counts the rows of the file, blank lines of a CSV included."""

    path: Path
    columns: tuple[str, ...]
    frame: pl.LazyFrame
    length: int
    separator: str = ""
    tidy: bool = True

    def batches(self) -> Iterator[list[tuple[int, Row]]]:
        """Rows with their number, the first row under the header being 1; blank ones left out."""
        if not self.tidy:
            yield from self._untidy()
            return
        number = 0
        try:
            for batch in self.frame.collect_batches(chunk_size=BATCH, maintain_order=True):
                rows = enumerate(batch.iter_rows(named=True), number + 1)
                number += batch.height
                yield [(at, row) for at, row in rows if any(v is not None for v in row.values())]
        except pl.exceptions.PolarsError as error:
            raise BadFile(f"{self.path}: cannot be read on after row {number}: {error}") from error

    def _untidy(self) -> Iterator[list[tuple[int, Row]]]:
        rows = enumerate(untidy.rows(self.path, self.separator, self.columns), 1)
        while batch := list(islice(rows, BATCH)):
            yield [(at, row) for at, row in batch if any(v is not None for v in row.values())]


def open_table(path: Path) -> Table:
    """Told apart by content, not by suffix. BadFile says what to do about another kind of file."""
    head = _head(path)
    try:
        if head.startswith(b"PAR1"):
            frame = pl.scan_parquet(path, glob=False)
            return Table(path, tuple(frame.collect_schema()), frame, _length(frame))
        return _csv(path, head)
    except pl.exceptions.PolarsError as error:
        raise BadFile(f"{path}: not a readable CSV or Parquet file: {error}") from error


def _length(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect(engine="streaming").item())


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}.") from error
    if not head.strip():
        raise BadFile(f"{path}: the file is empty.")
    if kind := next((name for magic, name in PACKED.items() if head.startswith(magic)), None):
        raise BadFile(f"{path}: this is a {kind} archive. Unpack it and import what is inside.")
    if not head.startswith(b"PAR1") and b"\0" in head:
        raise BadFile(f"{path}: neither CSV in UTF-8 nor Parquet. Save it as one of them.")
    return head


def _csv(path: Path, head: bytes) -> Table:
    """All cells as text; a row longer than the header shows it in the column OVERFLOW.

    Bytes that are not UTF-8 become U+FFFD, which the cells refuse one row at a time.
    """
    text = head.decode("utf-8-sig", errors="replace")
    if "\r" in text and "\n" not in text:
        raise BadFile(f"{path}: its lines end as on an old Mac (CR). Save it with LF or CRLF.")
    first = text.splitlines()[0] if text.strip() else ""
    separator = max(SEPARATORS, key=first.count)
    header = next(csv.reader(text.splitlines(keepends=True), delimiter=separator))
    columns = _distinct(header)
    frame = pl.scan_csv(
        path,
        has_header=False,
        skip_rows=1,
        separator=separator,
        schema=dict.fromkeys((*columns, OVERFLOW), pl.String),
        missing_columns="insert",
        truncate_ragged_lines=True,
        encoding="utf8-lossy",
        raise_if_empty=False,
        glob=False,
    )
    if _is_tidy(frame):
        return Table(path, columns, frame, _length(frame), separator)
    length = sum(1 for _ in untidy.rows(path, separator, columns))
    return Table(path, columns, frame, length, separator, tidy=False)


def _is_tidy(frame: pl.LazyFrame) -> bool:
    """Whether polars can read every row: it gives up a whole file for one wrong quote."""
    try:
        frame.select(pl.all().count()).collect(engine="streaming")
    except pl.exceptions.ComputeError:
        return False
    return True


def _distinct(header: list[str]) -> tuple[str, ...]:
    """A name for each column, also where the header repeats one or leaves it blank."""
    names: list[str] = []
    for place, written in enumerate(header, 1):
        name = written.strip() or f"column_{place}"
        names.append(f"{name}_{place}" if name in names else name)
    return tuple(names)
