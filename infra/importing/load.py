"""From a table to the book: real commands, many at a time, each row once however often run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg

from commands.base import Command, Role
from commands.desk import fingerprint, handle
from commands.ledger import Deedbook, Signature
from domain.kernel import DomainError
from infra.importing.cells import present, text
from infra.importing.columns import Columns
from infra.importing.rejects import Rejects
from infra.importing.source import Source, content_key
from infra.importing.table import Row, Table
from infra.importing.trouble import BadCell, BadFile

THREADS = 32
WINDOW = 512
STEP = 128

DONE = "select command_id from deedbook_commands where agency = %s and command_id = any(%s)"


@dataclass(frozen=True)
class Signer:
    """For whom and by whom; `correlation` is one for the whole import."""

    agency: UUID
    by: str
    correlation: UUID

    def sign(self, command_id: UUID) -> Signature:
        return Signature(
            self.agency, self.by, command_id, self.correlation, frozenset({Role.SERVICE})
        )


@dataclass
class Counts:
    """Every row that was read is one of imported, already there and rejected."""

    rows: int = 0
    imported: int = 0
    already_there: int = 0
    rejected: int = 0

    @property
    def done(self) -> int:
        return self.imported + self.already_there + self.rejected


@dataclass(frozen=True)
class Wanted:
    """What one row asks for: commands with their ids, to be carried out in order."""

    number: int
    row: Row
    record: UUID
    commands: tuple[tuple[UUID, Command], ...]

    @property
    def ids(self) -> set[UUID]:
        return {id for id, _ in self.commands}


@dataclass
class Loading:
    """One run. Rows are answered in the order of the file, and rows of one record never overlap,
    so that a run that was killed and run again ends as one that was not.
    """

    store: Deedbook
    dsn: str
    signer: Signer
    source: Source
    columns: Columns
    key_columns: tuple[str, ...]
    rejects: Rejects
    counts: Counts = field(default_factory=Counts)
    _flying: deque[tuple[Wanted, Future[None]]] = field(default_factory=deque)

    def run(self, table: Table, progressed: Callable[[Counts], None]) -> Counts:
        """Gives the counts to `progressed` as rows get done."""
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="import")
        try:
            with psycopg.connect(self.dsn, autocommit=True) as conn:
                for batch in table.batches():
                    for part in range(0, len(batch), STEP):
                        self._load(conn, batch[part : part + STEP], threads)
                        progressed(self.counts)
            self._land_all()
            progressed(self.counts)
        finally:
            threads.shutdown(cancel_futures=True)
        return self.counts

    def _load(
        self,
        conn: psycopg.Connection[Any],
        batch: Sequence[tuple[int, Row]],
        threads: ThreadPoolExecutor,
    ) -> None:
        asked = [wanted for number, row in batch if (wanted := self._wanted(number, row))]
        done = self._done(conn, asked)
        begun = {wanted.record for wanted, _ in self._flying}
        for wanted in asked:
            if wanted.record in begun:
                self._land_all()
                done |= self._done(conn, [wanted])
            if wanted.ids <= done:
                self.counts.already_there += 1
                continue
            begun.add(wanted.record)
            self._flying.append((wanted, threads.submit(self._carry_out, wanted)))
            if len(self._flying) >= WINDOW:
                self._land()

    def _done(self, conn: psycopg.Connection[Any], asked: Sequence[Wanted]) -> set[UUID]:
        """Which of the commands were carried out before; one question for all of them."""
        ids = [id for wanted in asked for id in wanted.ids]
        return {id for (id,) in conn.execute(DONE, (self.signer.agency, ids))}

    def _wanted(self, number: int, row: Row) -> Wanted | None:
        self.counts.rows += 1
        try:
            values = self.columns.values(row)
            key = self._key(values, row)
            record = uuid5(self.signer.agency, f"import:{self.source.kind}:{key}")
            commands = self.source.commands(values, key, record)
        except BadCell as bad:
            column = self.columns.column_of(bad.field)
            value = row.get(column, bad.value)
            self._reject(number, row, column, value, bad.reason)
            return None
        named = ((uuid5(record, fingerprint(each).hex()), each) for each in commands)
        return Wanted(number, row, record, tuple(named))

    def _key(self, values: dict[str, Any], row: Row) -> str:
        if self.key_columns:
            parts = [present(row[name]) for name in self.key_columns]
            if all(part is None for part in parts):
                raise BadCell(self.key_columns[0], "the key of the row is empty")
            return "|".join("" if part is None else text(part) for part in parts)
        return self.source.key(values) or content_key(values)

    def _carry_out(self, wanted: Wanted) -> None:
        for id, command in wanted.commands:
            handle(command, self.store, self.signer.sign(id))

    def _land_all(self) -> None:
        while self._flying:
            self._land()

    def _land(self) -> None:
        """Waits for the oldest row that is under way."""
        wanted, answer = self._flying.popleft()
        try:
            answer.result()
            self.counts.imported += 1
        except DomainError as refusal:
            reason = f"{refusal.code}: {refusal.message}"
            blamed = self.source.blames.get(refusal.code)
            column = self.columns.columns.get(blamed, "") if blamed else ""
            self._reject(wanted.number, wanted.row, column, wanted.row.get(column), reason)

    def _reject(self, number: int, row: Row, column: str, value: object, reason: str) -> None:
        self.counts.rejected += 1
        self.rejects.add(number, row, column, value, reason)


def key_columns(source: Source, columns: Columns, table: Table, asked: str) -> tuple[str, ...]:
    """The columns that tell rows apart: those asked for, or usual ones; none where a field does."""
    if asked:
        names = tuple(name.strip() for name in asked.split(","))
        if unknown := [name for name in names if name not in table.columns]:
            raise BadFile(f"--key: the file has no column {', '.join(unknown)}.")
        return names
    if {"listing_id", "contact_id"} & columns.columns.keys():
        return ()
    there = {name.lower(): name for name in table.columns}
    usual = (keys for keys in source.usual_keys if set(keys) <= there.keys())
    return tuple(there[name] for name in next(usual, ()))


def default_rejects(path: Path) -> Path:
    """In the current folder, since the file's own may be read-only."""
    return Path(f"{path.stem}.rejects.csv")
