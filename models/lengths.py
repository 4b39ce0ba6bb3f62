"""Lengths of time as people say them, in French and English."""

from collections.abc import Mapping
from datetime import timedelta

from models.languages import Language, Words, words

UNITS: Mapping[str, tuple[Words, Words]] = {
    "days": (words("jour", "day"), words("jours", "days")),
    "hours": (words("heure", "hour"), words("heures", "hours")),
    "minutes": (words("minute", "minute"), words("minutes", "minutes")),
}
"""One and several of each unit of time."""


def counted(days: int, hours: int, minutes: int, language: Language) -> str:
    """Return so many days, hours and minutes in words."""
    parts = [
        f"{count} {UNITS[unit][count > 1][language]}"
        for unit, count in (("days", days), ("hours", hours), ("minutes", minutes))
        if count
    ]
    return " ".join(parts) or f"0 {UNITS['minutes'][1][language]}"


def length_in_words(length: timedelta, language: Language) -> str:
    """Return a length of time to the minute."""
    hours, minutes = divmod(length.seconds // 60, 60)
    return counted(length.days, hours, minutes, language)
