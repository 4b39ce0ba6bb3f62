"""What no struct definition says about an event: the checks of texts, numbers, dates and times.

Each check raises a Refusal that names the key; dates outside `YEARS` are refused because computing with them overflows.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import force_setattr

from models.undecodable import Flaw, Refusal

MAX_QUANTITY = 10**6
YEARS = range(1970, 2200)

_URL = re.compile(r"https?://[!-;=?-~]{1,2000}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OUT_OF_TIME = f"is not in the years {YEARS[0]} to {YEARS[-1]}"
_ANCHORS = {
    "week": (r"mon|tue|wed|thu|fri|sat|sun", "mon, tue, wed, thu, fri, sat or sun"),
    "month": (r"last|[1-9]|[12]\d|3[01]", "a day from 1 to 31, or last"),
    "year": (r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a month and day such as 02-29"),
}


def check_text(text: str, key: str) -> None:
    """Refuse control characters, which no name or id holds."""
    if not text.isprintable() and _CONTROL.search(text):
        raise Refusal(Flaw.CONTROL_CHARACTER, "holds a control character", key)


def check_url(url: str | None) -> None:
    """Refuse what is no address of a page."""
    if url is not None and not _URL.fullmatch(url):
        raise Refusal(Flaw.UNKNOWN_VALUE, "is no address of a page, as in https://salon.example/cut", "url")


def check_once(ids: Iterable[str]) -> None:
    """Refuse an id that stands twice."""
    known: set[str] = set()
    for one in ids:
        if one in known:
            raise Refusal(Flaw.DUPLICATE_ID, f"holds the id {one!r} twice")
        known.add(one)


def check_rate(rate: Decimal | None) -> None:
    """Refuse what is no tax rate in percent."""
    if rate is not None and not (rate.is_finite() and 0 <= rate < 100 and _four_places(rate)):
        raise Refusal(Flaw.OUT_OF_RANGE, "must be at least 0 and less than 100, with up to 4 decimals", "tax_rate")


def check_quantity(quantity: Decimal) -> None:
    """Refuse what is no quantity."""
    if not (quantity.is_finite() and 0 < quantity <= MAX_QUANTITY and _four_places(quantity)):
        bounds = f"must be more than 0 and at most {MAX_QUANTITY}, with up to 4 decimals"
        raise Refusal(Flaw.OUT_OF_RANGE, bounds, "quantity")


def _four_places(value: Decimal) -> bool:
    return round(value, 4) == value


def check_date(day: date | None, key: str) -> None:
    """Refuse dates that no calendar computation should meet."""
    if day is not None and day.year not in YEARS:
        raise Refusal(Flaw.BAD_DATE, _OUT_OF_TIME, key)


def check_anchor(every: str, anchor: int | str | None) -> None:
    """Refuse an anchor that does not fit its period (R1)."""
    pattern, words = _ANCHORS[every]
    if anchor is not None and not re.fullmatch(pattern, str(anchor)):
        raise Refusal(Flaw.UNKNOWN_VALUE, f"is {anchor!r}; of every {every} it is {words}", "anchor")


def settle_instant(shape: Struct, key: str) -> datetime:
    """Turn an instant of a shape to UTC, and refuse one that no calendar computation should meet."""
    instant: datetime = getattr(shape, key)
    if instant.year not in YEARS:
        raise Refusal(Flaw.BAD_DATE, _OUT_OF_TIME, key)
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
        force_setattr(shape, key, instant)
    return instant


def settle_times(shape: Struct) -> None:
    """Turn both ends of a session to UTC, and refuse an end before the start."""
    starts_at = settle_instant(shape, "starts_at")
    if settle_instant(shape, "ends_at") < starts_at:
        raise Refusal(Flaw.ENDS_BEFORE_START, "is before starts_at", "ends_at")
