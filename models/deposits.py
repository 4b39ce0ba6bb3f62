"""Deposits of business payers (R26): the invoice for money before its invoice, and how a final invoice takes it back.

A deposit invoice is about one charge and always paid. Its money stays with it: the final invoice asks for so much less,
line by VAT group, and never shows it as paid as well.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from models.charge import Charge
from models.date_forms import known_locale, show_date
from models.invoice import DocumentKind, Invoice, InvoiceLine, InvoiceTax
from models.shop import Shop
from models.tax import TaxGroup, Totals

WORDS: Mapping[str, tuple[str, str]] = {
    "fr": ("Acompte : {what}", "Acompte {number} du {date} déduit"),
    "en": ("Deposit: {what}", "Deposit {number} of {date} deducted"),
}
"""By language: the line of a deposit invoice, and the line that takes it back."""


def words_of(language: str) -> tuple[str, str]:
    """Return both lines in a language, or in English."""
    return WORDS.get(known_locale(language).partition("_")[0], WORDS["en"])


def deposits_on(shop: Shop, charge: Charge) -> dict[str, int]:
    """Return the money of a charge on deposit invoices, by their ids, oldest first."""
    money: dict[str, int] = {}
    if not charge.settled:
        return money
    for allocation in shop.allocations.by("charge_id", charge.id):
        invoice = shop.invoices.get(allocation.invoice_id) if allocation.invoice_id else None
        if invoice is not None and invoice.kind == DocumentKind.DEPOSIT:
            money[invoice.id] = money.get(invoice.id, 0) + allocation.amount
    return {id_: amount for id_, amount in money.items() if amount}


def deposited(shop: Shop, charge: Charge) -> int:
    """Return how much of a charge deposit invoices have asked for and got."""
    return sum(deposits_on(shop, charge).values())


def taken_back(shop: Shop, charges: Sequence[Charge]) -> list[tuple[Invoice, InvoiceTax]]:
    """Return the deposit invoices that the final invoice of charges takes back, each with its VAT group."""
    ids = dict.fromkeys(id_ for charge in charges for id_ in deposits_on(shop, charge))
    return [(shop.invoices[id_], next(iter(shop.taxes.by("invoice_id", id_)))) for id_ in ids]


def left(group: InvoiceTax) -> tuple[int, int]:
    """Return net and VAT of a deposit as far as no credit note took it back."""
    return group.net - group.credited_net, group.tax - group.credited_tax


def less(totals: Totals, deposits: Sequence[tuple[Invoice, InvoiceTax]]) -> Totals:
    """Return the figures of a document after deposits, VAT group by VAT group; the lines stay those of the charges."""
    groups = list(totals.groups)
    for _, deposit in deposits:
        net, tax = left(deposit)
        same = [one for one in groups if (one.category, one.rate) == (deposit.category, deposit.rate)]
        taken = same[0] if same else TaxGroup(deposit.category, deposit.rate, None, 0, 0)
        smaller = taken._replace(net=taken.net - net, tax=taken.tax - tax)
        groups = [smaller if one is taken else one for one in groups] if same else [*groups, smaller]
    net, tax = sum(group.net for group in groups), sum(group.tax for group in groups)
    return Totals(totals.lines, tuple(groups), net, tax, net + tax)


def deduction(shop: Shop, document: Invoice, deposit: Invoice, group: InvoiceTax, position: int) -> InvoiceLine:
    """Return the line of a final invoice that takes a deposit back, naming it."""
    net, tax = left(group)
    issued_on = deposit.issued_on or shop.today
    text = words_of(document.language)[1].format(number=deposit.number, date=_day(shop, document, issued_on))
    return InvoiceLine(
        shop.id, document.id, position, text, Decimal(-1), "C62", net + tax, -net - tax, True, -net, -tax, -net - tax,
        group.category, group.rate, None, issued_on, issued_on,
    )  # fmt: skip


def _day(shop: Shop, document: Invoice, day: date) -> str:
    return show_date(day, "short", known_locale(document.language), shop.zone)
