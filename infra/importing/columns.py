"""Which column of a file is which of our fields: by name, or as the person who imports says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.importing import cells
from infra.importing.table import Row
from infra.importing.trouble import BadCell, BadFile
from infra.importing.untidy import BROKEN, OVERFLOW

Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """`names` are other names for it in the order of preference, compared without case or signs."""

    name: str
    read: Read = cells.text
    names: tuple[str, ...] = ()

    @property
    def known_as(self) -> tuple[str, ...]:
        return tuple(plain(name) for name in (self.name, *self.names))


@dataclass(frozen=True)
class Columns:
    """Our field -> their column. `constants` are values that no column holds."""

    fields: Mapping[str, Field]
    columns: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def values(self, row: Row) -> dict[str, Any]:
        """What the row says, by our names and as values; BadCell for the first that cannot be."""
        if row.get(BROKEN) is not None:
            raise BadCell(BROKEN, "a quote in it is not closed, or not doubled", row[BROKEN])
        if row.get(OVERFLOW) is not None:
            raise BadCell(OVERFLOW, "the row has more cells than the header", row[OVERFLOW])
        found = dict(self.constants)
        for name, column in self.columns.items():
            try:
                value = cells.present(row[column])
                read = None if value is None else self.fields[name].read(value)
            except ValueError as error:
                raise BadCell(name, str(error), row[column]) from error
            if read is not None:
                found[name] = read
        return found

    def column_of(self, name: str) -> str:
        return self.columns.get(name, name)


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def match(
    fields: Iterable[Field],
    columns: tuple[str, ...],
    asked: Mapping[str, str],
    constants: Mapping[str, str],
) -> Columns:
    """Columns named by hand come first, then those whose names are known.

    A field asked for with an empty column is left out.
    """
    known = {each.name: each for each in fields}
    _refuse_unknown(known, columns, asked, constants)
    theirs = {plain(column): column for column in reversed(columns)}
    found = dict(asked)
    for name, each in known.items():
        if name not in found and name not in constants:
            usual = (theirs[alias] for alias in each.known_as if alias in theirs)
            if column := next((c for c in usual if c not in asked.values()), None):
                found[name] = column
    found = {name: column for name, column in found.items() if column}
    used = set(found.values())
    implied = _implied(found)
    return Columns(
        known,
        found,
        {k: v for k, v in implied.items() if k in known and k not in found}
        | _read(known, constants),
        tuple(column for column in columns if column not in used),
    )


def _refuse_unknown(
    known: Mapping[str, Field],
    columns: tuple[str, ...],
    asked: Mapping[str, str],
    constants: Mapping[str, str],
) -> None:
    for name in (*asked, *constants):
        if name not in known:
            raise BadFile(f"There is no field {name!r}. The fields are: {', '.join(known)}.")
    for name, column in asked.items():
        if column and column not in columns:
            raise BadFile(
                f"--map {name}={column}: the file has no column {column!r}. "
                f"Its columns are: {', '.join(columns)}."
            )


def _read(known: Mapping[str, Field], constants: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, written in constants.items():
        try:
            read[name] = known[name].read(written)
        except ValueError as error:
            raise BadFile(f"--set {name}={written}: {error}.") from error
    return read


UNITS = {
    "square_feet": ("sqft", "squarefeet", "squarefoot"),
    "square_meters": ("sqm", "squaremeters", "squaremetres", "m2"),
    "acres": ("acres",),
}
CURRENCIES = ("usd", "eur", "gbp", "chf", "cad", "aud")


def _implied(found: Mapping[str, str]) -> dict[str, str]:
    """The unit or currency that a column's own name tells, as in LotSizeAcres or price_usd."""
    told: dict[str, str] = {}
    for name, column in found.items():
        for units, endings in UNITS.items():
            if any(ending in plain(column) for ending in endings):
                told[f"{name.removesuffix('_min').removesuffix('_max')}_units"] = units
        for code in CURRENCIES:
            if re.search(rf"(?:^|[^a-z]){code}$", column.lower()):
                told["currency"] = code.upper()
    return told
