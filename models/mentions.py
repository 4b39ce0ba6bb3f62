"""What a document must say beside its figures, resolved at issue and frozen there (R13, R24).

A consumer never reads of penalties, of what recovery costs or of discounts: those rows are for professionals only.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from models.contact import PayerKind
from models.invoice import Invoice
from models.law.pack import law, longest_terms
from models.law.text import LawText, Subject
from models.money import format_money, minor_digits
from models.regime import Regime
from models.shop import Shop
from models.tax import EXEMPT, OUTSIDE_VAT, rate_text

LATEST = date(9999, 12, 31)
"""The law as it is known to be in the end, for what is set for the future."""


class Mentions(NamedTuple):
    """Notes by their code (EN 16931, BT-21), and the rows of the law that they come from."""

    notes: dict[str, str]
    law_ids: list[str]


NOTHING_SAID = Mentions({}, [])


class Exemption(NamedTuple):
    """Why a group bears no VAT: code and text, and the row of the law that says so."""

    code: str | None = None
    text: str | None = None
    law_id: str | None = None


NO_EXEMPTION = Exemption()
_REASONS = {EXEMPT: Subject.EXEMPTION, OUTSIDE_VAT: Subject.OUTSIDE_VAT}


class _Asked(NamedTuple):
    """For whom, in which language, on which day, by a seller of which regime."""

    payer: str
    language: str
    on: date
    regime: Regime


def mentions(shop: Shop, payer: str, language: str, on: date, regime: Regime) -> Mentions:
    """Return the notes of a document of a day by a seller of a regime; a batch asks once for each kind and language."""
    asked = _Asked(payer, language, on, regime)
    known = shop.mentions.get(asked)
    if known is None:
        said = list(_said(shop, asked))
        known = Mentions({str(row.code): text for row, text in said}, [row.id for row, _ in said])
        shop.mentions[asked] = known
    return known


def exemption(shop: Shop, category: str, language: str, on: date, regime: Regime) -> Exemption:
    """Return why a group of a category bears no VAT under a regime; a business may say it in its own words."""
    subject = _REASONS.get(category)
    row = _row(shop, subject, _Asked(PayerKind.CONSUMER, language, on, regime)) if subject else None
    if row is None:
        return NO_EXEMPTION
    own = shop.business.exemption_text if subject is Subject.EXEMPTION else None
    return Exemption(row.code, own or row.text, row.id)


def mark_of_unpaid(shop: Shop, document: Invoice, net: int, tax: int) -> str | None:
    """Return the mark of a duplicate for a debt that was given up, where its VAT was due on debits; else None (R13)."""
    language, currency = document.language, document.currency
    regime = shop.business.regime_on(document.issued_on or shop.today)
    if regime.on_receipt or tax <= 0:
        return None
    row = _row(shop, Subject.UNPAID, _Asked(document.payer_kind, language, shop.today, regime))
    if row is None:
        return None
    return row.text.format(net=format_money(net, currency, language), tax=format_money(tax, currency, language))


def terms_complaint(country: str, days: int) -> str | None:
    """Return what is wrong with terms of so many days for professional payers of a country's sellers, if anything."""
    limits = {kind: longest_terms(country, kind, LATEST) for kind in (PayerKind.BUSINESS, PayerKind.PUBLIC)}
    over = {kind: most for kind, most in limits.items() if most is not None and days > most}
    if not over:
        return None
    periodic = longest_terms(country, PayerKind.BUSINESS, LATEST, periodic=True)
    listed = " and ".join(f"{most} for a {kind} payer" for kind, most in over.items())
    return f"{days} days to pay are more than {country} allows: {listed}, {periodic} where an invoice is periodic"


def _row(shop: Shop, subject: Subject, asked: _Asked) -> LawText | None:
    return law(shop.business.country, subject, asked.payer, asked.regime.vat, asked.language, asked.on)


def _said(shop: Shop, asked: _Asked) -> Iterator[tuple[LawText, str]]:
    """Yield the rows that hold, each with its words as this business says them."""
    b = shop.business
    own = b.penalty_rate is not None
    penalty = _row(shop, Subject.LATE_PENALTY_OWN if own else Subject.LATE_PENALTY, asked) or _row(
        shop, Subject.LATE_PENALTY, asked
    )
    if penalty is not None:
        yield penalty, penalty.text.format(rate=_rate(shop, asked.language))
    recovery = _row(shop, Subject.RECOVERY, asked)
    if recovery is not None:
        yield recovery, recovery.text.format(amount=_euros(recovery, asked.language))
    discount = _row(shop, Subject.DISCOUNT, asked)
    if discount is not None:
        yield discount, b.discount_text or discount.text
    silent = asked.regime.on_receipt or asked.regime.exempt
    debits = None if silent else _row(shop, Subject.VAT_ON_DEBITS, asked)
    if debits is not None:
        yield debits, debits.text
    mediator = _row(shop, Subject.MEDIATOR, asked) if b.mediator else None
    if mediator is not None:
        yield mediator, mediator.text.format(name=b.mediator)


def _rate(shop: Shop, language: str) -> str:
    """Return the business's rate of penalties as its client's language writes it."""
    text = rate_text(shop.business.penalty_rate) if shop.business.penalty_rate is not None else ""
    return text.replace(".", ",") if language.startswith("fr") else text


def _euros(row: LawText, language: str) -> str:
    amount = int((row.value or 0) * 10 ** minor_digits("EUR"))
    return format_money(amount, "EUR", language)
