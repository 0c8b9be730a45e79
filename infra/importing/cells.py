"""One cell as a value: text from CSV, typed from Parquet. A ValueError says what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
YES = frozenset({"1", "true", "yes", "y", "t"})
NO = frozenset({"0", "false", "no", "n", "f"})
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
FLOAT_DIGITS = 6


def present(value: Any) -> Any:
    """The value without space around it, or None where it only says that nothing is known."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        if "\ufffd" in value:
            raise ValueError("not readable as UTF-8: save the file in UTF-8")
        value = value.strip()
        return None if value.lower() in MISSING else value
    return None if isinstance(value, float) and math.isnan(value) else value


def text(value: Any) -> str:
    """A whole number that came as a float is written without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value: Any) -> Decimal:
    """Binary fractions are rounded to six places, so that a 32-bit 2.1 is 2.1."""
    if isinstance(value, bool):
        raise ValueError("a number is expected, not yes or no")  # noqa: TRY004
    if isinstance(value, float):
        value = round(value, FLOAT_DIGITS)
    written = str(value)
    if THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise ValueError(f"{written[:40]!r} is not a number") from None
    if not found.is_finite():
        raise ValueError(f"{written} is not a number")
    if found.adjusted() > 20:
        raise ValueError("the number is too large")
    return found.normalize() if found % 1 else found.quantize(Decimal(1))


def whole(value: Any) -> int:
    found = number(value)
    if found % 1:
        raise ValueError(f"{found} is not a whole number")
    return int(found)


def yes(value: Any) -> bool:
    written = text(value).lower()
    if written in YES | NO:
        return written in YES
    raise ValueError(f"{written[:40]!r} is neither yes nor no")


def degrees(value: Any) -> float:
    return float(number(value))


def day(value: Any) -> date:
    """ISO 8601, with or without hyphens; a time after the day is left out."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if found := DAY.fullmatch(str(value)):
        return date(*(int(part) for part in found.groups()))
    raise ValueError(f"{str(value)[:40]!r} is not a date such as 2025-06-01")


def word(value: Any) -> str:
    """A term of a list, in our spelling: `SingleFamilyResidence` is `single_family_residence`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text(value))
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def words(value: Any) -> tuple[str, ...]:
    """A list, or text with its items behind commas, semicolons or bars, or a JSON list."""
    return tuple(found for each in items(value) if (found := word(each)))


def items(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        if value.startswith("["):
            return structure(value)
        return re.split(r"[,;|]", value)
    return value if isinstance(value, (list, tuple)) else (value,)


def structure(value: Any) -> list[Any]:
    """A list of a Parquet column, or the same as JSON in a CSV cell."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not a list in JSON: {error}") from None
    if not isinstance(value, list):
        raise ValueError("a list is expected")  # noqa: TRY004
    return value


def phone(value: Any) -> str:
    """E.164 without what people put between the digits."""
    digits = re.sub(r"[\s().\-/]", "", text(value))
    return "+" + digits[2:] if digits.startswith("00") else digits
