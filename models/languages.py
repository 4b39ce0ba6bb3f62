"""The two languages in which people are spoken to."""

from collections.abc import Mapping
from enum import StrEnum

from models.date_forms import known_locale


class Language(StrEnum):
    """French or English."""

    FR = "fr"
    EN = "en"


SPOKEN = tuple(map(str, Language))

Words = Mapping[Language, str]
"""A text in each language."""


def language_of(locale: str) -> Language:
    """Return the language of a locale, English where it is neither."""
    return Language.FR if known_locale(locale).startswith("fr") else Language.EN


def words(french: str, english: str) -> Words:
    """Return a text in both languages."""
    return {Language.FR: french, Language.EN: english}
