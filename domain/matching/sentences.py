"""Reasons in words. Every number that is said is one of the reason's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.matching.features import dated
from domain.matching.values import Grade, Number, Reason, Side

PHRASES: dict[str, tuple[str, str]] = {
    "air_conditioning": ("air conditioning", "no air conditioning"),
    "basement": ("a basement", "no basement"),
    "excellent_condition": ("in excellent condition", "not in excellent condition"),
    "good_condition": ("in good condition", "not in good condition"),
    "large_lot": ("a large lot", "no large lot"),
    "renovated": ("renovated", "not renovated"),
    "single_storey": ("all on one storey", "not all on one storey"),
    "view": ("a view", "no view"),
    "waterfront": ("on the waterfront", "no waterfront"),
}
DATED_WORDS = {
    "built_after": "built after",
    "built_before": "built before",
    "renovated_after": "renovated after",
}
MEASURES = {
    "built_after": ("year_built", "the year it was built"),
    "built_before": ("year_built", "the year it was built"),
    "excellent_condition": ("condition", "the condition"),
    "good_condition": ("condition", "the condition"),
    "large_lot": ("lot_size", "the size of the lot"),
    "single_storey": ("stories", "the number of storeys"),
}
UNCOUNTED = frozenset({"parking", "heating", "solar", "storage", "furniture", "laundry"})


def sentence(reason: Reason) -> str:
    """The reason as a client would hear it."""
    return SENTENCES[reason.part](reason)


def money(amount: float, currency: str) -> str:
    return f"{currency} {amount:,.2f}".removesuffix(".00")


def plain(value: float) -> str:
    """At most three digits behind the point, and no zeros at the end of them."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def counted(value: float, thing: str) -> str:
    return f"{plain(value)} {thing}" if value == 1 else f"{plain(value)} {thing}s"


def feature_words(feature: str, there: bool) -> str:
    """`view` as "a view" or "no view"."""
    if feature in PHRASES:
        return PHRASES[feature][0 if there else 1]
    if when := dated(feature):
        words = f"{DATED_WORDS[when[0]]} {when[1]}"
        return words if there else f"not {words}"
    words = feature.replace("_", " ")
    if not there:
        return f"no {words}"
    if feature in UNCOUNTED or words.endswith("s"):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def missing_words(feature: str, numbers: Iterable[Number], wanted: str) -> str:
    """That it is not there, or that nobody knows; `wanted` as in "is a must"."""
    name = (dated(feature) or (feature, 0))[0]
    number, fact = MEASURES.get(name, ("", ""))
    if number and number not in {each.name for each in numbers}:
        return f"{fact} is not known ({feature.replace('_', ' ')} {wanted})"
    return f"{feature_words(feature, False)}, which {wanted}"


def _price(reason: Reason) -> str:
    told, unit = _told(reason)
    price = money(told["price"], unit["price"])
    bottom = told.get("budget_from")
    if bottom is not None and told["price"] < bottom:
        return f"{price} is below the {money(bottom, unit['price'])} at which the budget begins"
    if "budget_to" not in told:
        return f"{price} is within the budget, which begins at {money(bottom or 0, unit['price'])}"
    top = money(told["budget_to"], unit["price"])
    if told["price"] == told["budget_to"]:
        return f"{price} is exactly the top of the budget"
    if told["price"] > told["budget_to"]:
        return f"{price} is over the top of the budget ({top})"
    share = f"{plain(told['budget_share'])}% of the top of the budget ({top})"
    if reason.side is Side.AGAINST:
        return f"{price} is only {share}, far below what was planned"
    return f"{price} is {share}"


def _distance(reason: Reason) -> str:
    told, _ = _told(reason)
    if not told["distance"]:
        return f"right in the middle of {reason.about}"
    away = f"{plain(told['distance'])} km from the middle of {reason.about}"
    if "edge" in told:
        return (
            f"{away}, inside the area drawn" if reason.value else f"{away}, outside the area drawn"
        )
    radius = f"the {plain(told['radius'])} km asked for"
    if told["distance"] > told["radius"]:
        return f"{away}, outside {radius}"
    if reason.side is Side.FOR:
        return f"{away}, well inside {radius}"
    return f"{away}, {'inside' if reason.side is Side.NEUTRAL else 'near the edge of'} {radius}"


def _living_area(reason: Reason) -> str:
    told, unit = _told(reason)
    size = f"{plain(told['living_area'])} {unit['living_area']}"
    least, most = told.get("living_area_min"), told.get("living_area_max")
    if most is not None and told["living_area"] > most:
        return f"{size} of living area, more than the {plain(most)} at most asked for"
    if least is None:
        return f"{size} of living area, within the {plain(most or 0)} at most asked for"
    if told["above_least"] == 0:
        return f"{size} of living area, just what was asked for"
    if told["living_area"] > 2 * least:
        return f"{size} of living area, far more than the {plain(least)} asked for"
    than = "more" if told["living_area"] >= least else "less"
    return (
        f"{size} of living area, {plain(told['above_least'])}% {than} than the "
        f"{plain(least)} asked for"
    )


def _rooms(reason: Reason) -> str:
    told, _ = _told(reason)
    there, asked = told[reason.part], told[f"{reason.part}_min"]
    rooms = counted(there, reason.part.removesuffix("s"))
    if there == asked:
        return f"{rooms}, just what was asked for"
    return f"{rooms}, {'more' if there > asked else 'fewer'} than the {plain(asked)} asked for"


def _nice_to_have(reason: Reason) -> str:
    return (
        f"{_there(reason)}, as wished for" if reason.value else _missing(reason, "was wished for")
    )


def _must_have(reason: Reason) -> str:
    return f"{_there(reason)}, which is a must" if reason.value else _missing(reason, "is a must")


def _there(reason: Reason) -> str:
    told, _ = _told(reason)
    words = feature_words(reason.about, True)
    if words == "renovated" and "year_renovated" in told:
        return f"{words} in {told['year_renovated']:.0f}"
    return f"{words}{_measure(reason)}"


def _missing(reason: Reason, wanted: str) -> str:
    said = missing_words(reason.about, reason.numbers, wanted)
    words, comma, rest = said.partition(", which ")
    return f"{words}{_measure(reason)}{comma}{rest}"


def _measure(reason: Reason) -> str:
    """The number behind it, in brackets."""
    told, unit = _told(reason)
    if "lot_size" in told:
        return f" ({plain(told['lot_size'])} {unit['lot_size']})"
    if "year_renovated" in told:
        return f" (renovated {told['year_renovated']:.0f})"
    if "year_built" in told:
        return f" (built {told['year_built']:.0f})"
    if "stories" in told and not reason.value:
        return f" ({counted(told['stories'], 'storey')})"
    return ""


def _condition(reason: Reason) -> str:
    return f"in {reason.about} condition"


def _age(reason: Reason) -> str:
    told, _ = _told(reason)
    built = f"built {told['year_built']:.0f}"
    if "year_renovated" in told:
        return f"{built}, renovated {told['year_renovated']:.0f}"
    return built


def _told(reason: Reason | Grade) -> tuple[dict[str, float], dict[str, str]]:
    values = {each.name: each.value for each in reason.numbers}
    return values, {each.name: each.unit for each in reason.numbers}


SENTENCES: dict[str, Callable[[Reason], str]] = {
    "price": _price,
    "distance": _distance,
    "living_area": _living_area,
    "bedrooms": _rooms,
    "bathrooms": _rooms,
    "nice_to_have": _nice_to_have,
    "must_have": _must_have,
    "condition": _condition,
    "age": _age,
}
