"""CSV whose quotes polars refuses: read record by record, so that only broken lines are lost."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BROKEN = "(broken quotes)"
OVERFLOW = "(beyond the header)"
LONGEST = 200
"""Lines a record may run over; beyond, its opening quote was never closed."""


@dataclass
class Lines:
    """Lines with a way back."""

    file: Iterator[str]
    returned: deque[str] = field(default_factory=deque)

    def next(self) -> str | None:
        return self.returned.popleft() if self.returned else next(self.file, None)

    def give_back(self, lines: list[str]) -> None:
        self.returned.extendleft(reversed(lines))


def rows(path: Path, separator: str, columns: tuple[str, ...]) -> Iterator[dict[str, str | None]]:
    """All rows under the header; a broken line stands under BROKEN as it is."""
    names = (*columns, OVERFLOW)
    empty = dict.fromkeys((*names, BROKEN))
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = Lines(file)
        _record(lines, separator)
        while (found := _record(lines, separator)) is not None:
            if isinstance(found, str):
                yield empty | {BROKEN: found}
            else:
                yield empty | dict(zip(names, (cell or None for cell in found), strict=False))


def _record(lines: Lines, separator: str) -> list[str] | str | None:
    """The next record, the next line where no record begins, or None at the end."""
    if (line := lines.next()) is None:
        return None
    taken = [line]
    while (record := _cells(taken, separator)) is None and len(taken) < LONGEST:
        more = lines.next()
        if more is None:
            break
        taken.append(more)
    if record is None:
        lines.give_back(taken[1:])
        return line.rstrip("\r\n")
    return record


def _cells(lines: list[str], separator: str) -> list[str] | None:
    if len(lines) > 1 and '"' not in lines[-1]:
        return None
    try:
        return next(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return None
