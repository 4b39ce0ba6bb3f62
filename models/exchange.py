"""The one converted figure: a document's VAT in the currency in which its seller pays it (R9).

Rates come from the business's own settings, dated, each with its source; without one a document is issued all the same,
and the owner is told.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from babel.numbers import get_territory_currencies

from models.business import Business
from models.invoice import Invoice, InvoiceTax
from models.money import major, minor_digits, round_half_away
from models.shop import Shop, tell_owner


class Rate(NamedTuple):
    """What one unit of a currency comes to in the seller's, from a day on, and who says so."""

    value: Decimal
    source: str
    since: date


def tax_currency(business: Business) -> str:
    """Return the currency in which a seller pays VAT: that of its country."""
    return _currency_of(business.country) or business.currency


@lru_cache(maxsize=512)
def _currency_of(country: str) -> str | None:
    found: list[str] = get_territory_currencies(country)
    return found[0] if found else None


def rate_of(business: Business, currency: str, on: date) -> Rate | None:
    """Return the newest rate of a currency that a business knows on a day."""
    rates = business.exchange_rates if isinstance(business.exchange_rates, list) else []
    known = [
        Rate(Decimal(one["rate"]), one["source"], date.fromisoformat(one["on"]))
        for one in rates
        if one["currency"] == currency and one["on"] <= str(on)
    ]
    return max(known, key=lambda rate: rate.since, default=None)


def convert(amount: int, currency: str, rate: Decimal, into: str) -> int:
    """Return minor units in another currency, half away from zero."""
    return round_half_away((major(amount, currency) * rate).scaleb(minor_digits(into)))


def state_tax(shop: Shop, document: Invoice) -> None:
    """State the VAT of a document just issued in the seller's currency, where that is another one."""
    own = tax_currency(shop.business)
    if not document.tax or document.currency == own or document.issued_on is None:
        return
    rate = rate_of(shop.business, document.currency, document.issued_on)
    if rate is None:
        tell_owner(
            shop,
            "no_exchange_rate",
            f"{document.number} is in {document.currency}: its VAT in {own} is not stated, because no rate is known. "
            f"Add one to exchange_rates in the shop file, and state the VAT of this one in your accounts.",
            contact_id=document.contact_id,
            invoice=document.id,
        )
        return
    _set(document, own, rate, convert(document.tax, document.currency, rate.value, own))


def state_tax_of_credit(document: Invoice, invoice: Invoice, groups: list[InvoiceTax]) -> None:
    """State the VAT of a credit note at the rate of its invoice: that of all credited so far less what was before."""
    if invoice.tax_currency is None or invoice.exchange_rate is None or invoice.exchange_date is None:
        return
    rate = Rate(invoice.exchange_rate, invoice.exchange_source or "", invoice.exchange_date)
    credited = sum(group.credited_tax for group in groups)
    after, before = (
        convert(tax, invoice.currency, rate.value, invoice.tax_currency) for tax in (credited, credited - document.tax)
    )
    _set(document, invoice.tax_currency, rate, after - before)


def _set(document: Invoice, currency: str, rate: Rate, tax: int) -> None:
    document.tax_currency, document.tax_in_currency = currency, tax
    document.exchange_rate, document.exchange_source, document.exchange_date = rate
