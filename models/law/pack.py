"""Looking up the law (R24): the row of a country's pack in force for a payer, a regime, a language and a day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from models.law import french
from models.law.text import LawText, Subject

PACKS: Mapping[str, tuple[LawText, ...]] = {"FR": french.ROWS}
"""By the seller's country; a country without a pack prescribes nothing here."""
FALLBACK = "en"


@lru_cache(maxsize=8192)
def law(country: str, subject: Subject, payer: str, regime: str, language: str, on: date) -> LawText | None:
    """Return what a country's law says on a day, in a language or else in English; None where it says nothing."""
    rows = [row for row in PACKS.get(country, ()) if row.subject == subject and row.holds(payer, regime, on)]
    for wanted in (language.replace("-", "_").partition("_")[0], FALLBACK, ""):
        for row in reversed(rows):
            if row.language == wanted:
                return row
    return None


def longest_terms(country: str, payer: str, on: date, *, periodic: bool = False) -> int | None:
    """Return how many days a payer may be given at most by law; None where there is no limit."""
    subject = Subject.LONGEST_TERMS_PERIODIC if periodic else Subject.LONGEST_TERMS
    row = law(country, subject, payer, "", "", on)
    return int(row.value) if row and row.value is not None else None


def days_after_month(country: str, payer: str, on: date) -> int | None:
    """Return how many days after the month of its services a periodic invoice is borne with; None without a limit."""
    row = law(country, Subject.DAYS_AFTER_MONTH, payer, "", "", on)
    return int(row.value) if row and row.value is not None else None
