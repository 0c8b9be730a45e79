"""Rows that could not be imported, with the reason, in a CSV that can be mended and imported."""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.importing.table import Row
from infra.importing.trouble import BadFile

ABOUT = ("rejected_row", "rejected_column", "rejected_value", "rejected_reason")


class Rejects:
    """The file is made at the first bad row; an older one of the same name goes at the start."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path = path
        self.columns = columns
        self.count = 0
        self._open = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Self:
        if not self.path.resolve().parent.is_dir():
            raise BadFile(f"{self.path}: there is no folder {self.path.parent}.")
        try:
            if self.path.exists():
                self._refuse_another_file()
                self.path.unlink()
        except OSError as error:
            raise BadFile(f"{self.path}: {error.strerror}. Choose another: --rejects F.") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, number: int, row: Row, column: str, value: object, reason: str) -> None:
        if self._writer is None:
            self._start()
        self.count += 1
        about = (number, column, _written(value), reason)
        self._writer.writerow((*about, *(_written(row.get(name)) for name in self.columns)))

    def _refuse_another_file(self) -> None:
        """Only what an earlier import wrote may be replaced."""
        with self.path.open("rb") as file:
            start = file.read(len(ABOUT[0]))
        if start and start != ABOUT[0].encode():
            raise BadFile(f"{self.path}: there is another file of that name. Choose another.")

    def _start(self) -> None:
        try:
            file = self._open.enter_context(self.path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise BadFile(f"{self.path}: {error.strerror}. Choose another: --rejects F.") from error
        self._writer = csv.writer(file)
        self._writer.writerow((*ABOUT, *self.columns))


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str)
    return str(value)
