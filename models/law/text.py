"""One row of a country's pack: a text, rate or threshold, from when until when, for whom, in which language."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.contact import PayerKind


class Subject(StrEnum):
    """What a row is about."""

    EXEMPTION = "exemption"
    OUTSIDE_VAT = "outside_vat"
    LATE_PENALTY = "late_penalty"
    LATE_PENALTY_OWN = "late_penalty_own"
    RECOVERY = "recovery"
    DISCOUNT = "discount"
    VAT_ON_DEBITS = "vat_on_debits"
    MEDIATOR = "mediator"
    UNPAID = "unpaid"
    LONGEST_TERMS = "longest_terms"
    LONGEST_TERMS_PERIODIC = "longest_terms_periodic"
    DAYS_AFTER_MONTH = "days_after_month"


EVERYBODY = frozenset(PayerKind)
CONSUMER = frozenset({PayerKind.CONSUMER})
BUSINESS = frozenset({PayerKind.BUSINESS})
PUBLIC = frozenset({PayerKind.PUBLIC})
PROFESSIONAL = BUSINESS | PUBLIC


@dataclass(frozen=True, slots=True)
class LawText:
    """A dated row; `code` is the one of EN 16931 (of a note, of an exemption), `regime` the seller's it is about.

    The words may hold `{rate}`, `{amount}`, `{name}`, `{net}` and `{tax}`; what is printed is frozen on the document,
    with the row's id.
    """

    id: str
    subject: Subject
    language: str
    valid_from: date
    text: str = ""
    valid_to: date | None = None
    payers: frozenset[PayerKind] = EVERYBODY
    regime: str | None = None
    code: str | None = None
    value: Decimal | None = None

    def holds(self, payer: str, regime: str, on: date) -> bool:
        """Whether it is in force on a day, for this kind of payer and a seller of this regime."""
        in_force = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_force and payer in self.payers and self.regime in {None, regime}
