"""Dates and instants as people of a locale write them: `short`, `medium`, `long`, or a strftime form in their words.

An instant is shown in the zone given, never in its own; two zones never share a cached text.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, get_datetime_format

from models.errors import BadInputError
from models.suggestions import did_you_mean

Length = Literal["short", "medium", "long"]
LENGTHS: Mapping[str, Length] = {"short": "short", "medium": "medium", "long": "long"}

_PATTERNS = {
    "a": "EEE", "A": "EEEE", "b": "MMM", "h": "MMM", "B": "MMMM", "d": "dd", "e": "d", "H": "HH", "I": "hh",
    "j": "DDD", "k": "H", "l": "h", "m": "MM", "M": "mm", "p": "a", "S": "ss", "y": "yy", "Y": "yyyy", "Z": "z",
    "z": "xx", "-d": "d", "-e": "d", "-H": "H", "-I": "h", "-j": "D", "-m": "M", "-M": "m", "-S": "s", "-y": "yy",
    "D": "MM/dd/yy", "F": "yyyy-MM-dd", "R": "HH:mm", "T": "HH:mm:ss", "%": "'%'", "n": "'\n'", "t": "'\t'",
}  # fmt: skip
_DIRECTIVE = re.compile(r"%(-?[A-Za-z]|%|$|.)")


class BadDateFormError(BadInputError):
    """A form that is neither a length nor strftime's."""


def show_date(value: date, form: str, locale: str, zone: ZoneInfo) -> str:
    """Return a date, or an aware instant in its local time, in the words of a locale that `known_locale` gave."""
    if not isinstance(value, datetime):
        return _date(value, form, locale)
    local = value.astimezone(zone)
    return _instant(local.replace(tzinfo=None), local.fold, form, locale, zone)


@lru_cache(maxsize=8192)
def _date(value: date, form: str, locale: str) -> str:
    if form in LENGTHS:
        return format_date(value, form, locale=locale)
    return format_datetime(datetime(value.year, value.month, value.day), pattern_of(form), locale=locale)  # noqa: DTZ001


@lru_cache(maxsize=8192)
def _instant(wall: datetime, fold: int, form: str, locale: str, zone: ZoneInfo) -> str:
    """Write a wall time; `fold` tells two equal ones apart and so belongs to the key."""
    local = wall.replace(tzinfo=zone, fold=fold)
    length = LENGTHS.get(form)
    if length is None:
        return format_datetime(local, pattern_of(form), tzinfo=zone, locale=locale)
    day, time = format_date(wall, length, locale=locale), format_time(local, "short", tzinfo=zone, locale=locale)
    return str(get_datetime_format(length, locale=locale)).replace("'", "").format(time, day)


@lru_cache(maxsize=1024)
def pattern_of(form: str) -> str:
    """Return the CLDR pattern of a strftime form (a length is its own), or raise `BadDateFormError`."""
    if form in LENGTHS:
        return form
    if "%" not in form:
        near = did_you_mean(form, LENGTHS).strip()
        raise BadDateFormError(
            f"{form!r} is no form of date. {near or 'Write short, medium, long or one such as %d/%m/%Y.'}"
        )
    parts: list[str] = []
    end = 0
    for found in _DIRECTIVE.finditer(form):
        if found[1] not in _PATTERNS:
            raise BadDateFormError(
                f"{found[0]} in the form {form!r} is not known. Known are %Y, %m, %d, %H, %M, %A, %B …"
            )
        parts += (_quoted(form[end : found.start()]), _PATTERNS[found[1]])
        end = found.end()
    return "".join((*parts, _quoted(form[end:])))


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'" if re.search(r"[A-Za-z\u0080-\uffff]", text) else escaped


@lru_cache(maxsize=512)
def known_locale(name: str) -> str:
    """Return the nearest locale that CLDR holds: the one named, its language alone, or English."""
    for candidate in (name.replace("-", "_"), name.replace("-", "_").partition("_")[0]):
        try:
            return str(Locale.parse(candidate))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
