"""The table of a comparison: a row for each attribute, a cell for each of the compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from domain.kernel import DomainError
from domain.matching import Home, Match, Ranker, Reason, Unmet, Wish, unmet

T = TypeVar("T")
S = TypeVar("S", Home, Wish)

FEWEST, MOST = 2, 5


class ComparisonSize(DomainError):
    """A comparison needs at least two and at most five."""

    code = "comparison_size"


class ComparedTwice(DomainError):
    """One of the compared is named twice: name each only once."""

    code = "compared_twice"


class Better(Enum):
    """Which end of a row is the good one."""

    HIGH = 1
    LOW = -1
    NEITHER = 0


class Told(NamedTuple):
    """What one attribute of one of the compared is; `rank` orders it where it can be ordered."""

    text: str
    rank: float | None = None
    unit: str = ""


NOT_KNOWN = Told("not known")


@dataclass(frozen=True)
class Cell:
    """`value` is the number behind the text, where there is one."""

    text: str
    value: float | None
    best: bool


@dataclass(frozen=True)
class Row:
    """Cells in the order of the standings. `differs`: not all of them are the same."""

    attribute: str
    label: str
    unit: str
    differs: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Attribute(Generic[T]):
    """`advantage` says what it means to be the better one, as in "is larger"."""

    name: str
    label: str
    tell: Callable[[T], Told]
    better: Better = Better.NEITHER
    advantage: str = ""


@dataclass(frozen=True)
class Standing(Generic[S]):
    """One of the compared, in its place: those that fit come first, then by score, then by id."""

    id: UUID
    label: str
    subject: S
    score: float
    reasons: tuple[Reason, ...]
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True)
class Comparison(Generic[S]):
    """`name` is whom or what it is made for. The order in which they were named plays no part."""

    name: str
    standings: tuple[Standing[S], ...]
    rows: tuple[Row, ...]
    paragraph: str


class Named(NamedTuple, Generic[S]):
    """A home or a client's wish with the name that people know it by."""

    label: str
    subject: S


def check_named(ids: Sequence[UUID]) -> None:
    """ComparedTwice or ComparisonSize if these cannot be compared."""
    if len(set(ids)) < len(ids):
        raise ComparedTwice
    if not FEWEST <= len(ids) <= MOST:
        raise ComparisonSize(named=len(ids))


def stand(
    compared: Sequence[Named[S]], judge: Callable[[S], tuple[Match, tuple[Unmet, ...]]]
) -> tuple[Standing[S], ...]:
    """Each in its place."""
    check_named([each.subject.id for each in compared])
    names = Counter(each.label for each in compared)
    standings = []
    for label, subject in compared:
        name = label if names[label] == 1 else f"{label} [{str(subject.id)[:8]}]"
        match, missing = judge(subject)
        standings.append(Standing(subject.id, name, subject, match.score, match.reasons, missing))
    return tuple(sorted(standings, key=lambda it: (len(it.unmet), -it.score, it.id)))


def judged(ranker: Ranker, wish: Wish, home: Home) -> tuple[Match, tuple[Unmet, ...]]:
    return ranker.judge(wish, home), unmet(wish, home)


def table(
    attributes: Iterable[Attribute[Standing[S]]], standings: Sequence[Standing[S]]
) -> tuple[Row, ...]:
    """A row for each attribute that is known of at least one."""
    rows = (row(attribute, standings) for attribute in attributes)
    return tuple(each for each in rows if any(cell.text != NOT_KNOWN.text for cell in each.cells))


def row(attribute: Attribute[Standing[S]], standings: Sequence[Standing[S]]) -> Row:
    told = [attribute.tell(each) for each in standings]
    differs = len({each.text for each in told}) > 1
    best = _best(attribute.better, told) if differs else None
    cells = (Cell(text, rank, best is not None and rank == best) for text, rank, _ in told)
    units = {each.unit for each in told if each.rank is not None}
    unit = units.pop() if len(units) == 1 else ""
    return Row(attribute.name, attribute.label, unit, differs, tuple(cells))


def _best(better: Better, told: Iterable[Told]) -> float | None:
    """Nothing is best among things of different units."""
    ranked = [each for each in told if each.rank is not None]
    if better is Better.NEITHER or len({each.unit for each in ranked}) != 1:
        return None
    ranks = [each.rank for each in ranked if each.rank is not None]
    return max(ranks) if better is Better.HIGH else min(ranks)
