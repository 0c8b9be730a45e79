"""A comparison in plain language. Every number in it stands in the table or in a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from domain.comparison.table import Attribute, Better, Row, Standing, Told
from domain.matching import Home, Reason, Side, Wish, sentence
from domain.matching.sentences import plain

S = TypeVar("S", Home, Wish)

REASONS_TOLD = 3
ADVANTAGES_TOLD = 3


def score(place: Standing[S]) -> Told:
    return Told(plain(round(place.score)), round(place.score))


def unmet_count(place: Standing[S]) -> Told:
    names = ", ".join(each.check.replace("_", " ") for each in place.unmet)
    return Told(names or "none", len(place.unmet))


def nice_to_haves(place: Standing[S]) -> Told:
    wished = [reason for reason in place.reasons if reason.part == "nice_to_have"]
    if not wished:
        return Told("none wished for")
    met = [reason.about.replace("_", " ") for reason in wished if reason.value == 1]
    names = f": {', '.join(sorted(met))}" if met else ""
    return Told(f"{len(met)} of {len(wished)}{names}", len(met) / len(wished))


def paragraph(
    name: str,
    standings: Sequence[Standing[S]],
    rows: Sequence[Row],
    attributes: Sequence[Attribute[Standing[S]]],
) -> str:
    """Who or what is first and why, what each of the others has over it, and what rules it out."""
    first = standings[0]
    equals = _equal_to_first(rows)
    said = [_opening(name, standings, equals)]
    said += _reasons(standings, equals)
    for at, place in enumerate(standings):
        if at not in equals:
            said.append(_trade_off(place, first, _advantages(at, rows, attributes)))
    return " ".join(said)


def _opening(name: str, standings: Sequence[Standing[S]], equals: list[int]) -> str:
    first, points = standings[0], f"{plain(round(standings[0].score))} of 100 points"
    none_fits = "None of these fits all that was asked for. " if first.unmet else ""
    if len(equals) == len(standings):
        everybody = listed([each.label for each in standings])
        return (
            f"{none_fits}{everybody} are equal for {name} in all that was compared: {points} each."
        )
    if len(equals) > 1:
        leaders = listed([standings[at].label for at in equals])
        return f"{none_fits}{leaders} are equal for {name} and come first with {points} each."
    closest = "comes closest" if first.unmet else "comes first"
    return f"{none_fits}{first.label} {closest} for {name} with {points}{_lead(standings)}."


def _lead(standings: Sequence[Standing[S]]) -> str:
    first, second = standings[0], standings[1]
    if len(second.unmet) > len(first.unmet):
        return ""
    if round(second.score) == round(first.score):
        return f", level with {second.label}"
    return f"; {second.label} follows with {plain(round(second.score))}"


def _equal_to_first(rows: Sequence[Row]) -> list[int]:
    """The places of those whose every cell says the same as the first one's."""
    columns = list(zip(*([cell.text for cell in row.cells] for row in rows), strict=True))
    return [at for at, column in enumerate(columns) if column == columns[0]]


def _reasons(standings: Sequence[Standing[S]], equals: list[int]) -> Iterator[str]:
    first = standings[0]
    rest = [each for at, each in enumerate(standings) if at not in equals]
    leading = _gains(first, rest[0]) if rest else []
    weighty = _weightiest(first.reasons)
    speaking = dict.fromkeys(sentence(it) for it in leading + weighty if it.side is Side.FOR)
    against = [sentence(each) for each in weighty if each.side is Side.AGAINST]
    if speaking:
        yield f"In favour: {'; '.join(list(speaking)[:REASONS_TOLD])}."
    if first.unmet:
        yield f"Missing: {'; '.join(each.sentence for each in first.unmet)}."
    elif against:
        yield f"Against: {'; '.join(against[:REASONS_TOLD])}."


def _gains(first: Standing[S], second: Standing[S]) -> list[Reason]:
    """The first one's reasons by which it leads the second, the greatest lead in front."""
    theirs: dict[tuple[str, str], float] = defaultdict(float)
    for reason in second.reasons:
        theirs[_topic(reason)] += reason.contribution
    leads = {reason: reason.contribution - theirs[_topic(reason)] for reason in first.reasons}
    ahead = (reason for reason, lead in leads.items() if lead > 0)
    return sorted(ahead, key=lambda it: (-leads[it], it.part, it.about))


def _topic(reason: Reason) -> tuple[str, str]:
    """A place or a state is what the part says of a home; a feature is a topic by itself."""
    return reason.part, reason.about if reason.part == "nice_to_have" else ""


def _weightiest(reasons: Iterable[Reason]) -> list[Reason]:
    return sorted(
        (reason for reason in reasons if reason.weight),
        key=lambda it: (-it.weight, it.part, it.about),
    )


def _advantages(
    at: int, rows: Sequence[Row], attributes: Sequence[Attribute[Standing[S]]]
) -> Iterator[str]:
    """What this one has over the first, in the order of the table."""
    by_name = {each.name: each for each in attributes}
    for row in rows:
        attribute = by_name[row.attribute]
        mine, firsts = row.cells[at], row.cells[0]
        if not attribute.advantage or mine.value is None or firsts.value is None or not row.differs:
            continue
        if attribute.better is Better.LOW and mine.value >= firsts.value:
            continue
        if attribute.better is Better.HIGH and mine.value <= firsts.value:
            continue
        yield f"{attribute.advantage} ({mine.text} against {firsts.text})"


def _trade_off(place: Standing[S], first: Standing[S], advantages: Iterable[str]) -> str:
    better = list(advantages)[:ADVANTAGES_TOLD]
    has = f"{place.label} {listed(better)}" if better else ""
    if place.unmet:
        misses = "; ".join(each.sentence for each in place.unmet)
        but = f"{has}, but does not fit" if has else f"{place.label} does not fit"
        return f"{but}: {misses}."
    if has:
        return f"{has}."
    return f"{place.label} is ahead of {first.label} in nothing that was compared."


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
