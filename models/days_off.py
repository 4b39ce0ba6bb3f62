"""Days off: dates that a business names, and the public holidays of a country or one of its parts by ISO 3166 code."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from models.errors import BadInputError
from models.suggestions import did_you_mean


def is_day_off(day: date, names: Iterable[str]) -> bool:
    """Whether a day is one of those named: a date (`2027-12-24`), or a holiday of `FR` or `FR-57`."""
    return any(name == day.isoformat() or (name[0].isalpha() and day in _holidays(name, day.year)) for name in names)


def check_holidays(name: str) -> None:
    """Refuse a code of which no public holidays are known."""
    import holidays  # noqa: PLC0415  # a tenth of a second that only few shops need

    country, _, part = name.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        near = did_you_mean(country, known)
        raise BadInputError(f"No public holidays are known of {country!r}.{near} Write a date or a code, as in FR.")
    if part and part not in known[country]:
        parts = ", ".join(f"{country}-{each}" for each in known[country]) or "none"
        raise BadInputError(f"No public holidays are known of {name!r}. Known parts of {country}: {parts}.")


@lru_cache(maxsize=1024)
def _holidays(name: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  # see `check_holidays`

    country, _, part = name.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
